// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

/// A move-only callable: what `std::function` would be if it took lambdas that own things. Up to
/// four words live inside it; larger ones go to the heap.

namespace grove::detail {

template <class Signature>
class unique_function;

template <class R, class... A>
class unique_function<R(A...)> {
    static constexpr std::size_t room = 4 * sizeof(void*);

    struct operations {
        R (*call)(void*, A&&...);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void*) noexcept;
    };

    template <class F>
    static constexpr bool fits =
        sizeof(F) <= room &&
        alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

    template <class F>
    struct inside {
        static R call(void* at, A&&... a) { return (*static_cast<F*>(at))(std::forward<A>(a)...); }

        static void move(void* from, void* to) noexcept {
            ::new (to) F(std::move(*static_cast<F*>(from)));
            std::destroy_at(static_cast<F*>(from));
        }

        static void destroy(void* at) noexcept { std::destroy_at(static_cast<F*>(at)); }

        static constexpr operations table{call, move, destroy};
    };

    template <class F>
    struct outside {
        static F*& held(void* at) { return *static_cast<F**>(at); }

        static R call(void* at, A&&... a) { return (*held(at))(std::forward<A>(a)...); }

        static void move(void* from, void* to) noexcept { ::new (to) F*(held(from)); }

        static void destroy(void* at) noexcept { delete held(at); }

        static constexpr operations table{call, move, destroy};
    };

 public:
    unique_function() = default;

    unique_function(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)

    template <class F>

    requires(!std::same_as<std::remove_cvref_t<F>, unique_function> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
        unique_function(F&& f) {  // NOLINT(google-explicit-constructor)
        using held = std::decay_t<F>;
        if constexpr (fits<held>) {
            ::new (static_cast<void*>(storage_)) held(std::forward<F>(f));
            operations_ = &inside<held>::table;
        } else {
            ::new (static_cast<void*>(storage_)) held*(new held(std::forward<F>(f)));
            operations_ = &outside<held>::table;
        }
    }

    unique_function(unique_function&& other) noexcept { take(other); }

    unique_function& operator=(unique_function&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }

    ~unique_function() { reset(); }

    [[nodiscard]] explicit operator bool() const noexcept { return operations_ != nullptr; }

    /// Undefined when empty.
    R operator()(A... a) { return operations_->call(storage_, std::forward<A>(a)...); }

 private:
    void reset() noexcept {
        if (const operations* held = std::exchange(operations_, nullptr)) held->destroy(storage_);
    }

    void take(unique_function& other) noexcept {
        operations_ = std::exchange(other.operations_, nullptr);
        if (operations_ != nullptr) operations_->move(other.storage_, storage_);
    }

    alignas(std::max_align_t) std::byte storage_[room]{};
    const operations* operations_ = nullptr;
};

/// Something to run once, somewhere else.
using task = unique_function<void()>;

}  // namespace grove::detail
