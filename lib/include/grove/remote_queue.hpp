// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/item_stream.hpp>
#include <grove/detail/remote_line.hpp>
#include <grove/detail/ring.hpp>
#include <grove/queue.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

/// A bounded `queue` between threads: any number of producers and consumers, greenlets of several
/// hubs and threads that have none. A handle: copies share one queue; give each thread its own
/// copy. Within one thread take `queue`, which needs no lock.
///
///     grove::remote_queue<job> jobs(128);
///     std::thread worker([jobs]() mutable { for (auto& j : jobs) compute(j); });
///     jobs.put(first);                        // parks this greenlet while 128 wait
///     jobs.close();                           // the loop above ends when the queue is drained
///
/// First come, first served, among getters and among putters, whichever thread they are on. An item
/// is never lost: one that is handed to a greenlet which is killed at that moment is returned by
/// its `get`, and the kill is thrown at its next wait.
/// Items are moved by the other side, maybe on its thread and under the queue's lock: that must not
/// throw, and what they refer to must not belong to a hub (greenlets, sockets, events).
/// Who waits keeps its hub from saying that all would wait for ever. When the last handle goes
/// while some wait, they are woken, and their calls throw `std::logic_error`; what is in ends on
/// that thread.
/// Threads: any.

namespace grove {

namespace detail {

/// All of a queue that does not depend on the type of its items. Guarded by the mutex.
struct GROVE_API remote_queue_core : std::enable_shared_from_this<remote_queue_core> {
    explicit remote_queue_core(std::size_t room);

    void end(news why, remote_calls& calls) noexcept;
    void abandon() noexcept;

    std::mutex mutex;
    const std::size_t capacity;
    bool closed = false;
    remote_line getters;   ///< non-empty only while there is no item
    remote_line watchers;  ///< likewise; they take nothing
    remote_line putters;   ///< non-empty only while it is full
};

template <class T>
struct remote_queue_state : remote_queue_core {
    using remote_queue_core::remote_queue_core;

    struct getter : remote_visitor {
        getter(const void* object, std::optional<T>& item) noexcept
            : remote_visitor("remote_queue.get", object), into(&item) {}

        std::optional<T>* into;
    };

    struct putter : remote_visitor {
        putter(const void* object, T& given) noexcept
            : remote_visitor("remote_queue.put", object), item(&given) {}

        T* item;
    };

    /// False: there is no room.
    bool give(T& item, remote_calls& calls) {
        if (!getters.empty()) {
            static_cast<getter&>(getters.front()).into->emplace(std::move(item));
            getters.tell_first(news::granted, calls);
            return true;
        }
        if (items.size() >= capacity) return false;
        items.push(std::move(item));
        watchers.dismiss(news::granted, calls);
        return true;
    }

    /// There is an item.
    std::optional<T> take(remote_calls& calls) {
        std::optional<T> item(items.pop());
        if (!putters.empty()) {
            items.push(std::move(*static_cast<putter&>(putters.front()).item));
            putters.tell_first(news::granted, calls);
        }
        return item;
    }

    bool put(T& item, deadline until) {
        remote_calls calls;
        std::unique_lock held(mutex);
        if (closed) throw queue_closed("remote_queue.put");
        if (give(item, calls)) return true;
        putter me(this, item);
        if (!putters.wait(me, held, until, this->shared_from_this())) return false;
        if (me.told() == news::closed) throw queue_closed(me.what());
        return true;
    }

    std::optional<T> get(deadline until) {
        remote_calls calls;
        std::unique_lock held(mutex);
        if (!items.empty()) return take(calls);
        std::optional<T> item;
        if (closed) return item;
        getter me(this, item);
        static_cast<void>(getters.wait(me, held, until, this->shared_from_this()));
        return item;
    }

    bool wait(deadline until) {
        std::unique_lock held(mutex);
        if (closed || !items.empty()) return true;
        remote_visitor me("remote_queue.wait", this);
        return watchers.wait(me, held, until, this->shared_from_this());
    }

    ring<T> items;
};

}  // namespace detail

template <class T>
class remote_queue {
    using state = detail::remote_queue_state<T>;
    using iterator = detail::item_iterator<remote_queue, T>;

 public:
    using value_type = T;

    /// Throws: `std::invalid_argument` for 0.
    explicit remote_queue(std::size_t capacity) : shared_(std::make_shared<state>(capacity)) {}

    /// Waits for room and puts `item` in. On a thread without a hub it blocks the thread.
    /// Result: false when `until` came first. Throws: `queue_closed`. Unless it was put, the item
    /// stays with the caller. Interrupted: nothing happened.
    bool put(T&& item, deadline until = never) { return shared_->put(item, until); }

    bool put(const T& item, deadline until = never) requires std::copy_constructible<T> {
        return put(T(item), until);
    }

    /// Result: false, and the item stays with the caller, when the queue is full or closed. Never
    /// blocks; may be called by the hub's callbacks.
    bool try_put(T&& item) {
        detail::remote_calls calls;
        const std::lock_guard held(shared_->mutex);
        return !shared_->closed && shared_->give(item, calls);
    }

    bool try_put(const T& item) requires std::copy_constructible<T> { return try_put(T(item)); }

    /// Waits for an item and takes it out. On a thread without a hub it blocks the thread.
    /// Result: nullopt when `until` came first, or the queue is closed and drained. Interrupted:
    /// nothing happened.
    std::optional<T> get(deadline until = never) { return shared_->get(until); }

    /// Result: nullopt when there is none. Never blocks; may be called by the hub's callbacks.
    std::optional<T> try_get() {
        detail::remote_calls calls;
        const std::lock_guard held(shared_->mutex);
        if (shared_->items.empty()) return std::nullopt;
        return shared_->take(calls);
    }

    /// Waits until there is an item, or the queue is closed, and takes nothing: another may be
    /// quicker. Who waits in `get` goes first. On a thread without a hub it blocks the thread.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never) { return shared_->wait(until); }

    /// From here on nothing can be put; what is in can still be got. Wakes all that wait: a `get`
    /// returns nullopt, a `put` throws `queue_closed`. Closing twice does nothing.
    void close() {
        detail::remote_calls calls;
        const std::lock_guard held(shared_->mutex);
        shared_->end(detail::news::closed, calls);
    }

    /// Closes, and drops what is in.
    void close_now() {
        std::optional<detail::ring<T>> dropped;  // ends once the lock is free
        detail::remote_calls calls;
        const std::lock_guard held(shared_->mutex);
        shared_->end(detail::news::closed, calls);
        dropped.emplace(std::move(shared_->items));
    }

    [[nodiscard]] bool closed() const {
        const std::lock_guard held(shared_->mutex);
        return shared_->closed;
    }

    /// Items in it at this moment.
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard held(shared_->mutex);
        return shared_->items.size();
    }

    [[nodiscard]] bool empty() const { return size() == 0; }

    [[nodiscard]] std::size_t capacity() const noexcept { return shared_->capacity; }

    /// `for (auto& item : queue)` gets until the queue is closed and drained.
    [[nodiscard]] iterator begin() { return iterator(*this); }

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
    friend iterator;

    void next_into(std::optional<T>& item) { item = get(); }

    detail::remote_share<state> shared_;
};

}  // namespace grove
