// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

/// First in, first out, in one growing array: what a queue keeps its items in. The array doubles as
/// it fills and is given back when a large one runs empty; a queue's bound is the queue's own
/// matter. Pushing gives the strong guarantee; popping does not throw.

namespace grove::detail {

template <class T>
class ring {
    static_assert(std::is_nothrow_move_constructible_v<T>,
                  "an item that changes hands between greenlets must move without throwing");

 public:
    using value_type = T;

    ring() = default;

    ring(ring&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)),
          room_(std::exchange(other.room_, 0)),
          first_(std::exchange(other.first_, 0)),
          size_(std::exchange(other.size_, 0)) {}

    ring& operator=(ring&&) = delete;

    ~ring() {
        for (std::size_t i = 0; i < size_; ++i) std::destroy_at(&slot(i));
        std::allocator<T>().deallocate(slots_, room_);
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// What `pop` takes next; undefined when empty.
    [[nodiscard]] T& next() noexcept { return slot(0); }

    void push(T&& item) {
        if (size_ == room_) [[unlikely]]
            move_to(room_ == 0 ? smallest : room_ * 2);
        std::construct_at(&slot(size_), std::move(item));
        ++size_;
    }

    /// Undefined when empty.
    T pop() noexcept {
        T& from = slot(0);
        T item(std::move(from));
        std::destroy_at(&from);
        first_ = (first_ + 1) & (room_ - 1);
        if (--size_ == 0 && room_ > large) [[unlikely]]
            give_back();
        return item;
    }

 private:
    static constexpr std::size_t smallest = 8;  // the number of slots is a power of two
    static constexpr std::size_t large = 4096;

    T& slot(std::size_t nth) noexcept { return slots_[(first_ + nth) & (room_ - 1)]; }

    void move_to(std::size_t room) {
        T* fresh = std::allocator<T>().allocate(room);
        for (std::size_t i = 0; i < size_; ++i) {
            std::construct_at(fresh + i, std::move(slot(i)));
            std::destroy_at(&slot(i));
        }
        std::allocator<T>().deallocate(slots_, room_);
        slots_ = fresh;
        room_ = room;
        first_ = 0;
    }

    void give_back() noexcept {
        std::allocator<T>().deallocate(std::exchange(slots_, nullptr), std::exchange(room_, 0));
        first_ = 0;
    }

    T* slots_ = nullptr;
    std::size_t room_ = 0;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

}  // namespace grove::detail
