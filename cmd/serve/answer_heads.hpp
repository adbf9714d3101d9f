// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// Tells in the bytes of an answer of our own where its head ends: interim answers such as 100 are
/// heads that another one follows (RFC 9110 section 15.2).

namespace grove::cmd {

class answer_heads {
 public:
    /// How many of the next bytes, of those of this answer, are of its heads.
    [[nodiscard]] std::size_t take(std::string_view bytes) noexcept {
        std::size_t taken = 0;
        while (!over_ && taken < bytes.size()) next(bytes[taken++]);
        return taken;
    }

 private:
    static constexpr std::string_view end = "\r\n\r\n";
    static constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();

    void next(char c) noexcept {
        if (size_ >= status_at && size_ < status_at + status_.size())
            status_[size_ - status_at] = c;
        ++size_;
        if (c != end[matched_]) matched_ = 0;
        if (c == end[matched_]) ++matched_;
        if (matched_ < end.size()) return;
        // 101 is the last that is said in HTTP.
        const std::string_view status(status_.data(), status_.size());
        over_ = !status.starts_with('1') || status == "101";
        size_ = matched_ = 0;
    }

    std::array<char, 3> status_{};
    std::size_t size_ = 0;     // of this head, so far
    std::size_t matched_ = 0;  // of `end`
    bool over_ = false;
};

}  // namespace grove::cmd
