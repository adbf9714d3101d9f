// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/greenlet_core.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/error.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <ranges>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Greenlets: functions that run by turns on one thread and give way only where they wait. Use them
/// for anything that waits (sockets, processes, timers, each other); use `thread_pool` for what
/// computes or blocks outside grove.
///
///     auto answer = grove::spawn([] { grove::sleep_for(10ms); return 42; });
///     auto ticker = grove::spawn([] { for (;;) { puts("."); grove::sleep_for(100ms); } });
///     std::printf("%d\n", answer.get());
///     // leaving the scope kills the ticker and waits until it is gone
///
/// Captures by reference are safe exactly when the handle is declared after what it captures.
///
/// Threads: each thread has its own hub, made at its first use of grove; greenlets, handles and all
/// that waits belong to the thread that made them. One that another thread joins, kills, wakes or
/// destroys ends the process with a message that names both. The doors from other threads are
/// `hub_address::post` and the types that say so.
/// Ends of life: when a thread returns from its main function, greenlets that are left are killed
/// and run until they are gone. `exit()` called inside a greenlet ends the process without that.

namespace grove {

class hub;

/// The untyped handle: everything but the value. Move-only; the destructor kills the greenlet and
/// waits, shielded, until it is gone.
class GROVE_API greenlet_handle {
 public:
    greenlet_handle() = default;

    explicit greenlet_handle(detail::greenlet_core* core) noexcept : core_(core) {}

    greenlet_handle(greenlet_handle&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)) {}

    greenlet_handle& operator=(greenlet_handle&& other) noexcept;

    ~greenlet_handle() {
        if (core_ != nullptr) reset();
    }

    /// False for a default-made, moved-from or detached handle; nothing else may be called then.
    [[nodiscard]] bool valid() const noexcept { return core_ != nullptr; }

    /// Waits until the greenlet has ended, however it ended.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool join(deadline until = never);

    /// Throws `greenlet_exit` in the greenlet at its parking point and waits until it has ended.
    /// One that never ran never will. If it catches the kill and returns, its value counts.
    /// Result: false when `until` came first; the kill stays pending. Interrupted: likewise.
    bool kill(deadline until = never);
    /// As above with an exception of your own: the greenlet then counts as failed, and `get`
    /// rethrows it.
    bool kill(std::exception_ptr reason, deadline until = never);
    /// Asks without waiting. May be called on the running greenlet.
    void request_kill(std::exception_ptr reason = nullptr);

    /// It has ended.
    [[nodiscard]] bool ready() const noexcept { return core_->finished(); }

    /// It was scheduled and has not ended (gevent's `started`).
    [[nodiscard]] bool started() const noexcept;
    /// It has ended with a value or by a kill.
    [[nodiscard]] bool successful() const noexcept;

    /// It has ended by a kill and has no value.
    [[nodiscard]] bool killed() const noexcept { return core_->ended == detail::ending::exited; }

    /// What it failed with; null otherwise.
    [[nodiscard]] std::exception_ptr exception() const noexcept { return core_->failure; }

    /// `Greenlet-7` unless it was named.
    [[nodiscard]] std::string name() const;
    void set_name(std::string name);

    [[nodiscard]] std::uint32_t id() const noexcept { return core_->number; }

    [[nodiscard]] detail::source_location spawned_at() const noexcept { return core_->spawned; }

    /// Runs `f` in a greenlet of its own once this one has ended, in the order added; at once (in
    /// its turn) when it has ended already. What `f` throws is reported and stops no other link.
    /// Result: a number for `unlink`.
    std::uint64_t on_done(detail::task f);
    /// Only when it was successful; only when it failed.
    std::uint64_t on_success(detail::task f);
    std::uint64_t on_error(detail::task f);
    /// Forgets a link that has not run; false when there is none of that number.
    bool unlink(std::uint64_t link) noexcept;

    /// Lets the greenlet live on without a handle.
    void detach() && noexcept;

    [[nodiscard]] detail::greenlet_core& core() const noexcept { return *core_; }

 protected:
    /// Waits for the end, then rethrows a failure; throws `timeout_expired` when late.
    void finish(deadline until);
    [[noreturn]] void throw_killed() const;

 private:
    void reset() noexcept;

    detail::greenlet_core* core_ = nullptr;
};

/// The handle of a greenlet that returns `R`.
template <class R>
class [[nodiscard]] greenlet : public greenlet_handle {
 public:
    greenlet() = default;

    explicit greenlet(detail::greenlet_result<R>* core) noexcept : greenlet_handle(core) {}

    /// Waits for the value. Result: a reference into the handle; call `std::move(g).get()` to take
    /// it out.
    /// Throws: what the greenlet failed with; `timeout_expired` when `until` came first;
    /// `greenlet_killed` when it was killed. Interrupted: nothing happened.
    std::add_lvalue_reference_t<R> get(deadline until = never) & {
        finish(until);
        if constexpr (!std::is_void_v<R>) {
            if (!result().value) throw_killed();
            return *result().value;
        }
    }

    R get(deadline until = never) && {
        finish(until);
        if constexpr (!std::is_void_v<R>) {
            if (!result().value) throw_killed();
            if constexpr (std::is_reference_v<R>)
                return *result().value;
            else
                return std::move(*result().value);
        }
    }

