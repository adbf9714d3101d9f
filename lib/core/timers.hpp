// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/waiter.hpp>

#include <cstdint>
#include <vector>

/// The hub's deadlines: a 4-ary heap ordered by (deadline, order of setting), so that equal ones
/// fire in the order they were set. Where a node sits in the heap is kept in a table beside it:
/// sifting touches no cold greenlet. Setting a far deadline and cancelling it again is O(1).
/// No greenlet in here, and no clock: time is given.

namespace grove::detail {

class timer_queue {
 public:
    /// The node must not be armed. Time: nanoseconds of the hub's clock.
    void arm(timer_node& node, std::int64_t when);
    /// Does nothing when it is not armed.
    void disarm(timer_node& node) noexcept;

    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

    [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

    /// How many of them keep the hub alive.
    [[nodiscard]] std::size_t counting() const noexcept { return counting_; }

    /// The earliest deadline; undefined when empty.
    [[nodiscard]] std::int64_t earliest() const noexcept { return heap_.front().when; }

    /// Takes out the earliest node if its time has come and it was not set after the `latest` one;
    /// null otherwise. The second rule ends a loop over callbacks that set themselves again.
    [[nodiscard]] timer_node* pop_due(std::int64_t now, std::uint64_t latest) noexcept;

    /// Number of the latest setting.
    [[nodiscard]] std::uint64_t latest() const noexcept { return sequence_; }

 private:
    struct entry {
        entry(std::int64_t at, std::uint64_t order, std::uint32_t number) noexcept
            : when(at), sequence(order), slot(number) {}

        std::int64_t when;
        std::uint64_t sequence;
        std::uint32_t slot;

        [[nodiscard]] bool before(const entry& other) const noexcept {
            return when != other.when ? when < other.when : sequence < other.sequence;
        }
    };

    struct slot {
        timer_node* node = nullptr;
        std::uint32_t place = 0;  ///< in the heap; of a free slot: the next free one
    };

    void put(std::size_t place, const entry& e) noexcept;
    void sift_up(std::size_t place, entry e) noexcept;
    void sift_down(std::size_t place, entry e) noexcept;
    void remove(std::size_t place) noexcept;

    std::vector<entry> heap_;
    std::vector<slot> slots_;
    std::uint32_t free_ = timer_node::none;
    std::size_t counting_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace grove::detail
