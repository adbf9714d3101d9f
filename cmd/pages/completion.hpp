// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a shell offers behind `grove`, made from the verbs and their option tables.

namespace grove::cmd {

struct offered_option {
    enum class value : unsigned char { none, file, choice, other };

    std::string name;
    char letter = 0;  ///< 0: none
    std::string help{};
    std::string placeholder{};
    value takes = value::none;
    std::vector<std::string> choices{};  ///< for `value::choice`

    /// `-c` and `--connections`, as they are typed.
    [[nodiscard]] std::vector<std::string> flags() const;
};

/// A place on the command line, by the words that lead there: `fetch`; `pipe`, `pipe then` and
/// `pipe each`.
struct offered_place {
    std::string name;
    std::string summary{};
    std::vector<offered_option> options{};
    std::vector<std::pair<std::string, std::string>> words{};  ///< and what they do
    bool files = false;                                        ///< its other words may be files
};

/// All places, a verb's own before those of its parts.
[[nodiscard]] std::vector<offered_place> offered_places(std::span<const verb> verbs);

/// Whether a place is inside of a verb: `pipe each`.
[[nodiscard]] bool is_part(const offered_place& place) noexcept;

/// `text` between single quotes, as bash, zsh and fish read it.
[[nodiscard]] std::string quoted(std::string_view text);

[[nodiscard]] std::string bash_completion(std::span<const offered_place> places);
[[nodiscard]] std::string zsh_completion(std::span<const offered_place> places);
[[nodiscard]] std::string fish_completion(std::span<const offered_place> places);

}  // namespace grove::cmd
