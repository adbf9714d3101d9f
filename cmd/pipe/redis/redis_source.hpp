// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/item_ledger.hpp"
#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_settlement.hpp"
#include "cmd/pipe/redis/stream_entry.hpp"
#include "cmd/pipe/redis/stream_gap.hpp"
#include "cmd/pipe/source.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

/// Entries of a Redis stream, as one consumer of a group. An entry is acknowledged when all that
/// came of it is where it goes, so whatever ends us, each is dealt with at least once: what we had
/// under way is ours again when we come back under the same name, and another consumer's when the
/// lease is over. While we work on them, leases are renewed.
///
/// An entry whose item fails in the first stage stays pending until its lease is over, and is then
/// delivered again. What fails in a later stage, which has no entry of its own, goes to the stream
/// of the dead at once. With `--dead` both are in that file, and dealt with.
///
/// The server counts deliveries, and also counts what was only read ahead. So that none is put
/// aside for the sake of another that ends its consumers, entries that were delivered before are
/// tried a few at once, in the end one by one.

namespace grove::cmd {

class redis_source final : public source, private redis_settlement {
 public:
    redis_source(const redis_place& place, char item_end, item_ledger& ledger, output& talk);

    void run(block_queue& to) override;

    [[nodiscard]] settlement* settles() noexcept override { return this; }

 private:
    using words = redis_connection::words;
    using id_set = std::set<std::string, std::less<>>;

    struct slot {
        std::string id;
        bool is_again = false;  ///< `again_` counts it
        bool has_failed = false;
    };

    [[nodiscard]] const settled_place& from() const noexcept override { return from_; }

    [[nodiscard]] bool is_final() const noexcept override { return true; }

    /// At once where others wait until these are settled.
    [[nodiscard]] deadline next() const noexcept override {
        return again_ > 0 ? deadline::now() : acknowledge_at_;
    }

    void note(const settled_place& place) override;

    [[nodiscard]] const redis_place& place() const noexcept override { return place_; }

    [[nodiscard]] std::vector<std::string> entries_through(std::uint64_t items) const override;
    void settle(std::uint64_t items) override;

    void make_group();
    void read_own(block_queue& to);
    [[nodiscard]] bool read_new(block_queue& to, std::size_t most, duration wait);
    void read_beside(block_queue& to);
    void claim(block_queue& to);
    void claim_some(const std::vector<past_delivery>& past, block_queue& to);
    [[nodiscard]] std::vector<past_delivery> deliveries_of(const words& command);
    [[nodiscard]] std::size_t step_of(const std::vector<past_delivery>& past) const;
    void leave(slot& of) noexcept;
    [[nodiscard]] std::string set_aside(const dead_item& what);
    void look_for_gap();
    void renew();
    void renew_all();
    void hand_on(std::vector<stream_entry> entries, bool are_again, block_queue& to);
    void bury_often_tried(std::vector<stream_entry>& entries,
                          const std::vector<past_delivery>& past);
    void bury(const stream_entry& entry, std::uint64_t deliveries);
    void report_lost(const std::vector<std::string>& ids);
    void acknowledge(const std::vector<std::string>& ids);
    [[nodiscard]] bool all_is_dealt_with();

    const redis_place& place_;
    char end_;
    item_ledger& ledger_;
    redis_connection reading_;
    redis_connection telling_;  // the other waits for entries
    stream_gap gap_;
    std::deque<slot> under_way_;
    id_set ours_;                // the same, without those that have failed
    id_set failed_;              // pending until their leases are over; kept with `until=empty`
    std::uint64_t settled_ = 0;  // items before those under way
    std::size_t again_ = 0;      // under way and delivered before: others wait for them
    event dealt_;                // ... of one of those
    bool own_are_read_ = false;
    std::string own_after_ = "0";  // entries up to it
    std::string claimed_to_;       // empty: from the first on
    std::size_t read_size_ = 16;   // entries of a read, by the size of those that came
    settled_place from_;
    deadline claim_at_;
    deadline acknowledge_at_;
    greenlet<void> renewing_;  // last: it uses the others, until all is settled
};

}  // namespace grove::cmd
