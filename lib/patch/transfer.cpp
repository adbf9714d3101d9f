// SPDX-License-Identifier: MIT
#include "patch/transfer.hpp"

#include "patch/waiting.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdint>

namespace grove::detail {
namespace {

enum class kind : std::uint8_t { socket, pipe, other };

std::size_t size_of(const iovec* all, std::size_t count) noexcept {
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) total += all[i].iov_len;
    return total;
}

/// Of nothing to transfer and of a list that libc will refuse: other.
kind kind_of(int fd, const iovec* buffers, int count) noexcept {
    if (count <= 0 || count > IOV_MAX) return kind::other;
    if (size_of(buffers, static_cast<std::size_t>(count)) == 0) return kind::other;
    const int before = errno;

    struct stat about {};

    if (::fstat(fd, &about) != 0) {
        errno = before;
        return kind::other;
    }
    if (S_ISSOCK(about.st_mode)) return kind::socket;
    return S_ISFIFO(about.st_mode) ? kind::pipe : kind::other;
}

bool is_stream(int fd) noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/// Goes on with `step(piece)` until all buffers are done.
/// Result: `first` plus what went; an error or an end that comes later ends it, unsaid.
template <class Step>
ssize_t finish(const iovec* all, std::size_t count, ssize_t first, Step step) {
    const int before = errno;
    buffers_left left(all, count);
    left.take(static_cast<std::size_t>(first));
    ssize_t done = first;
    while (!left.empty()) {
        const ssize_t n = step(left.first());
        if (n <= 0) break;
        done += n;
        left.take(static_cast<std::size_t>(n));
    }
    errno = before;
    return done;
}

/// Pipes know no MSG_DONTWAIT: the kernel is asked first, with no switch in between, so that only
/// another thread or process can take away what was promised.
int wait_for_pipe(int fd, short events) {
    pollfd one{.fd = fd, .events = events, .revents = 0};
    if (libc().poll(&one, 1, 0) != 0) return 0;
    return wait_for(fd, events, never);
}

/// A pipe that is ready for writing takes PIPE_BUF bytes without blocking, all or none.
ssize_t write_to_pipe(int fd, const iovec* from, std::size_t count) {
    if (size_of(from, count) <= PIPE_BUF) {
        if (const int error = wait_for_pipe(fd, POLLOUT)) return fail_with(error);
        return libc().writev(fd, from, static_cast<int>(count));
    }
    const auto step = [&](iovec piece) -> ssize_t {
        if (const int error = wait_for_pipe(fd, POLLOUT)) return fail_with(error);
        return libc().write(fd, piece.iov_base, std::min<std::size_t>(piece.iov_len, PIPE_BUF));
    };
    buffers_left all(from, count);
    all.take(0);
    const ssize_t first = step(all.first());
    return first <= 0 ? first : finish(from, count, first, step);
}

}  // namespace

ssize_t receive(int fd, msghdr& message, int flags) {
    const ssize_t first = try_or_wait(fd, POLLIN, SO_RCVTIMEO, [&] {
        return libc().recvmsg(fd, &message, flags | MSG_DONTWAIT);
    });
    const bool to_fill = (flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
    if (!to_fill || first <= 0 || !is_stream(fd) || !left_blocking(fd)) return first;
    return finish(message.msg_iov, message.msg_iovlen, first, [&](iovec piece) {
        return try_or_wait(fd, POLLIN, SO_RCVTIMEO, [&] {
            return libc().recv(fd, piece.iov_base, piece.iov_len, flags | MSG_DONTWAIT);
        });
    });
}

ssize_t transmit(int fd, const msghdr& message, int flags) {
    const ssize_t first = try_or_wait(fd, POLLOUT, SO_SNDTIMEO, [&] {
        return libc().sendmsg(fd, &message, flags | MSG_DONTWAIT);
    });
    const std::size_t whole = size_of(message.msg_iov, message.msg_iovlen);
    if (first < 0 || static_cast<std::size_t>(first) == whole || !left_blocking(fd)) return first;
    return finish(message.msg_iov, message.msg_iovlen, first, [&](iovec piece) {
        return try_or_wait(fd, POLLOUT, SO_SNDTIMEO, [&] {
            return libc().send(fd, piece.iov_base, piece.iov_len, flags | MSG_DONTWAIT);
        });
    });
}

ssize_t read_into(int fd, const iovec* into, int count) {
    const auto pieces = static_cast<std::size_t>(count);
    const kind what = kind_of(fd, into, count);
    if (what == kind::socket) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(into);
        message.msg_iovlen = pieces;
        return receive(fd, message, 0);
    }
    if (what == kind::pipe && left_blocking(fd)) {
        const int before = errno;
        if (const int error = wait_for_pipe(fd, POLLIN)) return fail_with(error);
        errno = before;
    }
    return libc().readv(fd, into, count);
}

ssize_t write_from(int fd, const iovec* from, int count) {
    const auto pieces = static_cast<std::size_t>(count);
    const kind what = kind_of(fd, from, count);
    if (what == kind::socket) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(from);
        message.msg_iovlen = pieces;
        return transmit(fd, message, 0);
    }
    if (what == kind::pipe && left_blocking(fd)) {
        const int before = errno;
        const ssize_t n = write_to_pipe(fd, from, pieces);
        if (n >= 0) errno = before;
        return n;
    }
    return libc().writev(fd, from, count);
}

}  // namespace grove::detail
