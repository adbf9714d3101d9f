// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <grove/detail/task.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

/// The door between a hub and other threads: posted tasks, and a count of what is still to come
/// from outside. It outlives the hub for as long as somebody holds its address. The descriptor is
/// written only when the hub sleeps: a post to a busy hub is one lock.
/// Threads: any, except where a function says the hub's.

namespace grove::detail {

class mailbox {
 public:
    /// Throws `std::system_error` when there is no descriptor left.
    mailbox();

    /// False, and `f` destroyed, when the hub has closed.
    bool post(task f);

    /// The same from one whom the hub does not know: a hub that counts nobody else at its door
    /// falls asleep without a word, so the bell rings in any case.
    bool post_and_ring(task f);

    void expect() noexcept { expected_.fetch_add(1, std::memory_order_relaxed); }

    /// Wakes the hub, so that it looks again whether anything can still come.
    void stop_expecting() noexcept;

    [[nodiscard]] bool expecting() const noexcept {
        return expected_.load(std::memory_order_acquire) != 0;
    }

    /// What the hub polls while it sleeps; closed by `close`.
    [[nodiscard]] int descriptor() const noexcept { return event_.get(); }

    // --- the hub's thread ---

    /// A cheap look: false means surely nothing.
    [[nodiscard]] bool has_mail() const noexcept { return mail_.load(std::memory_order_acquire); }

    /// All that was posted so far, in order.
    [[nodiscard]] std::vector<task> collect();
    /// Says that the hub is about to sleep. False: mail came first, do not sleep.
    [[nodiscard]] bool fall_asleep();
    void wake_up() noexcept;
    /// Takes the ring off the descriptor once it was seen ready.
    void silence() noexcept;
    /// No post is taken from here on, and no descriptor held, whoever else holds the mailbox.
    void close();

 private:
    bool take_in(task& f, bool loudly);  ///< under mutex_
    void ring() noexcept;

    unique_fd event_;
    std::mutex mutex_;
    std::vector<task> posted_;  // guarded by mutex_
    bool asleep_ = false;       // guarded by mutex_
    bool closed_ = false;       // guarded by mutex_
    std::atomic<bool> mail_{false};
    std::atomic<std::size_t> expected_{0};
};

}  // namespace grove::detail
