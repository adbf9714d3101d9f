// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_queue.hpp"
#include "cmd/pipe/settled.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

/// Where the items go at the end, and who says that they are there.

namespace grove::cmd {

class output;

class sink {
 public:
    /// `kept` is told how far the run is, and may be null.
    explicit sink(settlement* kept) noexcept : kept_(kept) {
        if (kept != nullptr) taken_.items = secured_.items = kept->from().items;
    }

    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;
    virtual ~sink() = default;

    /// Takes all blocks until `in` has ended. Blocks. Throws: `std::system_error`, `stage_failed`
    /// when they cannot be written.
    void run(block_queue& in);

    /// All has been written, and the source was read to its end. Throws: as `run`.
    virtual void finish() {}

    /// The run ended before the source did: what was written stays. Throws: as `run`.
    virtual void give_up() {}

    /// What is where it goes, whatever comes.
    [[nodiscard]] const settled_place& secured() const noexcept { return secured_; }

    /// All of it, of a run that has come to its end.
    [[nodiscard]] settled_place whole() const noexcept {
        return {.items = taken_.items, .bytes = written_, .whole = true};
    }

 protected:
    /// Before all others: starts what must not be there before signals are taken care of.
    virtual void open() {}

    /// After all others: tells the other side the end, and waits until it has dealt with all.
    virtual void close() {}

    /// Writes the items of a block.
    virtual void write(const block& items) = 0;

    /// Nothing more has come so far: whoever reads the other end is to see what there is.
    virtual void flush(const block_queue& /*in*/) {}

    /// When to `flush` whatever comes; never: nothing waits.
    [[nodiscard]] virtual deadline flush_by() const noexcept { return never; }

    /// Sees to it that what was written stays. Result: false when that is past hope.
    virtual bool secure() { return true; }

    /// Where results go to a file: so many bytes of it more.
    void count(std::size_t bytes) noexcept {
        counts_bytes_ = true;
        written_ += bytes;
    }

    /// Where a run before has left off, for one that goes on with its file.
    void begin_at(const settled_place& place) noexcept {
        taken_ = secured_ = place;
        written_ = place.bytes;
    }

 private:
    void take_note(const block& of);
    void settle();

    settlement* kept_;
    settled_place taken_;
    settled_place secured_;
    std::uint64_t written_ = 0;  // bytes
    bool counts_bytes_ = false;
    bool is_told_ = true;
};

/// `item_end` ends the items that it will be given. `kept` may be null; where it goes on with a
/// run, so does the sink. `out` is for stdout and for talk. Throws: `std::system_error` when it
/// cannot be written to, `stage_failed` where it has not what is counted.
[[nodiscard]] std::unique_ptr<sink> make_sink(const sink_plan& plan, char item_end, output& out,
                                              settlement* kept);

}  // namespace grove::cmd
