// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_source.hpp"

#include "cmd/common/output.hpp"

#include <grove/greenlet.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t at_once = 512;  // entries that a command is about
constexpr duration between_acknowledgements = 50ms;

std::string milliseconds(duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

/// XREADGROUP tells of several streams: `[[name, entries]]`.
std::vector<stream_entry> entries_of_stream(const redis_reply& reply) {
    if (reply.what == redis_reply::kind::null || reply.items.empty()) return {};
    const redis_reply& only = reply.items.front();
    if (only.items.size() != 2) redis_detail::throw_malformed();
    return entries_of(only.items[1]);
}

}  // namespace

redis_source::redis_source(const redis_place& place, char item_end, item_ledger& ledger,
                           output& talk)
    : place_(place),
      end_(item_end),
      ledger_(ledger),
      reading_(place, talk),
      telling_(place, talk),
      claim_at_(deadline::now()),
      acknowledge_at_(deadline::now()) {}

void redis_source::run(block_queue& to) {
    make_group();
    renewing_ = spawn([this] { renew(); });
    read_own(to);
    for (;;) {
        if (claim_at_.expired()) claim(to);
        const bool came = read_new(to);
        if (!came && place_.until_empty && all_is_dealt_with()) return;
    }
}

void redis_source::make_group() {
    const redis_reply made = std::move(
        reading_.exchange({{"XGROUP", "CREATE", place_.stream, place_.group, "0", "MKSTREAM"}})
            .front());
    if (made.what == redis_reply::kind::error && !made.is_error("BUSYGROUP"))
        throw stage_failed(fmt::format("redis: {}: {}", place_.stream, made.text));
}

/// What one of our name had under way when it ended.
void redis_source::read_own(block_queue& to) {
    std::string after = "0";
    const std::string count = std::to_string(at_once);
    for (;;) {
        auto entries = entries_of_stream(
            reading_.command({"XREADGROUP", "GROUP", place_.group, place_.consumer, "COUNT", count,
                              "STREAMS", place_.stream, after}));
        if (entries.empty()) return;
        after = entries.back().id;
        bury_often_tried(entries);
        hand_on(std::move(entries), to);
    }
}

/// Result: something came.
bool redis_source::read_new(block_queue& to) {
    const duration wait = std::clamp<duration>(place_.lease / 4, 50ms, 500ms);
    const std::string count = std::to_string(at_once);
    const std::string block = milliseconds(wait);
    auto entries = entries_of_stream(
        reading_.command({"XREADGROUP", "GROUP", place_.group, place_.consumer, "COUNT", count,
                          "BLOCK", block, "STREAMS", place_.stream, ">"}));
    const bool came = !entries.empty();
    hand_on(std::move(entries), to);
    return came;
}

/// Entries of consumers that have not renewed their lease.
void redis_source::claim(block_queue& to) {
    const std::string lease = milliseconds(place_.lease);
    const std::string count = std::to_string(at_once);
    std::string cursor = "0-0";
    do {
        const redis_reply reply =
            reading_.command({"XAUTOCLAIM", place_.stream, place_.group, place_.consumer, lease,
                              cursor, "COUNT", count});
        if (reply.items.size() < 2) redis_detail::throw_malformed();
        cursor = reply.items[0].text;
        if (reply.items.size() > 2) {
            std::vector<std::string> gone;
            for (const redis_reply& id : reply.items[2].items) gone.push_back(id.text);
            report_lost(gone);
        }
        auto entries = entries_of(reply.items[1]);
        std::erase_if(entries, [this](const stream_entry& e) { return ours_.contains(e.id); });
        bury_often_tried(entries);
        hand_on(std::move(entries), to);
    } while (cursor != "0-0");
    claim_at_ = deadline(std::clamp<duration>(place_.lease / 4, 50ms, 1s));
}

/// While we work on them nobody may claim them. XCLAIM makes their leases begin anew, and JUSTID
/// leaves the number of deliveries alone.
void redis_source::renew() {
    try {
        for (;;) {
            sleep_for(place_.lease / 3);
            renew_all();
        }
    } catch (const std::runtime_error& e) {
        ledger_.hopeless(e.what());
    }
}

