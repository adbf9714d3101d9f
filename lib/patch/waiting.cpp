// SPDX-License-Identifier: MIT
#include "patch/waiting.hpp"

#include <grove/select.hpp>

#include <fcntl.h>
#include <sys/time.h>

#include <chrono>

namespace grove::detail {
namespace {}  // namespace

bool may_wait() noexcept {
    return in_greenlet();
}

bool left_blocking(int fd) noexcept {
    const int before = errno;
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) return false;
    errno = before;
    return (flags & O_NONBLOCK) == 0;
}

deadline limit_of(int fd, int option) noexcept {
    timeval limit{};
    socklen_t size = sizeof limit;
    if (::getsockopt(fd, SOL_SOCKET, option, &limit, &size) != 0) return never;
    if (limit.tv_sec == 0 && limit.tv_usec == 0) return never;
    return std::chrono::seconds(limit.tv_sec) + std::chrono::microseconds(limit.tv_usec);
}

int wait_for(int fd, short events, deadline until) {
    pollfd one{.fd = fd, .events = events, .revents = 0};
    int ready = 0;
    if (const int error = error_of([&] { ready = grove::poll({&one, 1}, until); })) return error;
    if (ready == 0) return EAGAIN;
    return (one.revents & POLLNVAL) != 0 ? EBADF : 0;
}

}  // namespace grove::detail
