// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text on its way to a terminal: how wide it is, and what of it must not get there. Names, URLs
/// and bodies come from strangers, and an escape code in them could repaint the screen, set the
/// title or fill the input of a shell.

namespace grove::cmd {

/// What a terminal can show.
enum class charset : unsigned char { ascii, utf8 };

/// As the environment tells: the first of LC_ALL, LC_CTYPE and LANG that says something.
[[nodiscard]] charset locale_charset() noexcept;

/// Columns that `text` takes on a UTF-8 terminal: 2 for East Asian wide characters and emoji, 0 for
/// combining marks, 1 for all else, a byte that is not UTF-8 included.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

/// `text` cut to at most `columns`, with `..` at the end where something was cut.
[[nodiscard]] std::string fit_end(std::string_view text, std::size_t columns);

/// As `fit_end`, but what is cut is the middle: both the start and the end of a URL tell something.
[[nodiscard]] std::string fit_middle(std::string_view text, std::size_t columns);

/// One line for a terminal or a message: control characters (C0, C1, DEL), line feeds and tabs
/// included, and those that reorder text become visible (`\x1b`, `\n`).
[[nodiscard]] std::string one_line(std::string_view text);

/// A stream of text for a terminal, chunk by chunk: line feeds, tabs and the carriage return before
/// a line feed pass, other control characters become `?`.
class terminal_filter {
 public:
    [[nodiscard]] std::string operator()(std::string_view chunk);

 private:
    bool carriage_return_ = false;  // the last chunk ended in one
    bool c2_ = false;               // ... or in the first byte of what may be a C1 control
};

}  // namespace grove::cmd
