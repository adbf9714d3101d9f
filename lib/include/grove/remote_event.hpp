// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/remote_line.hpp>

#include <memory>
#include <mutex>

/// An `event` between threads: greenlets of any hub wait for it, and so may threads that have none.
/// A handle: copies share one event; give each thread its own copy. Within one thread take `event`,
/// which needs no lock.
///
///     grove::remote_event ready;
///     std::thread loader([ready]() mutable { load(); ready.set(); });
///     ready.wait();                           // parks this greenlet; the hub goes on
///
/// Who waits keeps its hub from saying that all would wait for ever: others may hold a handle. When
/// the last handle goes while some wait, they are woken, and their `wait` throws
/// `std::logic_error`.
/// Threads: any.

namespace grove {

namespace detail {

struct GROVE_API remote_event_state : std::enable_shared_from_this<remote_event_state> {
    void set();
    [[nodiscard]] bool wait(deadline until);
    void abandon() noexcept;

    std::mutex mutex;
    bool is_set = false;  // guarded by mutex
    remote_line waiting;  // likewise
};

}  // namespace detail

class GROVE_API remote_event {
 public:
    remote_event();

    /// Wakes all that wait, first come first; each runs in its turn on its own hub. They return
    /// true even when the event is cleared before they run. Never blocks.
    void set() { shared_->set(); }

    void clear();
    [[nodiscard]] bool is_set() const;

    /// Waits until the event is set; returns at once when it is. On a thread without a hub it
    /// blocks the thread.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never);

 private:
    detail::remote_share<detail::remote_event_state> shared_;
};

}  // namespace grove
