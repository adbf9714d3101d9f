// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

/// Between two stages: blocks in the order they came, bounded by items and by bytes. Who puts into
/// a full one waits, and so stops reading what it reads from: pressure goes back to the source.
///
/// One stage puts, one takes; of each there may be several greenlets.
/// Threads: the hub's own.

namespace grove::cmd {

struct queue_limits {
    std::size_t items = 8192;
    std::size_t bytes = std::size_t{1} << 20;
};

class block_queue {
 public:
    explicit block_queue(queue_limits limits) noexcept : limits_(limits) {}

    /// Waits while the queue is full. A block is taken whole, so it may pass the limits by one.
    /// What is put into a closed queue is dropped; one without items joins the one before it.
    /// Interrupted: it was not put.
    void put(block what);

    /// Waits for a block. Result: nothing once the queue is closed and empty (`at_end`), or when
    /// `until` came first. Interrupted: nothing happened.
    std::optional<block> get(deadline until = never);

    /// No more comes; what is in can be got. Wakes all that wait.
    void close() noexcept;

    /// Closes, and drops what is in.
    void close_now() noexcept;

    /// Nothing is in, and nothing can come.
    [[nodiscard]] bool at_end() const noexcept { return blocks_.empty() && closed_; }

    /// A `get` would wait.
    [[nodiscard]] bool dry() const noexcept { return blocks_.empty() && !closed_; }

    [[nodiscard]] std::size_t items() const noexcept { return items_; }

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// How full it is, from 0 to 1, with so many `items` that were taken and still wait.
    [[nodiscard]] double fill(std::size_t items = 0) const noexcept;

    /// Items that were ever put.
    [[nodiscard]] std::uint64_t passed() const noexcept { return passed_; }

    /// ... and ever will be; nothing while that is open.
    [[nodiscard]] std::optional<std::uint64_t> total() const noexcept {
        return closed_ ? std::optional(passed_) : std::nullopt;
    }

 private:
    [[nodiscard]] bool full() const noexcept {
        return items_ >= limits_.items || bytes_ >= limits_.bytes;
    }

    [[nodiscard]] bool joins_last(const block& what) noexcept;

    queue_limits limits_;
    std::deque<block> blocks_;
    std::size_t items_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t passed_ = 0;
    bool closed_ = false;
    event room_;
    event news_;
};

}  // namespace grove::cmd
