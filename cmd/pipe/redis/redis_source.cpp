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

constexpr std::size_t at_once = 512;                      // entries that a command is about
constexpr std::size_t most_bytes = std::size_t{4} << 20;  // of a read, as far as can be known
constexpr std::size_t few = 16;
constexpr duration between_acknowledgements = 50ms;
constexpr duration between_looks = 20ms;

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
      gap_(place, reading_),
      claim_at_(deadline::now()),
      acknowledge_at_(deadline::now()) {
    ledger.on_dead([this](const dead_item& what) { return set_aside(what); });
}

void redis_source::run(block_queue& to) {
    make_group();
    renewing_ = spawn([this] { renew(); });
    for (;;) {
        if (again_ > 0)
            read_beside(to);
        else if (!own_are_read_)
            read_own(to);
        else if (claim_at_.expired())
            claim(to);
        else if (!read_new(to, read_size_, std::clamp<duration>(place_.lease / 4, 50ms, 500ms)) &&
                 place_.until_empty && all_is_dealt_with())
            return look_for_gap();
    }
}

void redis_source::make_group() {
    const redis_reply made = std::move(
        reading_.exchange({{"XGROUP", "CREATE", place_.stream, place_.group, "0", "MKSTREAM"}})
            .front());
    if (made.what == redis_reply::kind::error && !made.is_error("BUSYGROUP"))
        throw stage_failed(fmt::format("redis: {}: {}", place_.stream, made.text));
}

/// Some of what one of our name had under way when it ended.
void redis_source::read_own(block_queue& to) {
    const std::string count = std::to_string(at_once);
    const std::string behind = '(' + own_after_;
    const auto past = deliveries_of(
        {"XPENDING", place_.stream, place_.group, behind, "+", count, place_.consumer});
    own_are_read_ = past.empty();
    if (own_are_read_) return;
    const std::size_t step = step_of(past);
    const std::string some = std::to_string(step);
    auto entries =
        entries_of_stream(reading_.command({"XREADGROUP", "GROUP", place_.group, place_.consumer,
                                            "COUNT", some, "STREAMS", place_.stream, own_after_}));
    own_after_ = entries.empty() ? past[step - 1].id : entries.back().id;
    bury_often_tried(entries, past);
    hand_on(std::move(entries), true, to);
}

/// Result: something came. Without `wait` it does not wait.
bool redis_source::read_new(block_queue& to, std::size_t most, duration wait) {
    const std::string count = std::to_string(most);
    const std::string block = milliseconds(wait);
    words command{"XREADGROUP", "GROUP", place_.group, place_.consumer, "COUNT", count};
    if (wait > duration::zero()) command.insert(command.end(), {"BLOCK", block});
    command.insert(command.end(), {"STREAMS", place_.stream, ">"});
    auto entries = entries_of_stream(reading_.command(command));
    const bool came = !entries.empty();
    hand_on(std::move(entries), false, to);
    return came;
}

/// While some are tried again, only as many new ones as those leave workers without work: each
/// that is read ahead has used up a delivery when another ends us.
void redis_source::read_beside(block_queue& to) {
    if (to.dry()) static_cast<void>(read_new(to, few, duration::zero()));
    if (again_ == 0) return;
    dealt_.clear();
    dealt_.wait(deadline(between_looks));
}

/// Some entries of consumers that have not renewed their lease.
void redis_source::claim(block_queue& to) {
    const std::string lease = milliseconds(place_.lease);
    const std::string count = std::to_string(at_once);
    const std::string from = claimed_to_.empty() ? "-" : '(' + claimed_to_;
    auto past =
        deliveries_of({"XPENDING", place_.stream, place_.group, "IDLE", lease, from, "+", count});
    claimed_to_ = past.empty() ? "" : past.back().id;
    std::erase_if(past, [this](const past_delivery& e) { return ours_.contains(e.id); });
    if (!past.empty()) return claim_some(past, to);
    if (!claimed_to_.empty()) return;
    look_for_gap();
    claim_at_ = deadline(std::clamp<duration>(place_.lease / 4, 50ms, 1s));
}

void redis_source::claim_some(const std::vector<past_delivery>& past, block_queue& to) {
    const std::size_t step = step_of(past);
    claimed_to_ = past[step - 1].id;
    const std::string lease = milliseconds(place_.lease);
    const std::string some = std::to_string(step);
    const redis_reply reply =
        reading_.command({"XAUTOCLAIM", place_.stream, place_.group, place_.consumer, lease,
                          past.front().id, "COUNT", some});
    if (reply.items.size() < 2) redis_detail::throw_malformed();
    if (reply.items.size() > 2) {
        std::vector<std::string> gone;
        for (const redis_reply& id : reply.items[2].items) gone.push_back(id.text);
        report_lost(gone);
    }
    auto entries = entries_of(reply.items[1]);
    std::erase_if(entries, [this](const stream_entry& e) { return ours_.contains(e.id); });
    bury_often_tried(entries, past);
    hand_on(std::move(entries), true, to);
}

