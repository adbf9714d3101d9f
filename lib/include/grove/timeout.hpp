// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/waiter.hpp>
#include <grove/error.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

/// A limit on everything that a scope waits for, and its opposite, the shield.
///
///     grove::timeout limit(500ms);           // from here to the end of the scope
///     peer.write_all("ping\n");
///     auto line = peer.read_line();          // throws grove::timeout_expired when late
///
/// A timeout fires once, at a parking point of the greenlet that started it; code that swallows it
/// goes on. Scopes nest: the earliest deadline wins, and of equal ones the one started first.
/// Threads: the hub's own. Cost: one clock read and a few nanoseconds to set and cancel.

namespace grove {

class GROVE_API timeout : public detail::list_hook<timeout>, private detail::timer_node {
 public:
    /// Starts at once. `nullopt` never fires; zero fires at the hub's next look at its timers.
    explicit timeout(std::optional<duration> after);
    /// Throws `reason` instead of `timeout_expired`.
    timeout(std::optional<duration> after, std::exception_ptr reason);
    /// `text` is added to what the exception says.
    timeout(std::optional<duration> after, std::string text);
    timeout(const timeout&) = delete;
    timeout& operator=(const timeout&) = delete;

    /// Cancels.
    ~timeout() {
        if (pending()) cancel();
    }

    /// Starts again after `cancel` or after it fired. Throws: `std::logic_error` while pending.
    void start();
    void cancel() noexcept;

    /// Started, and neither fired nor cancelled.
    [[nodiscard]] bool pending() const noexcept { return armed() || linked(); }

    /// It is this one that `e` tells of.
    [[nodiscard]] bool is_source(const timeout_expired& e) const noexcept {
        return e.source() == this;
    }

    /// `1 second`, `0.5 seconds`, `2 seconds: boom`; empty when it never fires.
    [[nodiscard]] std::string text() const;

 private:
    friend class detail::hub_core;
    static void on_expiry(detail::timer_node& node) noexcept;
    [[noreturn]] void raise();

    detail::greenlet_core* owner_ = nullptr;
    std::optional<duration> after_;
    std::exception_ptr reason_;
    std::string text_;
};

/// Runs `f` under a limit.
/// Result: what `f` returns (`true` for void) or nothing (`false`) when *this* limit ended it; any
/// other interruption or exception passes through.
template <class F>
auto with_timeout(std::optional<duration> after, F&& f) {
    using result = std::invoke_result_t<F>;
    timeout limit(after);
    try {
        if constexpr (std::is_void_v<result>) {
            std::invoke(std::forward<F>(f));
            return true;
        } else {
            return std::optional<result>(std::invoke(std::forward<F>(f)));
        }
    } catch (const timeout_expired& e) {
        if (!limit.is_source(e)) throw;
        if constexpr (std::is_void_v<result>)
            return false;
        else
            return std::optional<result>();
    }
}

/// While one lives, kills and timeouts of the running greenlet wait: for clean-up that must park.
class GROVE_API shield {
 public:
    shield() noexcept;
    shield(const shield&) = delete;
    shield& operator=(const shield&) = delete;
    ~shield();

 private:
    detail::greenlet_core* owner_;
};

/// Runs a function when its scope is left, also by a kill. What must park in it needs a `shield`.
template <class F>
class [[nodiscard]] on_exit {
 public:
    explicit on_exit(F f) : f_(std::move(f)) {}

    on_exit(const on_exit&) = delete;
    on_exit& operator=(const on_exit&) = delete;

    ~on_exit() { f_(); }

 private:
    F f_;
};

}  // namespace grove
