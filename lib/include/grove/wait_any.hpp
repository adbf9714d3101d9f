// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/item_stream.hpp>
#include <grove/detail/task.hpp>
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <ranges>
#include <vector>

/// Waits for whichever of several things is ready first: greenlets, events, results, semaphores,
/// queues, processes, descriptors (`readable`, `writable`), and all else that has `wait(deadline)`.
///
///     switch (*grove::wait_any(grove::never, answer, cancelled)) { case 0: ...; case 1: ...; }
///
///     grove::ready_order order;
///     for (auto& worker : workers) order.add(worker);
///     for (std::size_t i : order) report(workers[i]);
///
/// Nothing is taken: a semaphore keeps its token and a queue its item, and by the time the caller
/// looks another greenlet may have been quicker; `try_acquire` and `try_get` tell.
/// Where one is ready, `wait_any` returns at once and costs nothing. Else each thing costs a
/// greenlet of its own while the wait lasts: some microseconds.

namespace grove {

namespace detail {

template <class W>
concept has_wait = requires(W& thing, deadline until) {
    thing.wait(until);
};

template <class W>
concept has_join = std::derived_from<W, greenlet_handle>;

template <class W>
concept has_peek = requires(W& thing, deadline until) {
    thing.peek(until);
};

template <class W>
void wait_for(W& thing) {
    if constexpr (has_join<W>)
        thing.join(never);
    else if constexpr (has_peek<W>)
        static_cast<void>(thing.peek(never));
    else
        static_cast<void>(thing.wait(never));
}

/// It is known without waiting that a wait would return at once.
template <class W>
bool is_ready(W& thing) {
    if constexpr (requires { thing.ready(); })
        return thing.ready();
    else if constexpr (requires { thing.is_set(); })
        return thing.is_set();
    else if constexpr (requires { thing.available(); })
        return thing.available() != 0;
    else if constexpr (requires {
                           thing.closed();
                           thing.empty();
                       })
        return !thing.empty() || thing.closed();
    else
        return false;
}

}  // namespace detail

/// Something that can be waited for without taking anything from it. A queue is ready when it has
/// an item or is closed and drained.
template <class W>
concept waitable = detail::has_wait<W> || detail::has_join<W> || detail::has_peek<W>;

namespace detail {

template <class Range>
concept waitable_range = waitable<std::ranges::range_value_t<Range>> && !waitable<Range>;

}  // namespace detail

/// The places of things in the order in which they become ready; each once.
class GROVE_API ready_order {
    using iterator = detail::item_iterator<ready_order, std::size_t>;

 public:
    ready_order() : ready_(unbounded) {}

    ready_order(const ready_order&) = delete;
    ready_order& operator=(const ready_order&) = delete;
    /// Lets go of those that are not ready.
    ~ready_order() = default;

    /// Adds a thing, which must outlive this. Its place is the number of those before it.
    template <waitable W>
    void add(W& thing) {
        add_wait([&thing] { detail::wait_for(thing); });
    }

    /// Waits for the next. Result: its place; nullopt when `until` came first, or all have been
    /// told. Throws: what the wait for it threw. Interrupted: nothing happened.
    std::optional<std::size_t> next(deadline until = never);

    /// `for (std::size_t place : order)` waits for all of them.
    [[nodiscard]] iterator begin() { return iterator(*this); }

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
    friend iterator;

    struct news {
        std::size_t place;
        std::exception_ptr error;
    };

    void add_wait(detail::task wait);

    void next_into(std::optional<std::size_t>& place) { place = next(); }

    queue<news> ready_;
    std::size_t told_ = 0;
    std::vector<greenlet<void>> waits_;  // last: they use the others
};

/// Waits until one of `things` is ready. Result: its place; nullopt when `until` came first. Of
/// several that are ready, the first named. Throws: what the wait for it threw. Interrupted:
/// nothing happened.
template <waitable... W>
[[nodiscard]] std::optional<std::size_t> wait_any(deadline until, W&... things) {
    std::size_t place = 0;
    if ((... || (detail::is_ready(things) || (++place, false)))) return place;
    ready_order order;
    (order.add(things), ...);
    return order.next(until);
}

/// As above, of a range.
template <detail::waitable_range Range>
[[nodiscard]] std::optional<std::size_t> wait_any(deadline until, Range& things) {
    std::size_t place = 0;
    for (auto& thing : things) {
        if (detail::is_ready(thing)) return place;
        ++place;
    }
    ready_order order;
    for (auto& thing : things) order.add(thing);
    return order.next(until);
}

}  // namespace grove