std::vector<past_delivery> redis_source::deliveries_of(const words& command) {
    return deliveries_in(reading_.command(command));
}

std::size_t redis_source::step_of(const std::vector<past_delivery>& past) const {
    return std::min(read_size_, deliver_together(past, place_.deliveries));
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
    const std::vector<std::string> ids(ours_.begin(), ours_.end());
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

void redis_source::hand_on(std::vector<stream_entry> entries, bool are_again, block_queue& to) {
    if (entries.empty()) return;
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
        failed_.erase(entry.id);
        const bool counts = are_again && !place_.settles_late;
        if (counts) ++again_;
        under_way_.push_back({.id = std::move(entry.id), .is_again = counts});
    }
    report_lost(gone);
    const std::size_t of_this_size = most_bytes / (made.bytes.size() / entries.size() + 1);
    read_size_ = std::clamp<std::size_t>(of_this_size, 1, std::min(at_once, read_size_ * 2));
    made.through = settled_ + under_way_.size();
    made.exact = true;
    if (made.items > 0) to.put(std::move(made));
}

/// Those that were delivered more often than they may be.
void redis_source::bury_often_tried(std::vector<stream_entry>& entries,
                                    const std::vector<past_delivery>& past) {
    for (const past_delivery& each : past) {
        if (each.times < place_.deliveries) continue;
        const auto found = std::ranges::find(entries, each.id, &stream_entry::id);
        if (found == entries.end() || found->is_gone) continue;
        bury(*found, each.times);
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
                                deliveries, dead));
}

void redis_source::report_lost(const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    acknowledge(ids);
    ledger_.lost(ids.size(),
                 fmt::format("redis: {} entries of {} were trimmed away before they were dealt "
                             "with, {} the first",
                             ids.size(), place_.stream, ids.front()));
}

/// What becomes of an item that a stage has failed with: only in the first is it an entry's.
std::string redis_source::set_aside(const dead_item& what) {
    if (what.whose == items_are::sources) {
        const std::uint64_t at = what.number - 1 - settled_;
        if (at < under_way_.size()) {
            slot& of = under_way_[at];
            leave(of);
            if (place_.until_empty) failed_.insert(of.id);
            of.has_failed = true;
        }
        return "its entry stays pending, and is delivered again when its lease is over";
    }
    const std::string dead = place_.stream + ":dead";
    static_cast<void>(telling_.command(
        {"XADD", dead, "*", "item", what.item, "stage", what.stage, "error", what.error}));
    return "it is in " + dead;
}

void redis_source::look_for_gap() {
    const std::uint64_t missing = gap_.take();
    if (missing == 0) return;
    ledger_.lost(missing, fmt::format("redis: {} entries of {} were trimmed away before the group "
                                      "{} has read them",
                                      missing, place_.stream, place_.group));
}

void redis_source::note(const settled_place& place) {
    acknowledge(entries_through(place.items));
    settle(place.items);
    acknowledge_at_ = deadline(between_acknowledgements);
}

std::vector<std::string> redis_source::entries_through(std::uint64_t items) const {
    std::vector<std::string> through;
    for (std::size_t i = 0; i < under_way_.size() && settled_ + i < items; ++i) {
        if (!under_way_[i].has_failed) through.push_back(under_way_[i].id);
    }
    return through;
}

void redis_source::settle(std::uint64_t items) {
    for (; settled_ < items && !under_way_.empty(); ++settled_) {
        if (!under_way_.front().has_failed) leave(under_way_.front());
        under_way_.pop_front();
    }
}

/// It is no longer worked on.
void redis_source::leave(slot& of) noexcept {
    ours_.erase(of.id);
    if (!std::exchange(of.is_again, false)) return;
    --again_;
    dealt_.set();
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

/// Nothing is new, and what is pending we have under way, or it has failed here. Entries that we
/// have under way may be pending no more, where another had claimed and acknowledged them.
bool redis_source::all_is_dealt_with() {
    const std::string count = std::to_string(ours_.size() + failed_.size() + 1);
    const auto pending = deliveries_of({"XPENDING", place_.stream, place_.group, "-", "+", count});
    return std::ranges::all_of(pending, [this](const past_delivery& each) {
        return each.consumer == place_.consumer &&
               (ours_.contains(each.id) || failed_.contains(each.id));
    });
}

}  // namespace grove::cmd