void redis_source::renew_all() {
    const std::vector<std::string> ids(under_way_.begin(), under_way_.end());
    for (std::size_t at = 0; at < ids.size(); at += at_once) {
        words claim{"XCLAIM", place_.stream, place_.group, place_.consumer, "0"};
        const std::size_t before = claim.size();
        const std::size_t end = std::min(ids.size(), at + at_once);
        for (std::size_t i = at; i < end; ++i) {
            if (ours_.contains(ids[i])) claim.push_back(ids[i]);  // not settled meanwhile
        }
        if (claim.size() == before) continue;
        claim.push_back("JUSTID");
        static_cast<void>(telling_.exchange({claim}));
    }
}

void redis_source::hand_on(std::vector<stream_entry> entries, block_queue& to) {
    std::vector<std::string> gone;
    block made;
    for (stream_entry& entry : entries) {
        if (entry.is_gone) {
            gone.push_back(std::move(entry.id));
            continue;
        }
        made.bytes += item_of(entry, end_);
        made.bytes += end_;
        ++made.items;
        ours_.insert(entry.id);
        under_way_.push_back(std::move(entry.id));
    }
    report_lost(gone);
    made.through = settled_ + under_way_.size();
    made.exact = true;
    if (made.items > 0) to.put(std::move(made));
}

/// Those that were delivered more often than they may be.
void redis_source::bury_often_tried(std::vector<stream_entry>& entries) {
    if (entries.empty()) return;
    const std::string count = std::to_string(entries.size());
    const redis_reply pending =
        reading_.command({"XPENDING", place_.stream, place_.group, entries.front().id,
                          entries.back().id, count, place_.consumer});
    for (const redis_reply& one : pending.items) {
        if (one.items.size() < 4 || one.items[3].number <= place_.deliveries) continue;
        const auto found = std::ranges::find(entries, one.items[0].text, &stream_entry::id);
        if (found == entries.end() || found->is_gone) continue;
        bury(*found, static_cast<std::uint64_t>(one.items[3].number));
        entries.erase(found);
    }
}

void redis_source::bury(const stream_entry& entry, std::uint64_t deliveries) {
    const std::string dead = place_.stream + ":dead";
    words add{"XADD", dead, "*"};
    add.insert(add.end(), entry.fields.begin(), entry.fields.end());
    const auto replies = reading_.exchange(
        {{"MULTI"}, add, {"XACK", place_.stream, place_.group, entry.id}, {"EXEC"}});
    if (replies.back().what == redis_reply::kind::error)
        throw stage_failed(fmt::format("redis: {}: {}", dead, replies.back().text));
    ledger_.lost(1, fmt::format("redis: entry {} was delivered {} times; it is in {}", entry.id,
                                deliveries - 1, dead));
}

void redis_source::report_lost(const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    acknowledge(ids);
    ledger_.lost(ids.size(),
                 fmt::format("redis: {} entries of {} were trimmed away before they were dealt "
                             "with, {} the first",
                             ids.size(), place_.stream, ids.front()));
}

void redis_source::note(const settled_place& place) {
    acknowledge(settle(place.items));
    acknowledge_at_ = deadline(between_acknowledgements);
}

std::vector<std::string> redis_source::settle(std::uint64_t items) {
    std::vector<std::string> ids;
    for (; settled_ < items && !under_way_.empty(); ++settled_) {
        ours_.erase(under_way_.front());
        ids.push_back(std::move(under_way_.front()));
        under_way_.pop_front();
    }
    return ids;
}

void redis_source::acknowledge(const std::vector<std::string>& ids) {
    for (std::size_t at = 0; at < ids.size(); at += at_once) {
        words all{"XACK", place_.stream, place_.group};
        const std::size_t end = std::min(ids.size(), at + at_once);
        all.insert(all.end(), ids.begin() + static_cast<std::ptrdiff_t>(at),
                   ids.begin() + static_cast<std::ptrdiff_t>(end));
        static_cast<void>(telling_.command(all));
    }
}

/// Nothing is new, and what is pending is ours.
bool redis_source::all_is_dealt_with() {
    const redis_reply pending = reading_.command({"XPENDING", place_.stream, place_.group});
    if (pending.items.empty()) redis_detail::throw_malformed();
    return std::cmp_less_equal(pending.items.front().number, under_way_.size());
}

}  // namespace grove::cmd
