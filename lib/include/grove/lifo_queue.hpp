// SPDX-License-Identifier: MIT
#pragma once

#include <grove/queue.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

/// A queue whose newest item comes out first: for what is best reused while it is warm.

namespace grove {

namespace detail {

template <class T>
class stack_order {
    static_assert(std::is_nothrow_move_constructible_v<T>,
                  "an item that changes hands between greenlets must move without throwing");

 public:
    using value_type = T;

    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

    [[nodiscard]] T& next() noexcept { return items_.back(); }

    void push(T&& item) { items_.push_back(std::move(item)); }

    T pop() noexcept {
        T item(std::move(items_.back()));
        items_.pop_back();
        return item;
    }

 private:
    std::vector<T> items_;
};

}  // namespace detail

template <class T>
using lifo_queue = queue<T, detail::stack_order<T>>;

}  // namespace grove
