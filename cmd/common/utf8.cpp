// SPDX-License-Identifier: MIT
#include "cmd/common/utf8.hpp"

namespace grove::cmd {

namespace {

constexpr char32_t replacement = 0xFFFD;

struct lead_byte {
    std::size_t size = 0;        // of the sequence; 0: cannot lead one
    unsigned char least = 0x80;  // of the second byte: keeps out overlong forms
    unsigned char most = 0xBF;   // ... and surrogates and what is above U+10FFFF
};

lead_byte classify(unsigned char first) noexcept {
    if (first < 0x80) return {1};
    if (first < 0xC2) return {};
    if (first < 0xE0) return {2};
    if (first == 0xE0) return {3, 0xA0};
    if (first == 0xED) return {3, 0x80, 0x9F};
    if (first < 0xF0) return {3};
    if (first == 0xF0) return {4, 0x90};
    if (first < 0xF4) return {4};
    if (first == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

}  // namespace

utf8_step decode_utf8(std::string_view text) noexcept {
    if (text.empty()) return {};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const lead_byte lead = classify(byte(0));
    if (lead.size == 1) return {byte(0), 1, true};
    if (lead.size == 0) return {replacement, 1, false};
    char32_t code = byte(0) & (0x7FU >> lead.size);
    for (std::size_t i = 1; i < lead.size; ++i) {
        const unsigned char least = i == 1 ? lead.least : 0x80;
        const unsigned char most = i == 1 ? lead.most : 0xBF;
        if (i >= text.size() || byte(i) < least || byte(i) > most) return {replacement, i, false};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    return {code, lead.size, true};
}

}  // namespace grove::cmd
