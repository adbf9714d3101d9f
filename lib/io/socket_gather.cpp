// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/fd_wait.hpp"
#include "io/tls_stream.hpp"

#include <grove/socket.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace grove {
namespace {

using detail::direction;

/// What a send has not taken of the pieces.
class unsent {
 public:
    explicit unsent(std::span<const std::string_view> pieces) noexcept : pieces_(pieces) {}

    /// For one system call; empty: nothing is left. Valid until the next call.
    [[nodiscard]] std::span<iovec> next() noexcept {
        std::size_t count = 0;
        size_ = 0;
        while (!pieces_.empty() && pieces_.front().size() == begin_) pass();
        std::size_t begin = begin_;
        for (const std::string_view piece : pieces_) {
            if (count == vector_.size()) break;
            const std::string_view rest = piece.substr(begin);
            begin = 0;
            if (rest.empty()) continue;
            vector_[count++] = {const_cast<char*>(rest.data()), rest.size()};
            size_ += rest.size();
        }
        return std::span(vector_).first(count);
    }

    /// Bytes of what `next` gave.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// So many bytes of it were sent.
    void sent(std::size_t count) noexcept {
        while (count != 0) {
            const std::size_t left = pieces_.front().size() - begin_;
            if (count < left) {
                begin_ += count;
                return;
            }
            count -= left;
            pass();
        }
    }

 private:
    void pass() noexcept {
        pieces_ = pieces_.subspan(1);
        begin_ = 0;
    }

    std::span<const std::string_view> pieces_;
    std::size_t begin_ = 0;  // of what is left of the front
    std::size_t size_ = 0;
    std::array<iovec, 64> vector_;  // beyond that, the next system call
};

}  // namespace

void socket::write_gathered(std::span<const std::string_view> pieces, deadline until,
                            followed_by next) {
    if (tls_) return tls_->write_gathered(pieces, until);
    unsent rest(pieces);
    const int flags = MSG_NOSIGNAL | (next == followed_by::more ? MSG_MORE : 0);
    for (std::span<iovec> some = rest.next(); !some.empty(); some = rest.next()) {
        msghdr message{};
        message.msg_iov = some.data();
        message.msg_iovlen = some.size();
        rest.sent(detail::try_or_wait(*wait_, direction::write, rest.size(), until, "send", {},
                                      [&] { return ::sendmsg(wait_->fd(), &message, flags); }));
    }
}

}  // namespace grove
