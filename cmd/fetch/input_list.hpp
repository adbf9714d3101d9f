// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/fetch_item.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// Reads the items of `-i FILE|-`, chunk by chunk, in memory that does not grow with the list.
/// Each line is one of
///
///     https://host/path                    a URL
///     https://host/path<TAB>name           a URL and the file's name
///     <hash>  name-or-URL                  as sha256sum and sha512sum print, also ` *name`
///     SHA256 (name) = <hash>               as they print with --tag
///     {"url":…,"out":…,"sha256":…,"sha512":…,"headers":{…},"mirrors":[…]}
///
/// Blank lines, lines that start with `#`, CR LF and a byte order mark are tolerated. A name in a
/// hash line, and any URL without a scheme, is joined to `base` when there is one.
///
///     input_list list({.source = "urls.txt"});
///     while (std::size_t n = read(fd, buffer)) {
///         list.feed({buffer, n});
///         while (auto item = list.next()) take(std::move(*item));
///     }
///     list.finish();
///     while (auto item = list.next()) take(std::move(*item));
///
/// Blocks: never. Threads: one at a time.

namespace grove::cmd {

/// A line that cannot be used. `what()` reads `urls.txt:7: what is wrong; what to do`.
class input_error : public std::runtime_error {
 public:
    input_error(const std::string& text, std::uint64_t line)
        : std::runtime_error(text), line_(line) {}

    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

 private:
    std::uint64_t line_;
};

struct input_list_options {
    std::string source = "stdin";  ///< how errors call the list
    std::string base = {};         ///< `--base`: where relative names are; empty: refuse them
    std::size_t max_line = std::size_t{1} << 20;  ///< bytes; a longer line is an error
};

class input_list {
 public:
    /// Throws: `std::invalid_argument` for a base without a scheme and host.
    explicit input_list(input_list_options options);

    /// Adds the next bytes of the list. Call `next` until it has nothing before feeding again: what
    /// is fed and not yet taken stays in memory.
    void feed(std::string_view chunk);

    /// No more bytes come: a last line without a line feed counts.
    void finish() noexcept { finished_ = true; }

    /// Result: the next item; nullopt when more bytes are needed or, after `finish`, at the end.
    /// Throws: `input_error`; the line is then skipped, and the next call goes on after it.
    [[nodiscard]] std::optional<fetch_item> next();

    /// Lines seen so far, with comments and blank ones.
    [[nodiscard]] std::uint64_t lines() const noexcept { return line_; }

 private:
    std::optional<std::string_view> take_line();
    void skip_long_line();

    input_list_options options_;
    std::string buffer_;
    std::size_t begin_ = 0;    // where the first line that was not taken starts
    std::size_t scanned_ = 0;  // no line feed before this
    std::uint64_t line_ = 0;
    bool finished_ = false;
    bool skipping_ = false;  // inside a line that was too long, up to its line feed
};

/// Parses one line without its line ending, and without a place in the error's text.
/// Result: nullopt for a blank line or a comment. Throws: `std::invalid_argument` saying what is
/// wrong and what to do. `base` as in `input_list_options`.
[[nodiscard]] std::optional<fetch_item> parse_input_line(std::string_view line,
                                                         std::string_view base);

}  // namespace grove::cmd
