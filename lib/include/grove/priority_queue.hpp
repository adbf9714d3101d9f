// SPDX-License-Identifier: MIT
#pragma once

#include <grove/queue.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

/// A queue whose smallest item comes out first; among equals, the one that was put first.

namespace grove {

namespace detail {

template <class T, class Less>
class heap_order {
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                  "an item that changes hands between greenlets must move without throwing");
    static_assert(std::strict_weak_order<const Less&, const T&, const T&>);

    struct entry {
        T item;
        std::uint64_t number;
    };

 public:
    using value_type = T;

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    [[nodiscard]] T& next() noexcept { return entries_.front().item; }

    /// What the comparison throws leaves the item in, in no particular place.
    void push(T&& item) {
        entries_.push_back({std::move(item), pushed_++});
        std::push_heap(entries_.begin(), entries_.end(), later);
    }

    T pop() {
        std::pop_heap(entries_.begin(), entries_.end(), later);
        T item(std::move(entries_.back().item));
        entries_.pop_back();
        return item;
    }

 private:
    // The standard's heaps have the largest on top.
    static bool later(const entry& a, const entry& b) {
        const Less less;
        if (less(b.item, a.item)) return true;
        return !less(a.item, b.item) && b.number < a.number;
    }

    std::vector<entry> entries_;
    std::uint64_t pushed_ = 0;
};

}  // namespace detail

template <class T, class Less = std::less<T>>
using priority_queue = queue<T, detail::heap_order<T, Less>>;

}  // namespace grove
