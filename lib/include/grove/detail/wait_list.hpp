// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/detail/waiter.hpp>

#include <cstdint>

/// What the primitives of the sync layer share: a first-come-first-served list of waiting greenlets
/// that can be told why they were woken. A primitive that is destroyed while greenlets wait on it
/// wakes them with an error instead of leaving them asleep for ever.

namespace grove::detail {

/// Why a visitor was woken.
enum class news : std::uint8_t {
    granted,    ///< it got what it came for
    closed,     ///< the primitive was closed
    destroyed,  ///< the primitive is gone; nothing of it may be touched
};

/// A waiter that can be told something.
class visitor : public waiter {
 public:
    using waiter::waiter;

    news told = news::granted;
};

/// Throws `std::logic_error`: what `me` waited on was destroyed.
[[noreturn]] GROVE_API void throw_destroyed(const visitor& me);

class GROVE_API wait_list {
 public:
    wait_list() = default;
    wait_list(const wait_list&) = delete;
    wait_list& operator=(const wait_list&) = delete;

    ~wait_list() {
        if (!empty()) dismiss(news::destroyed);
    }

    [[nodiscard]] bool empty() const noexcept { return visitors_.empty(); }

    /// Undefined on an empty list.
    [[nodiscard]] visitor& front() noexcept { return static_cast<visitor&>(visitors_.front()); }

    [[nodiscard]] visitor* pop_front() noexcept {
        return static_cast<visitor*>(visitors_.pop_front());
    }

    void push_back(visitor& me) noexcept { visitors_.push_back(me); }

    void push_front(visitor& me) noexcept { visitors_.push_front(me); }

    /// Wakes all, first come first, saying `why`.
    void dismiss(news why) noexcept;

    /// Waits in this list.
    /// Result: false when `until` came first.
    /// Throws: `std::logic_error` when the list was destroyed meanwhile. Interrupted: nothing
    /// happened.
    bool wait(const char* what, const void* object, deadline until, const holding* held = nullptr);

 private:
    waiter_list visitors_;
};

}  // namespace grove::detail
