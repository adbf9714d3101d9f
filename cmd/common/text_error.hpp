// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is wrong with a piece of text that a person typed, and where. Everything in cmd/ that reads
/// such text (units, targets, expressions, option values) returns `std::optional<text_error>`:
/// nullopt means that the text was good and that the result was stored.
///
///     byte_size size;
///     if (auto wrong = parse_value("64q", size)) {
///         // wrong->what == "unknown unit \"q\"", wrong->offset == 2
///     }

namespace grove::cmd {

struct text_error {
    std::string what;        ///< lower case, no full stop: `unknown unit "q"`
    std::size_t offset = 0;  ///< bytes from the start of the text; its size: at its end
    std::string hint;        ///< what to write instead: `try 64k or 64MB`; empty: nothing to say
};

/// `text` on one line and a caret under the character at `offset`, both indented by `indent`
/// columns, without a final line feed. A long text is cut down to what surrounds the caret, and
/// control characters are made visible, so that the caret stands right on any terminal.
[[nodiscard]] std::string caret_lines(std::string_view text, std::size_t offset,
                                      std::size_t indent = 4);

}  // namespace grove::cmd
