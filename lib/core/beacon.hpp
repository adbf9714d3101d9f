// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

/// What other threads may see of a hub: whether it gets anywhere.

namespace grove::detail {

class mailbox;

/// A member of each hub, known to all from its making to its end.
class beacon {
 public:
    /// Of the calling thread.
    beacon();
    beacon(const beacon&) = delete;
    beacon& operator=(const beacon&) = delete;
    ~beacon();

    /// Only the hub's thread counts, so that a switch costs no locked instruction.
    void count_switch() noexcept {
        switches_.store(switches_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    /// Around a wait of the hub for descriptors.
    void set_asleep(bool asleep) noexcept { asleep_.store(asleep, std::memory_order_relaxed); }

    /// Of greenlets, and to the hub.
    [[nodiscard]] std::uint64_t switches() const noexcept {
        return switches_.load(std::memory_order_relaxed);
    }

    [[nodiscard]] bool asleep() const noexcept { return asleep_.load(std::memory_order_relaxed); }

    [[nodiscard]] pid_t thread() const noexcept { return thread_; }

    /// The hub can be asked from here on. Weakly held, for a hub counts those who may ring at its
    /// door; whoever takes it from here posts with `mailbox::post_and_ring`.
    void open(const std::shared_ptr<mailbox>& door);

    /// Null when the hub is not ready, or ends. Inside `each` only.
    [[nodiscard]] std::shared_ptr<mailbox> door() const noexcept { return door_.lock(); }

    /// Calls `f` for each hub of the process, none of which ends meanwhile. Threads: any.
    static void each(const std::function<void(const beacon&)>& f);

    /// The vector of pointers to all, for a debugger.
    [[nodiscard]] static const void* list_of_all() noexcept;

 private:
    std::atomic<std::uint64_t> switches_{0};
    std::atomic<bool> asleep_{false};
    pid_t thread_;
    std::weak_ptr<mailbox> door_;  // guarded by the list of all
};

}  // namespace grove::detail
