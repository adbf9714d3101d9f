// SPDX-License-Identifier: MIT
#include "introspect/json_text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace grove::detail {
namespace {

bool continues(std::string_view text, std::size_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// Bytes of the code point that `text` begins with; 0 when that is none (RFC 3629, section 4: not
/// overlong, no surrogate, nothing above U+10FFFF).
std::size_t code_point_at(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    const auto second = continues(text, 1) ? static_cast<unsigned char>(text[1]) : 0U;
    if (second == 0) return 0;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool allowed = (first != 0xE0 || second >= 0xA0) && (first != 0xED || second < 0xA0);
        return allowed && continues(text, 2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool allowed = (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second < 0x90);
        return allowed && continues(text, 2) && continues(text, 3) ? 4 : 0;
    }
    return 0;
}

void append(std::string& to, std::string_view one) {
    const auto byte = static_cast<unsigned char>(one[0]);
    if (byte == '"' || byte == '\\')
        to += '\\', to += one;
    else if (byte < 0x20 || byte == 0x7F)
        to += fmt::format("\\u{:04x}", byte);
    else
        to += one;
}

}  // namespace

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    while (!text.empty()) {
        const std::size_t size = code_point_at(text);
        if (size == 0)
            quoted += "\xEF\xBF\xBD";
        else
            append(quoted, text.substr(0, size));
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return quoted + '"';
}

}  // namespace grove::detail
