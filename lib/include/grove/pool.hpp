// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/group.hpp>

#include <cstddef>
#include <utility>

/// A group with a bound: `spawn` waits while as many members are at work as it has places. It
/// bounds how much happens at once; what a queue bounds is how much waits.
///
///     auto sizes = grove::pool(8).map(urls, [](const std::string& url) { return size_of(url); });
///
/// A member that spawns into its own pool while that is full waits for itself: the blocked-forever
/// report names `pool.spawn`.
/// Threads: the hub's own.

namespace grove {

class GROVE_API pool : public group {
 public:
    /// A pool of size 0 runs nothing.
    explicit pool(std::size_t size) : group(size, "pool.spawn") {}

    /// Spawns a member if there is a place. Result: false, and `f` untouched, when there is none.
    template <detail::spawnable F>
    [[nodiscard]] bool try_spawn(
        F&& f, detail::source_location from = detail::source_location::current()) {
        if (full()) return false;
        spawn(std::forward<F>(f), from);
        return true;
    }

    /// As above, waiting for a place until `until`. Result: false, and `f` untouched, when that
    /// came first. Interrupted: nothing was spawned.
    template <detail::spawnable F>
    [[nodiscard]] bool try_spawn(
        deadline until, F&& f, detail::source_location from = detail::source_location::current()) {
        if (!wait_available(until)) return false;
        spawn(std::forward<F>(f), from);
        return true;
    }

    /// Waits until there is a place: the next `spawn` does not wait if nothing parks before it.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait_available(deadline until = never) { return places().wait(until); }

    [[nodiscard]] std::size_t capacity() const noexcept { return limit(); }

    [[nodiscard]] std::size_t free_count() const noexcept { return places().available(); }

    [[nodiscard]] bool full() const noexcept { return places().locked(); }
};

}  // namespace grove
