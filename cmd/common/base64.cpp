// SPDX-License-Identifier: MIT
#include "cmd/common/base64.hpp"

#include <cstdint>

namespace grove::cmd {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j)
            bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            text += j <= group.size() ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::string_view group = text.substr(i, 4);
        if (i + 4 == text.size() && group.ends_with('='))
            group.remove_suffix(group.ends_with("==") ? 2 : 1);
        std::uint32_t bits = 0;
        for (const char digit : group) {
            const std::size_t value = digits.find(digit);
            if (value == std::string_view::npos) return std::nullopt;
            bits = bits << 6 | static_cast<std::uint32_t>(value);
        }
        bits <<= 6 * (4 - group.size());
        for (std::size_t j = 0; j + 1 < group.size(); ++j)
            bytes += static_cast<char>(bits >> (16 - 8 * j) & 0xff);
    }
    // What the last digits say beyond the bytes would be lost: no encoder writes it.
    if (base64(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace grove::cmd
