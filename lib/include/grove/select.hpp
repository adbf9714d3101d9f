// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <poll.h>

#include <concepts>
#include <span>
#include <vector>

/// Waiting for descriptors of any origin, as poll(2) and select(2) do, without holding up the hub.
/// For descriptors that a C library owns; `grove::socket` waits by itself.
///
///     std::array<pollfd, 2> both{{{.fd = a, .events = POLLIN, .revents = 0},
///                                 {.fd = b, .events = POLLIN, .revents = 0}}};
///     if (grove::poll(both, 2s) == 0) std::puts("quiet for two seconds");
///
/// The kernel is asked first, so what is ready or not open is told at once; a call that need not
/// wait still lets the others run once. `never`, the default, is the -1 of poll(2). Any number of
/// greenlets may wait for one descriptor: each that asked for what came is woken. Regular files,
/// which epoll refuses, are always ready.
/// A descriptor that grove closes meanwhile (a `grove::socket`), or anybody under the patch
/// library, counts as not open from then on. One that is closed otherwise ends no wait.
///
/// Errors: `std::system_error` naming the call (ENOMEM; EINVAL for more entries than
/// RLIMIT_NOFILE). Signals end no wait.
/// Interrupted: nothing happened; nothing stays registered.
/// Threads: the hub's own.

namespace grove {

/// poll(2): entries with a negative number are left out, and `revents` is set in each.
/// Result: how many have something in `revents`; 0 when `until` came first.
GROVE_API int poll(std::span<pollfd> descriptors, deadline until = never);

/// What `select` found, each in the order it was given.
struct selection {
    std::vector<int> read = {};
    std::vector<int> write = {};
    std::vector<int> urgent = {};

    [[nodiscard]] bool empty() const noexcept {
        return read.empty() && write.empty() && urgent.empty();
    }
};

/// select(2), for numbers of any size. With no descriptor at all it is a sleep.
/// Result: empty when `until` came first.
/// Throws, besides: EBADF naming a descriptor that is not open.
[[nodiscard]] GROVE_API selection select(const std::vector<int>& read,
                                         const std::vector<int>& write = {},
                                         const std::vector<int>& urgent = {},
                                         deadline until = never);

/// Until a read (a write) would not block; an error or a hang-up counts.
/// Result: false when `until` came first. Throws, besides: EBADF.
GROVE_API bool wait_read(int fd, deadline until = never);
GROVE_API bool wait_write(int fd, deadline until = never);

namespace detail {

template <class S>
concept has_descriptor = requires(const S& stream) {
    { stream.fd() } -> std::convertible_to<int>;
};

}  // namespace detail

/// A descriptor as a thing to wait for beside others (`wait_any`, `ready_order`):
///
///     grove::readable input(peer);
///     switch (*grove::wait_any(grove::never, input, cancelled)) { case 0: ...; case 1: ...; }
///
/// Of a socket or a pipe of grove it tells what the kernel has: what `read_line` has read ahead is
/// not seen. The descriptor must stay open until the wait is over.
class readable {
 public:
    explicit readable(int fd) noexcept : fd_(fd) {}

    template <detail::has_descriptor S>
    explicit readable(const S& stream) noexcept : fd_(stream.fd()) {}

    /// As `wait_read`.
    bool wait(deadline until = never) const { return wait_read(fd_, until); }

 private:
    int fd_;
};

/// As `readable`, for writing.
class writable {
 public:
    explicit writable(int fd) noexcept : fd_(fd) {}

    template <detail::has_descriptor S>
    explicit writable(const S& stream) noexcept : fd_(stream.fd()) {}

    /// As `wait_write`.
    bool wait(deadline until = never) const { return wait_write(fd_, until); }

 private:
    int fd_;
};

}  // namespace grove
