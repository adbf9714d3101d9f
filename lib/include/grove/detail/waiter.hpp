// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>

#include <cstdint>
#include <functional>
#include <string>

/// The one way to block. A primitive puts a waiter of its own frame into a list and parks it:
///
///     bool event::wait(deadline until) {
///         if (set_) return true;
///         detail::waiter me("event", this);
///         waiters_.push_back(me);
///         return me.park(until) == detail::outcome::woken;
///     }
///     void event::set() {
///         set_ = true;
///         while (detail::waiter* w = waiters_.pop_front()) w->wake();
///     }
///
/// A waiter leaves the list it is in when it is destroyed, so a kill or a timeout that unwinds the
/// frame needs no clean-up by the primitive. What a primitive hands to a waiter (a token, an item)
/// it hands over *before* `wake()`: a woken waiter returns `woken`, whatever else happens to its
/// greenlet before it runs again; the kill is delivered at the next parking point.

namespace grove::detail {

class greenlet_core;
class hub_core;

/// A deadline that is being watched by a hub. Lives where its owner lives; fires at most once.
class timer_node {
 public:
    using callback = void (*)(timer_node&) noexcept;

    explicit timer_node(callback at_deadline) noexcept : fire(at_deadline) {}

    timer_node(const timer_node&) = delete;
    timer_node& operator=(const timer_node&) = delete;

    [[nodiscard]] bool armed() const noexcept { return slot != none; }

    static constexpr std::uint32_t none = ~std::uint32_t{0};

    callback fire;              ///< runs on the hub, after the node was disarmed
    std::uint32_t slot = none;  ///< place in the hub's table of timers
    bool keeps_alive = true;    ///< false: does not hide that the program waits for ever
};

enum class outcome : std::uint8_t { woken, deadline };

/// What greenlets hold while others wait for it: a lock, the places of a pool, a life that is
/// joined. Reports follow it to tell who waits for whom.
class GROVE_API holding {
 public:
    holding() = default;
    holding(const holding&) = default;
    holding& operator=(const holding&) = default;

    virtual void each_holder(const std::function<void(const greenlet_core&)>& tell) const = 0;

    /// What a report says of it when those who hold it wait for it too; empty: nothing more.
    [[nodiscard]] virtual const char* remark() const noexcept { return ""; }

 protected:
    ~holding() = default;
};

/// One wait of one greenlet. Threads: the hub's own.
class GROVE_API waiter : public list_hook<waiter>, private timer_node {
 public:
    /// `what` ("event", "queue.get") and `object` describe the wait in reports; `what` must be a
    /// literal. `held` is what others hold and this wait is for, if it is known who. Costs nothing
    /// that is measurable.
    explicit waiter(const char* what, const void* object = nullptr,
                    const holding* held = nullptr) noexcept;
    ~waiter();

    /// Blocks the running greenlet until `wake`, or `until`.
    /// Result: `woken` at once if `wake` came before. An interruption that was pending before the
    /// park is thrown first, unless woken. A deadline that has passed still lets the others run
    /// once.
    /// Interrupted: throws `greenlet_exit` or `timeout_expired`; the waiter was not woken.
    outcome park(deadline until = never);

    /// Makes the greenlet ready; it runs in its turn. Never switches; a second call does nothing.
    void wake() noexcept;

    [[nodiscard]] bool woken() const noexcept { return woken_; }

    [[nodiscard]] greenlet_core& owner() const noexcept { return *owner_; }

    /// Of the greenlet that waits.
    [[nodiscard]] std::string owner_name() const;

    [[nodiscard]] const char* what() const noexcept { return what_; }

    [[nodiscard]] const void* object() const noexcept { return object_; }

    [[nodiscard]] const holding* held() const noexcept { return held_; }

 private:
    friend class hub_core;
    static void on_deadline(timer_node& node) noexcept;

    greenlet_core* owner_;
    const char* what_;
    const void* object_;
    const holding* held_;
    bool woken_ = false;
    bool expired_ = false;
};

using waiter_list = intrusive_list<waiter>;

/// Wakes all, first come first.
inline void wake_all(waiter_list& waiters) noexcept {
    while (waiter* w = waiters.pop_front()) w->wake();
}

}  // namespace grove::detail
