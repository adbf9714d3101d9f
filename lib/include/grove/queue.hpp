// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/item_stream.hpp>
#include <grove/detail/ring.hpp>
#include <grove/detail/wait_list.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

/// Items handed from greenlet to greenlet, first in, first out, with a bound: who puts faster than
/// others get has to wait. Use `channel` when the giver must know that the item was taken,
/// `async_result` for one value, `hub::post` from another thread.
///
///     grove::queue<std::string> todo(16);
///     auto worker = grove::spawn([&] { for (auto& url : todo) std::puts(url.c_str()); });
///     for (auto& url : urls) todo.put(url);   // blocks when 16 are waiting
///     todo.close();                           // the loop above ends when the queue is drained
///     worker.join();
///
/// A put never switches while there is room, a get never while there is an item. Those who wait are
/// served first come, first served: an item that is put goes straight to the greenlet that has
/// waited longest for one, and the items of waiting putters enter in the order they came. An item
/// is never lost: a greenlet that has been given one returns with it, whatever else happens to it.
/// Items must move without throwing; they may be move-only.
/// Destroyed while greenlets wait: they are woken, and their calls throw `std::logic_error`.
/// Threads: the hub's own.

namespace grove {

/// `grove::queue<T>(grove::unbounded)`: grows as long as memory lasts.
struct unbounded_t {};

inline constexpr unbounded_t unbounded{};

/// Thrown by `put` on a queue or channel that is closed.
class GROVE_API queue_closed : public std::runtime_error {
 public:
    explicit queue_closed(const char* call);
    queue_closed(const queue_closed&) = default;
    ~queue_closed() override;
};

namespace detail {

/// Throws `queue_closed`, or `std::logic_error` when the queue was destroyed.
[[noreturn]] GROVE_API void throw_not_put(const visitor& me);

/// All of a queue that does not depend on the type of its items.
class GROVE_API queue_core {
 public:
    explicit queue_core(std::size_t capacity);

    void close() noexcept;
    void task_done(std::size_t tasks);
    bool join(deadline until);

    std::size_t capacity;
    std::size_t limit;  ///< how full a put may find it: the capacity, 0 once closed
    std::size_t unfinished = 0;
    bool closed = false;
    wait_list getters;  ///< non-empty only while there is no item
    wait_list peekers;  ///< likewise
    wait_list putters;  ///< non-empty only while it is full
    wait_list joiners;
};

/// Throws when a woken one was told that the queue is gone, or, for a putter, closed.
inline void check_getter(const visitor& me) {
    if (me.told == news::destroyed) [[unlikely]]
        throw_destroyed(me);
}

inline void check_putter(const visitor& me) {
    if (me.told != news::granted) [[unlikely]]
        throw_not_put(me);
}

template <class T>
struct getter : visitor {
    getter(const char* what, const void* object, std::optional<T>& item) noexcept
        : visitor(what, object), into(&item) {}

    std::optional<T>* into;
};

template <class T>
struct putter : visitor {
    putter(const char* what, const void* object, T& given) noexcept
        : visitor(what, object), item(&given) {}

    T* item;
};

}  // namespace detail

/// `Order` decides what comes out next; first in, first out unless given.
template <class T, class Order = detail::ring<T>>
class queue {
    using getter = detail::getter<T>;
    using putter = detail::putter<T>;
    using iterator = detail::item_iterator<queue, T>;

 public:
    using value_type = T;

    /// Throws: `std::invalid_argument` for 0; a queue without room is a `channel`.
    explicit queue(std::size_t capacity) : core_(capacity) {}

    explicit queue(unbounded_t) : core_(static_cast<std::size_t>(-1)) {}

    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;

    /// Waits for room and puts `item` in. Result: false when `until` came first.
    /// Throws: `queue_closed`. Unless it was put, the item stays with the caller.
    /// Interrupted: nothing happened.
    bool put(T&& item, deadline until = never) {
        if (items_.size() >= core_.limit || !core_.getters.empty() || !core_.peekers.empty())
            [[unlikely]]
            return put_slowly(item, until);
        items_.push(std::move(item));
        ++core_.unfinished;
        return true;
    }

    bool put(const T& item, deadline until = never) requires std::copy_constructible<T> {
        return put(T(item), until);
    }

