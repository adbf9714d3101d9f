// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <memory>
#include <utility>

/// A value that whoever is called can see, and every greenlet that is spawned from there: a
/// request's number, a deadline, a tenant. (What a greenlet has for itself is a `local`.)
///
///     grove::context_var<std::string> request_id;
///
///     const auto scope = request_id.set("r-17");
///     grove::spawn([] { log(*request_id.get()); });   // r-17, also after the scope's end
///
/// A spawned greenlet sees what its spawner saw at that moment; what either sets later, the other
/// does not see. Values are shared and never change: to change one is to set another.
///
/// A `context_var` is a name, usually at namespace scope; it must outlive the greenlets that use
/// it.
/// Threads: each greenlet of each thread has its own view; another thread begins with none.

namespace grove {

namespace detail {

struct context_values;

/// What the running greenlet sees under `key`; null when nothing was set.
[[nodiscard]] GROVE_API const void* find_in_context(const void* key) noexcept;

/// Sets a value for as long as it lives; scopes of one greenlet end in reverse order.
class GROVE_API context_scope {
 public:
    context_scope(const void* key, std::shared_ptr<const void> value);
    context_scope(const context_scope&) = delete;
    context_scope& operator=(const context_scope&) = delete;
    ~context_scope();

 private:
    std::shared_ptr<const context_values> before_;
};

}  // namespace detail

template <class T>
class context_var {
 public:
    context_var() = default;
    context_var(const context_var&) = delete;
    context_var& operator=(const context_var&) = delete;

    /// Null when nobody above has set it. Good until the end of the scope that set it, or of this
    /// greenlet if it was spawned inside.
    [[nodiscard]] const T* get() const noexcept {
        return static_cast<const T*>(detail::find_in_context(this));
    }

    [[nodiscard]] T value_or(T otherwise) const {
        const T* found = get();
        return found != nullptr ? *found : std::move(otherwise);
    }

    /// From here to the end of the scope that is returned.
    [[nodiscard]] detail::context_scope set(T value) const {
        return detail::context_scope(this, std::make_shared<const T>(std::move(value)));
    }
};

}  // namespace grove
