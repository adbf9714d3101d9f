// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace grove {

/// Whether bytes are UTF-8 (RFC 3629), told of a text that comes in pieces: the first byte that
/// cannot be right is found as soon as it is there.
class utf8_check {
 public:
    /// Result: false once something is wrong.
    [[nodiscard]] bool feed(std::string_view piece) noexcept;

    /// No character is left half told.
    [[nodiscard]] bool complete() const noexcept { return left_ == 0; }

    void reset() noexcept { *this = {}; }

 private:
    [[nodiscard]] bool take(unsigned char byte) noexcept;
    [[nodiscard]] bool begin(unsigned char byte) noexcept;

    std::uint8_t left_ = 0;    // bytes that the character begun still wants
    std::uint8_t low_ = 0x80;  // between these lies the next of them
    std::uint8_t high_ = 0xbf;
};

[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
    utf8_check check;
    return check.feed(text) && check.complete();
}

}  // namespace grove
