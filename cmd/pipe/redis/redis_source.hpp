// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/item_ledger.hpp"
#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_settlement.hpp"
#include "cmd/pipe/source.hpp"

#include <grove/deadline.hpp>
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
/// The item is the field `item`, else the only field; of an entry with several fields, and of one
/// with a line feed in it, all fields as a JSON object.

namespace grove::cmd {

/// An entry as the server tells it.
struct stream_entry {
    std::string id;
    bool is_gone = false;                  ///< it was trimmed away and only its number is left
    std::vector<std::string> fields = {};  ///< names and values by turns
};

/// Of a reply to XREADGROUP, or its part of XAUTOCLAIM. Throws: `stage_failed` for another shape.
[[nodiscard]] std::vector<stream_entry> entries_of(const redis_reply& reply);

/// The item of an entry, without its end.
[[nodiscard]] std::string item_of(const stream_entry& entry, char item_end);

class redis_source final : public source, private redis_settlement {
 public:
    redis_source(const redis_place& place, char item_end, item_ledger& ledger, output& talk);

    void run(block_queue& to) override;

    [[nodiscard]] settlement* settles() noexcept override { return this; }

 private:
    using words = redis_connection::words;

    [[nodiscard]] const settled_place& from() const noexcept override { return from_; }

    [[nodiscard]] deadline next() const noexcept override { return acknowledge_at_; }

    void note(const settled_place& place) override;

    [[nodiscard]] const redis_place& place() const noexcept override { return place_; }

    [[nodiscard]] std::vector<std::string> settle(std::uint64_t items) override;

    void make_group();
    void read_own(block_queue& to);
    [[nodiscard]] bool read_new(block_queue& to);
    void claim(block_queue& to);
    void renew();
    void renew_all();
    void hand_on(std::vector<stream_entry> entries, block_queue& to);
    void bury_often_tried(std::vector<stream_entry>& entries);
    void bury(const stream_entry& entry, std::uint64_t deliveries);
    void report_lost(const std::vector<std::string>& ids);
    void acknowledge(const std::vector<std::string>& ids);
    [[nodiscard]] bool all_is_dealt_with();

    const redis_place& place_;
    char end_;
    item_ledger& ledger_;
    redis_connection reading_;
    redis_connection telling_;  // the other waits for entries
    std::deque<std::string> under_way_;
    std::set<std::string, std::less<>> ours_;  // the same
    std::uint64_t settled_ = 0;                // items before those under way
    settled_place from_;
    deadline claim_at_;
    deadline acknowledge_at_;
    greenlet<void> renewing_;  // last: it uses the others, until all is settled
};

}  // namespace grove::cmd
