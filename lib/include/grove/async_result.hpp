// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/wait_list.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

/// A value that comes later, from whoever: an event that carries a value or an error. It is a
/// handle: copies share one state, so that an answer may come after the asker has gone. For the
/// value of a greenlet ask its own handle instead.
///
///     grove::async_result<int> answer;
///     inbox.put(question{answer});            // somebody calls answer.set(42)
///     std::printf("%d\n", answer.get(1s));
///
/// Setting again overwrites. When the last handle goes while greenlets wait, they are woken and
/// their `get` throws `std::logic_error`.
/// Threads: the hub's own.

namespace grove {

namespace detail {

class GROVE_API result_core {
 public:
    [[nodiscard]] bool ready() const noexcept { return ready_; }

    [[nodiscard]] std::exception_ptr error() const noexcept { return error_; }

    void complete(std::exception_ptr error) noexcept;

    bool wait(deadline until) { return ready_ || waiting_.wait("async_result", this, until); }

    /// Waits, then throws the error, or `timeout_expired` when late.
    void finish(deadline until);

    void keep() noexcept { ++references_; }

    /// Result: that was the last reference.
    [[nodiscard]] bool drop() noexcept;

 private:
    std::uint32_t references_ = 1;
    std::exception_ptr error_;
    bool ready_ = false;
    wait_list waiting_;
};

template <class T>
struct result_state : result_core {
    std::optional<T> value;
};

}  // namespace detail

template <class T>
class async_result {
    static_assert(!std::is_reference_v<T>, "an async_result holds a value");
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    using reference = std::add_lvalue_reference_t<T>;

 public:
    async_result() : state_(new detail::result_state<value_type>) {}

    async_result(const async_result& other) noexcept : state_(other.state_) { state_->keep(); }

    async_result& operator=(const async_result& other) noexcept {
        async_result(other).swap(*this);
        return *this;
    }

    ~async_result() {
        if (state_->drop()) delete state_;
    }

    /// Sets the value and wakes all that wait, first come first. Never switches.
    void set(value_type value) requires(!std::is_void_v<T>) {
        state_->value.emplace(std::move(value));
        state_->complete(nullptr);
    }

    void set() requires std::is_void_v<T> { state_->complete(nullptr); }

    /// Sets an error, which each `get` throws.
    void set_exception(std::exception_ptr error) noexcept { state_->complete(std::move(error)); }

    /// Waits for the value. Result: a reference into the shared state, good until the value is set
    /// again or the last handle goes; from a temporary handle, a copy.
    /// Throws: the error that was set; `timeout_expired` when `until` came first. Interrupted:
    /// nothing happened.
    reference get(deadline until = never) const& {
        state_->finish(until);
        if constexpr (!std::is_void_v<T>) return *state_->value;
    }

    T get(deadline until = never) && requires(std::is_void_v<T> || std::copy_constructible<T>) {
        return static_cast<const async_result&>(*this).get(until);
    }

    /// As `get`, but moves the value out: for the one who asks last.
    T take(deadline until = never) {
        if constexpr (std::is_void_v<T>)
            get(until);
        else
            return std::move(get(until));
    }

    /// Waits until there is a value or an error, and throws neither.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never) const { return state_->wait(until); }

    /// There is a value or an error.
    [[nodiscard]] bool ready() const noexcept { return state_->ready(); }

    [[nodiscard]] bool successful() const noexcept { return ready() && !exception(); }

    /// The error; null when there is none.
    [[nodiscard]] std::exception_ptr exception() const noexcept { return state_->error(); }

    void swap(async_result& other) noexcept { std::swap(state_, other.state_); }

 private:
    detail::result_state<value_type>* state_;
};

}  // namespace grove
