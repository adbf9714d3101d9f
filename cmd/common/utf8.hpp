// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace grove::cmd {

/// One step through bytes that should be UTF-8.
struct utf8_step {
    char32_t code = 0;     ///< the code point; U+FFFD for what is not UTF-8
    std::size_t size = 0;  ///< bytes it takes; above zero unless the text was empty
    bool valid = false;
};

/// The first code point of `text`. Bytes that are not UTF-8 (overlong forms, surrogates and what is
/// above U+10FFFF included) come in maximal pieces: as many bytes as could begin a code point, at
/// least one (Unicode 15, section 3.9, "substitution of maximal subparts").
[[nodiscard]] utf8_step decode_utf8(std::string_view text) noexcept;

}  // namespace grove::cmd
