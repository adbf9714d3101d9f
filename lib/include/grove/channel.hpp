// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/item_stream.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/queue.hpp>

#include <concepts>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

/// A meeting of two greenlets in which one gives an item and the other takes it: `put` returns when
/// the item was taken. Use `queue` where the giver may go ahead.
///
///     grove::channel<int> answers;
///     auto asker = grove::spawn([&] { std::printf("%d\n", *answers.get()); });
///     answers.put(42);                        // the asker has run when this returns
///
/// The taker runs before the giver goes on. First come is first served on both sides. An item is
/// never lost: a greenlet that has been given one returns with it, whatever else happens to it, and
/// an item that was not taken stays with the caller of `put`. Items must move without throwing.
/// Destroyed while greenlets wait: they are woken, and their calls throw `std::logic_error`.
/// Threads: the hub's own. A hand-over costs one or two switches and little else.

namespace grove {

template <class T>
class channel {
    static_assert(std::is_nothrow_move_constructible_v<T>,
                  "an item that changes hands between greenlets must move without throwing");
    using iterator = detail::item_iterator<channel, T>;

    struct getter : detail::getter<T> {
        using detail::getter<T>::getter;
        detail::visitor* giver = nullptr;  // goes on after this getter has been resumed
    };

    using putter = detail::putter<T>;

 public:
    using value_type = T;

    channel() = default;
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    /// Waits until `item` is taken. Result: false when `until` came first.
    /// Throws: `queue_closed`. Unless it was taken, the item stays with the caller.
    /// Interrupted: nothing happened.
    bool put(T&& item, deadline until = never) {
        if (closed_) throw queue_closed("channel.put");
        putter me("channel.put", this, item);
        if (getters_.empty()) {
            putters_.push_back(me);
            if (me.park(until) == detail::outcome::deadline) return false;
            detail::check_putter(me);
        } else {
            hand_over(std::move(item), &me);
            // The getter is ready and will wake us: until then nothing may make it look as if the
            // item had stayed here.
            ++me.owner().shields;
            static_cast<void>(me.park());
            --me.owner().shields;
        }
        return true;
    }

    bool put(const T& item, deadline until = never) requires std::copy_constructible<T> {
        return put(T(item), until);
    }

    /// Gives the item to a greenlet that waits for one and does not wait for it to run.
    /// Result: false, and the item stays with the caller, when none waits or the channel is closed.
    bool try_put(T&& item) {
        if (getters_.empty()) return false;
        hand_over(std::move(item), nullptr);
        return true;
    }

    bool try_put(const T& item) requires std::copy_constructible<T> { return try_put(T(item)); }

    /// Waits for an item and takes it; without a switch when somebody waits with one.
    /// Result: nullopt when `until` came first, or the channel is closed. Interrupted: nothing
    /// happened.
    std::optional<T> get(deadline until = never) {
        std::optional<T> item;
        next_into(item, until);
        return item;
    }

    /// Result: nullopt when nobody waits with an item. Never blocks.
    std::optional<T> try_get() {
        std::optional<T> item;
        if (!putters_.empty()) take(item);
        return item;
    }

    /// From here on nothing changes hands. Wakes all that wait: a `get` returns nullopt, a `put`
    /// throws `queue_closed`. Closing twice does nothing.
    void close() noexcept {
        closed_ = true;
        getters_.dismiss(detail::news::closed);
        putters_.dismiss(detail::news::closed);
    }

    [[nodiscard]] bool closed() const noexcept { return closed_; }

    /// `for (auto& item : channel)` gets until the channel is closed.
    [[nodiscard]] iterator begin() { return iterator(*this); }

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
    friend iterator;

    void next_into(std::optional<T>& item, deadline until = never) {
        if (!putters_.empty()) {
            take(item);
        } else if (!closed_) {
            getter me("channel.get", this, item);
            getters_.push_back(me);
            if (me.park(until) == detail::outcome::deadline) return;
            if (me.giver != nullptr)
                me.giver->wake();
            else
                detail::check_getter(me);
        }
    }

    void hand_over(T&& item, detail::visitor* giver) {
        auto& first = static_cast<getter&>(*getters_.pop_front());
        first.into->emplace(std::move(item));
        first.giver = giver;
        first.wake();
    }

    void take(std::optional<T>& item) {
        auto& first = static_cast<putter&>(*putters_.pop_front());
        item.emplace(std::move(*first.item));
        first.wake();
    }

    bool closed_ = false;
    detail::wait_list getters_;
    detail::wait_list putters_;
};

}  // namespace grove
