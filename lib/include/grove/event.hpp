// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/wait_list.hpp>

/// A flag that greenlets wait for: one says that something has happened, any number hear of it. Use
/// `async_result` when a value comes with it, `queue` when each happening counts.
///
///     grove::event ready;
///     auto worker = grove::spawn([&] { ready.wait(); std::puts("go"); });
///     ready.set();                            // does not switch: the worker runs in its turn
///     worker.join();
///
/// Destroyed while greenlets wait: they are woken, and their `wait` throws `std::logic_error`.
/// Threads: the hub's own.

namespace grove {

class GROVE_API event {
 public:
    event() = default;

    /// Wakes all that wait, first come first. Never switches. They return true even when the event
    /// is cleared before they run.
    void set() noexcept {
        set_ = true;
        if (!waiting_.empty()) waiting_.dismiss(detail::news::granted);
    }

    void clear() noexcept { set_ = false; }

    [[nodiscard]] bool is_set() const noexcept { return set_; }

    /// Waits until the event is set; returns at once, without a switch, when it is.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never) { return set_ || waiting_.wait("event", this, until); }

 private:
    bool set_ = false;
    detail::wait_list waiting_;
};

}  // namespace grove
