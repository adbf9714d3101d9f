// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <utility>

/// A variable of which each greenlet has its own, made at its first touch there and destroyed when
/// the greenlet ends, in reverse order of making.
///
///     const grove::local<std::string> request_id([] { return std::string("none"); });
///     *request_id = "r-17";
///
/// A `local` is a name, usually at namespace scope; it must outlive the greenlets that touch it.
/// Threads: each greenlet of each thread has its own; the maker must be callable from all of them.

namespace grove {

namespace detail {

/// The running greenlet's value under `key`; null before the first touch.
[[nodiscard]] GROVE_API void* find_local(const void* key) noexcept;
/// Gives the running greenlet `value`, to be destroyed by `destroy` when it ends.
GROVE_API void set_local(const void* key, void* value, void (*destroy)(void*) noexcept);
/// Destroys the running greenlet's value, if it has one.
GROVE_API void drop_local(const void* key) noexcept;

}  // namespace detail

template <class T>
class local {
 public:
    local() requires std::default_initializable<T> : make_([] { return T{}; }) {}

    /// `make` gives each greenlet its first value.
    explicit local(std::function<T()> make) : make_(std::move(make)) {}

    local(const local&) = delete;
    local& operator=(const local&) = delete;

    [[nodiscard]] T& operator*() const {
        if (void* found = detail::find_local(this)) return *static_cast<T*>(found);
        auto* fresh = new T(make_());
        detail::set_local(this, fresh, [](void* at) noexcept { delete static_cast<T*>(at); });
        return *fresh;
    }

    [[nodiscard]] T* operator->() const { return &**this; }

    /// The running greenlet has touched it.
    [[nodiscard]] bool is_set() const noexcept { return detail::find_local(this) != nullptr; }

    /// Back to untouched, for the running greenlet.
    void reset() const noexcept { detail::drop_local(this); }

 private:
    std::function<T()> make_;
};

}  // namespace grove
