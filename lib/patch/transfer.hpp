// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <limits>

namespace grove::detail {

/// What is left of a list of buffers after some bytes went, one piece at a time.
class buffers_left {
 public:
    buffers_left(const iovec* all, std::size_t count) noexcept : at_(all), end_(all + count) {}

    [[nodiscard]] bool empty() const noexcept { return at_ == end_; }

    [[nodiscard]] iovec first() const noexcept {
        return {static_cast<std::byte*>(at_->iov_base) + done_, at_->iov_len - done_};
    }

    void take(std::size_t bytes) noexcept {
        done_ += bytes;
        for (; at_ != end_ && done_ >= at_->iov_len; ++at_) done_ -= at_->iov_len;
    }

 private:
    const iovec* at_;
    const iovec* end_;
    std::size_t done_ = 0;
};

/// Receives as a blocking `recvmsg` does; MSG_WAITALL fills a stream's buffers.
ssize_t receive(int fd, msghdr& message, int flags);

/// Sends as a blocking `sendmsg` does: all of it.
/// Interrupted: gives what was sent, if anything was.
ssize_t transmit(int fd, const msghdr& message, int flags);

/// The same on what may be a pipe or anything else.
ssize_t read_into(int fd, const iovec* into, int count);
ssize_t write_from(int fd, const iovec* from, int count);

}  // namespace grove::detail
