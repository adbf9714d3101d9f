// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

/// The grammar that the fields of HTTP share (RFC 9110 section 5).

namespace grove::http {

[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view white_space = " \t";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

/// Section 5.6.2.
[[nodiscard]] inline bool is_token(std::string_view text) noexcept {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != std::string_view::npos;
    });
}

/// Section 5.5: nothing that could begin another field.
[[nodiscard]] inline bool is_field_value(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

/// Calls `f` for each element of a list (section 5.6.1), empty ones left out.
template <class F>
void each_element(std::string_view list, F f) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) f(element);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

}  // namespace grove::http
