// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/remote_line.hpp>

#include <cstddef>
#include <memory>
#include <mutex>

/// A `semaphore` between threads: bounds how much greenlets of several hubs, and threads without
/// one, do at once. A handle: copies share one counter; give each thread its own copy.
///
/// Unlike the semaphore of one thread it hands a token over to the one who has waited longest:
/// nobody is passed. An interrupted `acquire` has taken no token, and none is lost on the way.
/// Who waits keeps its hub from saying that all would wait for ever. When the last handle goes
/// while some wait, they are woken, and their `acquire` throws `std::logic_error`.
/// Threads: any.

namespace grove {

namespace detail {

struct GROVE_API remote_semaphore_state : std::enable_shared_from_this<remote_semaphore_state> {
    explicit remote_semaphore_state(std::size_t n) noexcept : tokens(n) {}

    [[nodiscard]] bool acquire(deadline until);
    void abandon() noexcept;

    std::mutex mutex;
    std::size_t tokens;   // guarded by mutex
    remote_line waiting;  // likewise; non-empty only while there is no token
};

}  // namespace detail

class GROVE_API remote_semaphore {
 public:
    explicit remote_semaphore(std::size_t tokens = 1);

    /// Takes a token. On a thread without a hub it blocks the thread.
    /// Result: false when `until` came first. Interrupted: no token was taken.
    bool acquire(deadline until = never);
    [[nodiscard]] bool try_acquire();

    /// Gives tokens, which need not have been taken before. Never blocks.
    void release(std::size_t tokens = 1);

    /// Tokens that can be taken now.
    [[nodiscard]] std::size_t available() const;

    /// For `std::lock_guard` and its kind.
    void lock() { acquire(); }

    [[nodiscard]] bool try_lock() { return try_acquire(); }

    void unlock() { release(); }

 private:
    detail::remote_share<detail::remote_semaphore_state> shared_;
};

}  // namespace grove
