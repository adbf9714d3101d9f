// SPDX-License-Identifier: MIT
#include "cmd/common/percent_code.hpp"

namespace grove::cmd {
namespace {

constexpr std::string_view upper_digits = "0123456789ABCDEF";

constexpr std::string_view unreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string percent_encode(std::string_view bytes, std::string_view also) {
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        if (unreserved.find(c) != std::string_view::npos ||
            also.find(c) != std::string_view::npos) {
            text += c;
            continue;
        }
        const auto value = static_cast<unsigned char>(c);
        text += '%';
        text += upper_digits[value >> 4];
        text += upper_digits[value & 15];
    }
    return text;
}

std::string percent_decode(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low < 0) {
            bytes += text[i];
            continue;
        }
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return bytes;
}

}  // namespace grove::cmd
