// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/remote_line.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

/// A value that comes later, from whichever thread: an `async_result` between threads. A handle:
/// copies share one state, so that an answer may come after the asker has gone; give each thread
/// its own copy.
///
///     grove::remote_result<int> answer;
///     std::thread other([answer]() mutable { answer.set(42); });
///     std::printf("%d\n", answer.get(1s));
///
/// It is set once: others may be reading it. Who waits keeps its hub from saying that all would
/// wait for ever. When the last handle goes while some wait, they are woken, and their `get` throws
/// `std::logic_error`. The value ends on the thread of the last handle.
/// Threads: any.

namespace grove {

namespace detail {

struct GROVE_API remote_result_core : std::enable_shared_from_this<remote_result_core> {
    [[nodiscard]] bool wait(deadline until);
    /// Waits, then throws the error, or `timeout_expired` when late.
    void finish(deadline until);
    bool fail(std::exception_ptr why);
    void abandon() noexcept;

    /// Says that the value is there. Under the lock.
    void complete(remote_calls& calls) noexcept;

    std::mutex mutex;
    bool ready = false;        // guarded by mutex
    std::exception_ptr error;  // guarded by mutex until ready, constant then
    remote_line waiting;       // guarded by mutex
};

template <class T>
struct remote_result_state : remote_result_core {
    std::optional<T> value;  // guarded by mutex until ready
};

}  // namespace detail

template <class T>
class remote_result {
    static_assert(!std::is_reference_v<T>, "a remote_result holds a value");
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    using state = detail::remote_result_state<value_type>;
    using reference = std::add_lvalue_reference_t<std::add_const_t<T>>;

 public:
    remote_result() : shared_(std::make_shared<state>()) {}

    /// Sets the value and wakes all that wait. Never blocks.
    /// Result: false, and nothing happened, when there was a value or an error already.
    bool set(value_type value) requires(!std::is_void_v<T>) { return put(std::move(value)); }

    bool set() requires std::is_void_v<T> { return put({}); }

    /// Sets an error, which each `get` throws. Result: as `set`.
    bool set_exception(std::exception_ptr error) { return shared_->fail(std::move(error)); }

    /// Waits for the value. On a thread without a hub it blocks the thread.
    /// Result: a reference into the shared state, good until the last handle goes; from a temporary
    /// handle, a copy.
    /// Throws: the error that was set; `timeout_expired` when `until` came first. Interrupted:
    /// nothing happened.
    reference get(deadline until = never) const& {
        shared_->finish(until);
        if constexpr (!std::is_void_v<T>) return *shared_->value;
    }

    T get(deadline until = never) && requires(std::is_void_v<T> || std::copy_constructible<T>) {
        return static_cast<const remote_result&>(*this).get(until);
    }

    /// As `get`, but moves the value out: for the only one who asks.
    T take(deadline until = never) {
        shared_->finish(until);
        if constexpr (!std::is_void_v<T>) return std::move(*shared_->value);
    }

    /// Waits until there is a value or an error, and throws neither.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never) const { return shared_->wait(until); }

    /// There is a value or an error.
    [[nodiscard]] bool ready() const {
        const std::lock_guard held(shared_->mutex);
        return shared_->ready;
    }

    /// The error; null when there is none.
    [[nodiscard]] std::exception_ptr exception() const {
        const std::lock_guard held(shared_->mutex);
        return shared_->error;
    }

 private:
    bool put(value_type&& value) {
        detail::remote_calls calls;
        const std::lock_guard held(shared_->mutex);
        if (shared_->ready) return false;
        shared_->value.emplace(std::move(value));
        shared_->complete(calls);
        return true;
    }

    detail::remote_share<state> shared_;
};

}  // namespace grove
