// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/wait_list.hpp>

#include <cstddef>

/// A counter of tokens: `acquire` takes one or waits for one, `release` gives one back. Use it to
/// bound how many greenlets do something at once; `pool` does that for greenlets themselves.
///
///     grove::semaphore two(2);
///     void visit() {
///         const std::lock_guard hold(two);    // at most two greenlets are in here
///         ...
///     }
///
/// A release never switches, and the one who releases may take the token again before those who
/// wait have had their turn; among those who wait, first come is first served. Destroyed while
/// greenlets wait: they are woken, and their `acquire` throws `std::logic_error`.
/// Threads: the hub's own; an uncontended acquire and release cost about a nanosecond.

namespace grove {

class GROVE_API semaphore {
 public:
    explicit semaphore(std::size_t tokens = 1) noexcept : semaphore(tokens, "semaphore", nullptr) {}

    /// Takes a token. Result: false when `until` came first. Interrupted: no token was taken.
    bool acquire(deadline until = never) {
        if (tokens_ == 0) [[unlikely]]
            return acquire_slowly(until);
        --tokens_;
        return true;
    }

    [[nodiscard]] bool try_acquire() noexcept {
        if (tokens_ == 0) return false;
        --tokens_;
        return true;
    }

    /// Gives a token, which need not have been taken before.
    void release() noexcept {
        ++tokens_;
        if (!waiting_.empty()) [[unlikely]]
            waiting_.front().wake();
    }

    /// Waits until a token could be taken, and takes none.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never);

    /// Tokens that can be taken now.
    [[nodiscard]] std::size_t available() const noexcept { return tokens_; }

    /// None is left.
    [[nodiscard]] bool locked() const noexcept { return tokens_ == 0; }

    /// For `std::lock_guard` and its kind.
    void lock() { acquire(); }

    [[nodiscard]] bool try_lock() noexcept { return try_acquire(); }

    void unlock() noexcept { release(); }

 private:
    friend class group;

    // A pool's places: it knows who holds them.
    semaphore(std::size_t tokens, const char* what, const detail::holding* held) noexcept
        : tokens_(tokens), what_(what), held_(held) {}

    bool acquire_slowly(deadline until);
    bool wait_for_token(deadline until);
    void pass_on() noexcept;

    // While there are tokens, the first of those who wait has been woken.
    std::size_t tokens_;
    const char* what_;
    const detail::holding* held_;
    detail::wait_list waiting_;
};

/// A semaphore that cannot have more tokens than it began with.
class GROVE_API bounded_semaphore : private semaphore {
 public:
    explicit bounded_semaphore(std::size_t tokens = 1) noexcept
        : semaphore(tokens), bound_(tokens) {}

    using semaphore::acquire;
    using semaphore::available;
    using semaphore::lock;
    using semaphore::locked;
    using semaphore::try_acquire;
    using semaphore::try_lock;
    using semaphore::wait;

    /// Throws: `std::logic_error` when no token is out.
    void release() {
        if (available() == bound_) [[unlikely]]
            throw_surplus();
        semaphore::release();
    }

    void unlock() { release(); }

 private:
    [[noreturn]] static void throw_surplus();

    std::size_t bound_;
};

}  // namespace grove
