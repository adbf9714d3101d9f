// SPDX-License-Identifier: MIT
#include "net/utf8_check.hpp"

#include <cstring>

namespace grove {
namespace {

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;

/// Where the first byte above 0x7f may be: exact to eight bytes.
std::size_t ascii_prefix(std::string_view text) noexcept {
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high_bits) != 0) break;
    }
    return at;
}

}  // namespace

bool utf8_check::feed(std::string_view piece) noexcept {
    while (!piece.empty()) {
        if (left_ == 0) piece.remove_prefix(ascii_prefix(piece));
        // A word's worth, so that text which is seldom ASCII is not looked at twice.
        for (std::size_t n = 0; n < sizeof(std::uint64_t) && !piece.empty(); ++n) {
            if (!take(static_cast<unsigned char>(piece.front()))) return false;
            piece.remove_prefix(1);
        }
    }
    return true;
}

bool utf8_check::take(unsigned char byte) noexcept {
    if (left_ == 0) return begin(byte);
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --left_;
    return true;
}

/// The first byte of a character bounds the second: no overlong form, no surrogate, nothing above
/// U+10FFFF.
bool utf8_check::begin(unsigned char byte) noexcept {
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0) low_ = 0xa0;
    if (byte == 0xed) high_ = 0x9f;
    if (byte == 0xf0) low_ = 0x90;
    if (byte == 0xf4) high_ = 0x8f;
    return true;
}

}  // namespace grove
