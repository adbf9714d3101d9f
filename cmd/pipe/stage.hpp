// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_cutter.hpp"
#include "cmd/pipe/block_queue.hpp"
#include "cmd/pipe/item_ledger.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>

/// What a stage is to the run.

namespace grove::cmd {

class output;

/// What the bytes that a stage hands on are to who takes them.
enum class next_is : unsigned char { bytes, items };

/// What a stage works with; all of it outlives the stage.
struct stage_setting {
    block_queue& in;
    block_queue& out;
    item_ledger& ledger;
    item_tally& tally;
    output& talk;
    char item_end = '\n';  ///< of the items in `in`
    next_is next = next_is::bytes;
    std::size_t descriptor_limit = 1024;  ///< for programs that it starts
    std::uint64_t seed = 0;
    items_are items = items_are::made;  ///< in `in`
    std::uint64_t first_number = 1;     ///< of them
    bool resume = false;                ///< files that it writes are gone on with
    /// Once `in` has ended: all items of the source were in it.
    std::function<bool()> is_whole = [] { return true; };
};

struct stage_figures {
    std::optional<std::uint64_t> begun = {};  ///< items; nothing: those that the queues count
    std::uint64_t done = 0;                   ///< of those
    std::size_t waiting = 0;                  ///< items that it has taken and not begun
    std::size_t busy = 0;                     ///< programs that work on items
    std::uint64_t under_way = 0;              ///< items that were begun and are not done
    std::size_t jobs = 0;                     ///< ... and may at once; 0: it runs none
    std::uint64_t retries = 0;
    std::uint64_t dead = 0;
    std::optional<duration> p99 = {};  ///< of the time that an item takes
};

/// A stage cannot go on, and it is no call that has failed.
class stage_failed : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// A program that the run writes to has failed: something fell short, and not the environment.
class program_failed : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class stage {
 public:
    stage() = default;
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;
    virtual ~stage() = default;

    /// Takes blocks from `in` and puts what comes of them into `out`, until `in` has ended; then
    /// closes `out`. Blocks. Throws: `stage_failed`, `std::system_error` when the stage cannot go
    /// on.
    virtual void run() = 0;

    /// Ends what runs at once: `run` hands on what is done and returns soon. Blocks: until programs
    /// that it started are gone.
    virtual void halt() {}

    /// As it stands, for people.
    [[nodiscard]] virtual stage_figures figures() const { return {}; }
};

}  // namespace grove::cmd
