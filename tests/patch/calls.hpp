// SPDX-License-Identifier: MIT
#pragma once

#include <grove/error.hpp>
#include <grove/greenlet.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

/// What the tests of intercepted calls share: they speak to descriptors as C programs do.

namespace grove_test {

/// C libraries have large frames.
template <class F>
auto spawn_client(F&& f) {
    return grove::spawn({.stack = grove::stack_size::kib_256}, std::forward<F>(f));
}

/// Two blocking descriptors, closed with the object.
class blocking_pair {
 public:
    /// A Unix stream.
    blocking_pair() : blocking_pair(SOCK_STREAM) {}

    explicit blocking_pair(int type) {
        if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends_.data()) != 0)
            grove::throw_errno("socketpair");
    }

    /// `near` reads, `far` writes.
    [[nodiscard]] static blocking_pair pipe() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) grove::throw_errno("pipe");
        return blocking_pair(ends);
    }

    blocking_pair(const blocking_pair&) = delete;
    blocking_pair& operator=(const blocking_pair&) = delete;

    ~blocking_pair() {
        close_near();
        close_far();
    }

    [[nodiscard]] int near() const { return ends_[0]; }

    [[nodiscard]] int far() const { return ends_[1]; }

    void close_near() {
        if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
    }

    void close_far() {
        if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
    }

 private:
    explicit blocking_pair(const std::array<int, 2>& ends) : ends_(ends) {}

    std::array<int, 2> ends_{-1, -1};
};

/// A blocking listener on a free port of the loopback.
class blocking_listener {
 public:
    blocking_listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        if (::bind(fd_, raw(), size) != 0 || ::listen(fd_, 128) != 0 ||
            ::getsockname(fd_, raw(), &size) != 0)
            grove::throw_errno("listen");
    }

    blocking_listener(const blocking_listener&) = delete;
    blocking_listener& operator=(const blocking_listener&) = delete;

    ~blocking_listener() { ::close(fd_); }

    [[nodiscard]] int fd() const { return fd_; }

    /// A new blocking socket that is connected to it; -1 with `errno`.
    [[nodiscard]] int connect() const {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* to = reinterpret_cast<const sockaddr*>(&address_);
        if (::connect(fd, to, sizeof address_) == 0) return fd;
        const int error = errno;
        ::close(fd);
        errno = error;
        return -1;
    }

 private:
    sockaddr* raw() { return reinterpret_cast<sockaddr*>(&address_); }

    int fd_;
    sockaddr_in address_{};
};

/// What a call returned, and `errno` right after it.
struct told {
    ssize_t result;
    int error;

    bool operator==(const told&) const = default;
};

template <class Call>
told tell(Call call) {
    errno = 0;
    const ssize_t result = call();
    return {result, errno};
}

/// Runs all others until they are parked. Result: whether `waiting` still waits.
template <class R>
bool parks(const grove::greenlet<R>& waiting) {
    grove::idle();
    return !waiting.ready();
}

}  // namespace grove_test
