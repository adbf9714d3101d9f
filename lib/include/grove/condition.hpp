// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/timeout.hpp>

#include <concepts>

/// Waits until something that a lock guards has become true.
///
///     std::unique_lock hold(turn);
///     enough.wait(hold, [&] { return stock >= wanted; });
///
/// Use an `event` where there is no lock, a `queue` where something is handed over.

namespace grove {

class GROVE_API condition {
 public:
    condition() = default;

    /// Gives `lock` back, waits to be notified, and takes it again; works with any lock that has
    /// `lock` and `unlock`, and must be called with it held.
    /// Result: false when `until` came first; the lock is held all the same.
    /// Interrupted: throws, with the lock held; taking it again is not interrupted.
    template <class Lock>
    bool wait(Lock& lock, deadline until = never) {
        lock.unlock();
        const on_exit take_again([&lock] {
            const shield whole;
            lock.lock();
        });
        return waiting_.wait("condition", this, until);
    }

    /// Waits until `holds()` is true, which it is asked with the lock held.
    /// Result: what it said last; false only when `until` came first. Interrupted: as above.
    template <class Lock, std::predicate Holds>
    bool wait(Lock& lock, Holds holds, deadline until = never) {
        while (!holds()) {
            if (!wait(lock, until)) return holds();
        }
        return true;
    }

    /// Wakes the one that has waited longest. Never switches. The lock need not be held.
    void notify_one() noexcept {
        if (!waiting_.empty()) waiting_.pop_front()->wake();
    }

    /// Wakes all, first come first. Never switches.
    void notify_all() noexcept { waiting_.dismiss(detail::news::granted); }

 private:
    detail::wait_list waiting_;
};

}  // namespace grove