    /// Result: false, and the item stays with the caller, when the queue is full or closed. Never
    /// blocks; may be called by the hub's callbacks.
    bool try_put(T&& item) {
        if (items_.size() >= core_.limit) return false;
        give(std::move(item));
        return true;
    }

    bool try_put(const T& item) requires std::copy_constructible<T> { return try_put(T(item)); }

    /// Waits for an item and takes it out. Result: nullopt when `until` came first, or the queue is
    /// closed and drained. Interrupted: nothing happened.
    std::optional<T> get(deadline until = never) {
        if (items_.empty()) [[unlikely]]
            return wait_for_item(until);
        return take();
    }

    /// Result: nullopt when there is none. Never blocks; may be called by the hub's callbacks.
    std::optional<T> try_get() {
        if (items_.empty()) return std::nullopt;
        return take();
    }

    /// Waits until there is an item and leaves it where it is; greenlets that wait in `get` go
    /// first.
    /// Result: the next to come out, until anything is put or taken; null when `until` came first,
    /// or the queue is closed and drained. Interrupted: nothing happened.
    [[nodiscard]] T* peek(deadline until = never) {
        while (items_.empty()) {
            if (core_.closed || !core_.peekers.wait("queue.peek", this, until)) return nullptr;
        }
        return &items_.next();
    }

    /// From here on nothing can be put; what is in can still be got. Wakes all that wait: a `get`
    /// returns nullopt, a `put` throws `queue_closed`. Closing twice does nothing.
    void close() noexcept { core_.close(); }

    /// Closes, and drops what is in.
    void close_now() noexcept {
        core_.close();
        const Order dropped(std::move(items_));
        core_.task_done(std::min(dropped.size(), core_.unfinished));
    }

    [[nodiscard]] bool closed() const noexcept { return core_.closed; }

    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

    [[nodiscard]] bool full() const noexcept { return items_.size() >= core_.capacity; }

    [[nodiscard]] std::size_t capacity() const noexcept { return core_.capacity; }

    /// Says that an item which was got has been dealt with. Throws: `std::logic_error` when said
    /// more often than items were put.
    void task_done() { core_.task_done(1); }

    /// Items put and not yet `task_done`.
    [[nodiscard]] std::size_t unfinished() const noexcept { return core_.unfinished; }

    /// Waits until every item that was put is done. Result: false when `until` came first.
    /// Interrupted: nothing happened.
    bool join(deadline until = never) { return core_.join(until); }

    /// `for (auto& item : queue)` gets until the queue is closed and drained.
    [[nodiscard]] iterator begin() { return iterator(*this); }

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
    friend iterator;

    // Not through `get`, whose result the compiler cannot build in place here.
    void next_into(std::optional<T>& item) {
        if (items_.empty()) [[unlikely]]
            item = wait_for_item(never);
        else
            item = take();
    }

    void give(T&& item) {
        if (core_.getters.empty()) {
            items_.push(std::move(item));
            core_.peekers.dismiss(detail::news::granted);
        } else {
            auto& first = static_cast<getter&>(*core_.getters.pop_front());
            first.into->emplace(std::move(item));
            first.wake();
        }
        ++core_.unfinished;
    }

    // Apart from `wait_for_item`, which gives the address of its result away: this one's fits into
    // registers, and loading it from the memory it was just written to in parts would cost 4 ns.
    std::optional<T> take() {
        std::optional<T> item(items_.pop());
        if (!core_.putters.empty()) [[unlikely]]
            admit();
        return item;
    }

    void admit() {
        auto& first = static_cast<putter&>(core_.putters.front());
        items_.push(std::move(*first.item));
        ++core_.unfinished;
        static_cast<void>(core_.putters.pop_front());
        first.wake();
    }

    bool put_slowly(T& item, deadline until) {
        if (try_put(std::move(item))) return true;
        if (core_.closed) throw queue_closed("queue.put");
        putter me("queue.put", this, item);
        core_.putters.push_back(me);
        if (me.park(until) == detail::outcome::deadline) return false;
        detail::check_putter(me);
        return true;
    }

    std::optional<T> wait_for_item(deadline until) {
        std::optional<T> item;
        if (core_.closed) return item;
        getter me("queue.get", this, item);
        core_.getters.push_back(me);
        if (me.park(until) == detail::outcome::deadline) return item;
        detail::check_getter(me);
        return item;
    }

    detail::queue_core core_;
    Order items_;
};

}  // namespace grove
