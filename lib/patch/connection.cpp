// SPDX-License-Identifier: MIT
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>
#include <grove/greenlet.hpp>

#include <fcntl.h>

#include <algorithm>
#include <chrono>

/// `connect` and `accept`, which no flag of theirs keeps from blocking.

namespace grove::detail {
namespace {

/// Calls with O_NONBLOCK set, and puts the flags back before anything else of this thread runs.
template <class Call>
int without_blocking(int fd, Call call) {
    const int flags = ::fcntl(fd, F_GETFL);
    ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    const int result = call();
    const int error = errno;
    ::fcntl(fd, F_SETFL, flags);
    errno = error;
    return result;
}

int pending_error(int fd) noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

/// A connection has begun. Result: 0 or the number for `errno`.
int until_connected(int fd, deadline until) {
    const int error = wait_for(fd, POLLOUT, until);
    if (error == 0) return pending_error(fd);
    return error == EAGAIN ? EINPROGRESS : error;  // as the kernel tells of SO_SNDTIMEO
}

/// A Unix socket whose listener has no room answers EAGAIN, and nothing tells when there is room.
int until_there_is_room(int fd, const sockaddr* to, socklen_t length, deadline until) {
    constexpr duration longest = std::chrono::milliseconds(20);
    for (duration pause = std::chrono::milliseconds(1);; pause = std::min(pause * 2, longest)) {
        if (until.expired()) return EAGAIN;
        const deadline next(pause);
        if (const int error = error_of([&] { sleep_until(std::min(next, until)); })) return error;
        if (without_blocking(fd, [&] { return libc().connect(fd, to, length); }) == 0) return 0;
        if (errno != EAGAIN) return errno;
    }
}

int connect_and_wait(int fd, const sockaddr* to, socklen_t length) {
    const int before = errno;
    if (without_blocking(fd, [&] { return libc().connect(fd, to, length); }) == 0) {
        errno = before;
        return 0;
    }
    int error = errno;
    const deadline until = limit_of(fd, SO_SNDTIMEO);
    if (error == EINPROGRESS)
        error = until_connected(fd, until);
    else if (error == EAGAIN && to->sa_family == AF_UNIX)
        error = until_there_is_room(fd, to, length, until);
    errno = error == 0 ? before : error;
    return error == 0 ? 0 : -1;
}

template <class Call>
int accept_and_wait(int fd, Call call) {
    return try_or_wait(fd, POLLIN, SO_RCVTIMEO, [&] { return without_blocking(fd, call); });
}

}  // namespace
}  // namespace grove::detail

using grove::detail::left_blocking;
using grove::detail::libc;
using grove::detail::may_wait;

extern "C" {

GROVE_API int connect(int fd, const sockaddr* to, socklen_t length) {
    if (!may_wait() || !left_blocking(fd)) return libc().connect(fd, to, length);
    return grove::detail::connect_and_wait(fd, to, length);
}

GROVE_API int accept(int fd, sockaddr* from, socklen_t* length) {
    if (!may_wait() || !left_blocking(fd)) return libc().accept(fd, from, length);
    return grove::detail::accept_and_wait(fd, [=] { return libc().accept(fd, from, length); });
}

GROVE_API int accept4(int fd, sockaddr* from, socklen_t* length, int flags) {
    if (!may_wait() || !left_blocking(fd)) return libc().accept4(fd, from, length, flags);
    return grove::detail::accept_and_wait(fd,
                                          [=] { return libc().accept4(fd, from, length, flags); });
}

}  // extern "C"
