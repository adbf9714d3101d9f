// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/waiter.hpp>
#include <grove/error.hpp>

#include <cstdint>
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
/// goes on: where a library might, take a `deadline_scope`. Scopes nest: the earliest deadline
/// wins, and of equal ones the one started first.
/// Threads: the hub's own. Cost: one clock read and a few nanoseconds to set and cancel.

namespace grove {

/// What can run out on the greenlet that made it: a `timeout` or a `deadline_scope`.
class GROVE_API time_limit : public detail::list_hook<time_limit>, private detail::timer_node {
 public:
    time_limit(const time_limit&) = delete;
    time_limit& operator=(const time_limit&) = delete;

    /// It is this one that `e` tells of.
    [[nodiscard]] bool is_source(const timeout_expired& e) const noexcept {
        return e.source() == this;
    }

 protected:
    /// How often it is thrown once it has run out.
    enum class repetition : std::uint8_t { once, at_each_wait };

    using raiser = void (*)(const time_limit&);

    /// `raise` throws what tells of it.
    time_limit(raiser raise, repetition thrown) noexcept
        : timer_node(on_expiry), raise_(raise), thrown_(thrown) {}

    ~time_limit() {
        if (pending()) cancel();
    }

    /// It will run out, or has and is still to be thrown.
    [[nodiscard]] bool pending() const noexcept { return armed() || linked(); }

    /// From here on it is the running greenlet that it limits.
    void claim() noexcept;
    void run_out_at(deadline when);
    void run_out_now() noexcept;
    void cancel() noexcept;

 private:
    friend class detail::hub_core;
    static void on_expiry(detail::timer_node& node) noexcept;

    detail::greenlet_core* owner_ = nullptr;
    raiser raise_;
    repetition thrown_;
    bool was_thrown_ = false;  ///< since it ran out
};

class GROVE_API timeout final : public time_limit {
 public:
    /// Starts at once. `nullopt` never fires; zero fires at the hub's next look at its timers.
    explicit timeout(std::optional<duration> after);
    /// Throws `reason` instead of `timeout_expired`.
    timeout(std::optional<duration> after, std::exception_ptr reason);
    /// `text` is added to what the exception says.
    timeout(std::optional<duration> after, std::string text);
    /// Cancels.
    ~timeout() = default;

    /// Starts again after `cancel` or after it fired. Throws: `std::logic_error` while pending.
    void start();
    using time_limit::cancel;
    /// Started, and neither fired nor cancelled.
    using time_limit::pending;

    /// `1 second`, `0.5 seconds`, `2 seconds: boom`; empty when it never fires.
    [[nodiscard]] std::string text() const;

 private:
    [[noreturn]] static void raise(const time_limit& me);

    std::optional<duration> after_;
    std::exception_ptr reason_;
    std::string text_;
};

namespace detail {

/// What `f` returns, or nothing when `limit` ended it.
template <class F>
auto run_within(const time_limit& limit, F&& f) {
    using result = std::invoke_result_t<F>;
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

}  // namespace detail

/// Runs `f` under a limit.
/// Result: what `f` returns (`true` for void) or nothing (`false`) when *this* limit ended it; any
/// other interruption or exception passes through.
template <class F>
auto with_timeout(std::optional<duration> after, F&& f) {
    const timeout limit(after);
    return detail::run_within(limit, std::forward<F>(f));
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