 private:
    detail::greenlet_result<R>& result() const noexcept {
        return static_cast<detail::greenlet_result<R>&>(core());
    }
};

namespace detail {

/// What a greenlet can run: its copy is called with copies of the arguments.
template <class F, class... A>
concept spawnable = std::invocable<std::decay_t<F>, std::unwrap_ref_decay_t<A>...>;

template <class Range>
concept greenlet_range = std::derived_from<std::ranges::range_value_t<Range>, greenlet_handle>;

}  // namespace detail

/// How to spawn, where the defaults do not do.
struct spawn_options {
    std::string name = {};
    stack_size stack = stack_size::kib_64;
    duration after = duration::zero();  ///< starts that long from now
};

/// Schedules `f` to run after everything that is ready now. Never runs it at once.
template <detail::spawnable F>
auto spawn(F&& f, detail::source_location from = detail::source_location::current()) {
    auto* core = detail::make_greenlet(std::forward<F>(f), from);
    detail::launch(*core);
    return greenlet<std::invoke_result_t<std::decay_t<F>>>(core);
}

/// As above, calling `f(first, rest...)` with copies of the arguments (`std::ref` for references).
template <class A, class... More, detail::spawnable<A, More...> F>
auto spawn(F&& f, A&& first, More&&... rest) {
    using arguments = std::tuple<std::unwrap_ref_decay_t<A>, std::unwrap_ref_decay_t<More>...>;
    return spawn([call = std::decay_t<F>(std::forward<F>(f)),
                  with = arguments(std::forward<A>(first), std::forward<More>(rest)...)]() mutable
                 -> decltype(auto) { return std::apply(std::move(call), std::move(with)); });
}

GROVE_API void apply_options(detail::greenlet_core& core, spawn_options&& options);

template <detail::spawnable F>
auto spawn(spawn_options options, F&& f,
           detail::source_location from = detail::source_location::current()) {
    auto* core = detail::make_greenlet(std::forward<F>(f), from);
    const duration after = options.after;
    apply_options(*core, std::move(options));
    if (after > duration::zero())
        detail::launch_after(*core, after);
    else
        detail::launch(*core);
    return greenlet<std::invoke_result_t<std::decay_t<F>>>(core);
}

/// Starts `f` that long from now. `started()` is true meanwhile; a kill before then means never.
template <detail::spawnable F>
auto spawn_after(duration delay, F&& f,
                 detail::source_location from = detail::source_location::current()) {
    return spawn(spawn_options{.after = delay}, std::forward<F>(f), from);
}

/// Fire and forget: nothing to join; a failure is printed.
template <detail::spawnable F>
void spawn_detached(F&& f, detail::source_location from = detail::source_location::current()) {
    spawn(std::forward<F>(f), from).detach();
}

/// Lets every other ready greenlet run once. Interrupted: throws.
GROVE_API void yield();

/// Waits at least that long, and never less; zero or less is `yield`. Interrupted: throws.
GROVE_API void sleep_for(duration d);
GROVE_API void sleep_until(deadline when);

/// Waits until nothing else is ready and no descriptor or timer is due. Of several that idle, those
/// of the highest priority are woken; the others, once nothing is left to do again.
/// Interrupted: nothing happened.
GROVE_API void idle(int priority = 0);

struct join_options {
    deadline until = never;
    std::size_t count = ~std::size_t{0};  ///< enough when that many have ended
    bool throw_first = false;             ///< rethrow the earliest failure as soon as it happens
};

/// Waits for several.
/// Result: those that have ended, in the order they ended, at most `count`. Never throws for being
/// late. Interrupted: nothing happened.
GROVE_API std::vector<greenlet_handle*> join_all(std::span<greenlet_handle* const> greenlets,
                                                 join_options options = {});

template <std::derived_from<greenlet_handle>... G>
std::vector<greenlet_handle*> join_all(G&... greenlets) {
    const std::initializer_list<greenlet_handle*> all{&greenlets...};
    return join_all(std::span(all.begin(), all.size()));
}

template <detail::greenlet_range Range>
std::vector<greenlet_handle*> join_all(Range& greenlets, join_options options = {}) {
    std::vector<greenlet_handle*> all;
    for (greenlet_handle& g : greenlets) all.push_back(&g);
    return join_all(std::span<greenlet_handle* const>(all), options);
}

/// Kills several: all are asked in list order, then waited for. One that never ran never will.
/// Throws: `timeout_expired` when `until` comes before the last has ended.
GROVE_API void kill_all(std::span<greenlet_handle* const> greenlets, deadline until = never);

template <detail::greenlet_range Range>
void kill_all(Range& greenlets, deadline until = never) {
    std::vector<greenlet_handle*> all;
    for (greenlet_handle& g : greenlets) all.push_back(&g);
    kill_all(std::span<greenlet_handle* const>(all), until);
}

/// The greenlet that is running; the main one counts.
namespace this_greenlet {

[[nodiscard]] GROVE_API std::uint32_t id() noexcept;
[[nodiscard]] GROVE_API std::string name();
GROVE_API void set_name(std::string name);

/// A kill is pending: it was thrown and swallowed, or waits behind a shield.
[[nodiscard]] GROVE_API bool kill_requested() noexcept;

/// Takes the pending kill away: for the rare function that refuses to die.
GROVE_API void forgive_kill() noexcept;

}  // namespace this_greenlet

}  // namespace grove
