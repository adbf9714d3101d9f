// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_queue.hpp"

#include <grove/semaphore.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// Whose items a queue has: the source's own, which each count one, or what a stage made of them.
enum class items_are : unsigned char { sources, made };

/// Cuts the blocks of a queue into pieces of as many items as are wanted, for several greenlets in
/// turn.
/// Threads: the hub's own.

namespace grove::cmd {

/// Some items in a row, each with its end.
struct item_run {
    std::string bytes;
    std::size_t items = 0;
    std::uint64_t number = 0;   ///< of the first
    std::uint64_t through = 0;  ///< as in `block`
    bool exact = false;         ///< likewise
};

class block_cutter {
 public:
    block_cutter(block_queue& in, char item_end, items_are whose = items_are::made,
                 std::uint64_t first_number = 1) noexcept
        : in_(in), end_(item_end), whose_(whose), number_(first_number) {}

    /// The next items, at most `most` and fewer where a block ends; none of a block that only says
    /// what is settled. Waits for them; who came first is served first. Result: nothing at the end.
    /// Interrupted: nothing was taken.
    [[nodiscard]] std::optional<item_run> next(std::size_t most);

    /// Items that came and were not taken.
    [[nodiscard]] std::size_t waiting() const noexcept { return current_.items - cut_items_; }

    /// All items that there will ever be were taken.
    [[nodiscard]] bool at_end() const noexcept {
        return cut_ == current_.bytes.size() && in_.at_end();
    }

 private:
    block_queue& in_;
    char end_;
    items_are whose_;
    semaphore turn_{1};
    block current_;
    std::size_t cut_ = 0;        // bytes of it
    std::size_t cut_items_ = 0;  // items of it
    std::uint64_t settled_ = 0;  // `through` of the blocks before it
    std::uint64_t number_;
};

}  // namespace grove::cmd
