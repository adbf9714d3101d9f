// SPDX-License-Identifier: MIT
#pragma once

#include "patch/libc_calls.hpp"

#include <grove/deadline.hpp>
#include <grove/detail/c_frames.hpp>
#include <grove/error.hpp>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <system_error>

/// What the intercepted calls share: whether to wait in the hub, and how without an exception.
/// They leave `errno` as it was when they succeed; other greenlets change it while one waits.

namespace grove::detail {

/// The caller is a greenlet that waits in the hub; else, as in the child of a fork, the call is
/// libc's.
[[nodiscard]] bool may_wait() noexcept;

/// The program left the descriptor blocking. False, with `errno`, for one that is not open.
[[nodiscard]] bool left_blocking(int fd) noexcept;

/// Now plus the descriptor's SO_RCVTIMEO or SO_SNDTIMEO; `never` where it has none.
[[nodiscard]] deadline limit_of(int fd, int option) noexcept;

/// Calls what waits in the hub.
/// Result: 0, or the number for `errno`: ECANCELED for a kill and ETIMEDOUT for a timeout scope,
/// which stay pending.
template <class F>
[[nodiscard]] int error_of(F waiting) {
    try {
        const withhold here;
        waiting();
        return 0;
    } catch (const withheld& e) {
        return e.is_kill() ? ECANCELED : ETIMEDOUT;
    } catch (const std::system_error& e) {
        return e.code().category() == std::generic_category() ? e.code().value() : EIO;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    } catch (const std::exception&) {
        return EIO;
    }
}

/// Waits for one descriptor.
/// Result: 0; EAGAIN when `until` came first; else as `error_of`.
[[nodiscard]] int wait_for(int fd, short events, deadline until);

inline int fail_with(int error) noexcept {
    errno = error;
    return -1;
}

/// Calls `call`, which must not block, until it does something or fails.
/// Result: what it returned; -1 with `errno` when the wait ended otherwise. `option` names the
/// socket's own limit.
template <class Call>
auto try_or_wait(int fd, short events, int option, Call call) -> decltype(call()) {
    const int before = errno;
    for (std::optional<deadline> until;;) {
        const auto result = call();
        if (result >= 0) {
            errno = before;
            return result;
        }
        if (errno != EAGAIN || !left_blocking(fd)) return result;
        if (!until) until = limit_of(fd, option);
        if (const int error = wait_for(fd, events, *until)) return fail_with(error);
    }
}

}  // namespace grove::detail
