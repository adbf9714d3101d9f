// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/error.hpp>

/// For functions that C code calls and that wait: no exception may pass its frames, and an
/// interruption that such a function ends must not be lost.
///
///     try {
///         const grove::detail::withhold here;
///         grove::wait_read(fd);
///     } catch (const grove::detail::withheld& e) {
///         errno = e.is_kill() ? ECANCELED : ETIMEDOUT;
///         return -1;
///     }

namespace grove::detail {

class greenlet_core;

/// Thrown at a parking point in place of an interruption, which stays pending: the next wait
/// outside of a `withhold` throws it, and a timeout whose scope ends before that is forgotten.
class GROVE_API withheld final : public interrupt {
 public:
    explicit withheld(bool kill) noexcept : kill_(kill) {}

    withheld(const withheld&) = default;
    withheld& operator=(const withheld&) = default;
    ~withheld() override;

    [[nodiscard]] const char* what() const noexcept override;

    /// The greenlet was killed; else a timeout scope has run out.
    [[nodiscard]] bool is_kill() const noexcept { return kill_; }

 private:
    bool kill_;
};

/// While one lives, what interrupts the running greenlet is thrown as `withheld`. No code of the
/// user may run in its scope.
class GROVE_API withhold {
 public:
    withhold() noexcept;
    withhold(const withhold&) = delete;
    withhold& operator=(const withhold&) = delete;
    ~withhold();

 private:
    greenlet_core* owner_;
};

/// Throws what interrupts the running greenlet, as a wait would; returns when there is nothing, or
/// when it must not be thrown here.
GROVE_API void throw_interruption();

/// The caller runs in a greenlet that may wait: not in the main one, nor in a callback of the hub,
/// nor in the child of a fork.
/// False on a thread without a hub; none is made. Threads: any.
[[nodiscard]] GROVE_API bool in_greenlet() noexcept;

}  // namespace grove::detail
