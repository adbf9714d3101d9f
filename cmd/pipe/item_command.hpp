// SPDX-License-Identifier: MIT
#pragma once

#include <grove/process.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The command of a stage. Several words are a program and its arguments, and no shell reads them;
/// one word with blanks or the shell's signs in it is a line for `sh -c`. An item is never part of
/// what a shell reads: there it is "$1".
///
/// In words, these stand for parts of the item:
///
///     {}    the item             images/cat.png
///     {.}   without extension    images/cat
///     {/}   its last part        cat.png
///     {//}  its folder           images
///     {/.}  both                 cat
///     {#}   its number, from 1   7
///
/// Without any of them the item is the last argument.

namespace grove::cmd {

/// True for one word that only a shell can read.
[[nodiscard]] bool is_shell_line(const std::vector<std::string>& words);

/// `word` as a shell reads it back.
[[nodiscard]] std::string shell_quoted(std::string_view word);

class item_command {
 public:
    /// Result: what is wrong with the words, and what to write instead.
    [[nodiscard]] static std::optional<std::string> parse(const std::vector<std::string>& words,
                                                          item_command& into);

    /// The program and its arguments for an item; streams are left open.
    [[nodiscard]] process_options options(std::string_view item, std::uint64_t number) const;

    /// What a person would type to do the same.
    [[nodiscard]] std::string text(std::string_view item, std::uint64_t number) const;

    /// All items run the same program.
    [[nodiscard]] bool has_fixed_program() const noexcept;

    /// The program as it was written, or `sh`.
    [[nodiscard]] std::string_view program() const noexcept;

 private:
    enum class part : unsigned char { text, item, stem, name, folder, name_stem, number };

    struct piece {
        part what = part::text;
        std::string text = {};
    };

    using word = std::vector<piece>;

    [[nodiscard]] static word read_word(std::string_view text);
    [[nodiscard]] static std::string fill(const word& pattern, std::string_view item,
                                          std::uint64_t number);

    std::string shell_;
    std::vector<word> words_;
};

}  // namespace grove::cmd
