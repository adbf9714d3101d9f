// SPDX-License-Identifier: MIT
#include "cmd/fetch/host_scheduler.hpp"

#include <algorithm>

namespace grove::cmd {

// Where a host with something to do is found, which `settle` alone decides:
//   in line_     it may start an item at once;
//   in alarms_   it may at a known time: end of a pause, next token, not-before of an item;
//   in neither   its slots are taken, or it has no items; `finished` or `add` settles it again.

void host_turns::add(std::string_view host, slot_id slot, deadline now) {
    const auto id = find_or_add(host);
    append(hosts_[id], slot);
    ++waiting_;
    settle(id, now);
}

void host_turns::add_later(std::string_view host, slot_id slot, deadline due, deadline now) {
    const auto id = find_or_add(host);
    hosts_[id].later.push({due, ++order_, slot});
    ++waiting_;
    settle(id, now);
}

std::optional<host_turns::turn> host_turns::next(deadline now) {
    wake_due(now);
    while (!line_.empty()) {
        const auto id = line_.front();
        line_.pop_front();
        auto& h = hosts_[id];
        h.in_line = false;
        // A pause may have come since it took its place; `settle` then finds it an alarm.
        const bool may_start =
            h.first != nothing && h.running < limits_.per_host && may_start_at(h) <= now;
        if (!may_start) {
            settle(id, now);
            continue;
        }
        const turn started{id, h.first};
        h.first = next_slot_[h.first];
        if (h.first == nothing) h.last = nothing;
        ++h.running;
        --waiting_;
        if (limits_.rate > 0) h.pacer.take(now);
        settle(id, now);
        return started;
    }
    return std::nullopt;
}

std::optional<deadline> host_turns::next_wakeup() const {
    if (alarms_.empty()) return std::nullopt;
    return alarms_.begin()->at;
}

void host_turns::finished(host_id host, deadline now) {
    --hosts_[host].running;
    settle(host, now);
}

void host_turns::pause(std::string_view host, deadline until, deadline now) {
    const auto id = find_or_add(host);
    auto& h = hosts_[id];
    h.paused_until = std::max(h.paused_until, until);
    settle(id, now);
}

host_turns::host_id host_turns::find_or_add(std::string_view name) {
    const auto [entry, added] = by_name_.try_emplace(std::string(name), 0);
    if (!added) return entry->second;
    if (free_hosts_.empty()) {
        entry->second = static_cast<host_id>(hosts_.size());
        hosts_.emplace_back();
    } else {
        entry->second = free_hosts_.back();
        free_hosts_.pop_back();
    }
    auto& h = hosts_[entry->second];
    h.name = name;
    // Ten milliseconds' worth at once, so that a late timer does not lower a high rate.
    if (limits_.rate > 0) h.pacer = event_pacer(limits_.rate, std::max(1.0, limits_.rate / 100));
    return entry->second;
}

void host_turns::append(host_entry& h, slot_id slot) {
    if (slot >= next_slot_.size()) next_slot_.resize(std::size_t{slot} + 1, nothing);
    next_slot_[slot] = nothing;
    (h.first == nothing ? h.first : next_slot_[h.last]) = slot;
    h.last = slot;
}

void host_turns::settle(host_id id, deadline now) {
    auto& h = hosts_[id];
    for (; !h.later.empty() && h.later.top().at <= now; h.later.pop()) {
        append(h, h.later.top().id);
    }
    if (!has_work(h)) return retire(id, now);
    if (h.running >= limits_.per_host) return set_alarm(id, std::nullopt);

    const auto start = may_start_at(h);
    if (h.first != nothing && start <= now) {
        set_alarm(id, std::nullopt);
        if (!std::exchange(h.in_line, true)) line_.push_back(id);
        return;
    }
    set_alarm(id, h.first != nothing ? start : std::max(start, h.later.top().at));
}

bool host_turns::has_work(const host_entry& h) const noexcept {
    return h.first != nothing || !h.later.empty();
}

deadline host_turns::may_start_at(const host_entry& h) const noexcept {
    return limits_.rate > 0 ? std::max(h.paused_until, h.pacer.next_at()) : h.paused_until;
}

void host_turns::set_alarm(host_id id, std::optional<deadline> at) {
    auto& alarm = hosts_[id].alarm;
    if (alarm && at && alarm->at == *at) return;
    if (alarm) alarms_.erase(*alarm);
    alarm.reset();
    if (at) {
        alarm = timed{*at, ++order_, id};
        alarms_.insert(*alarm);
    }
}

// A host without items is forgotten once nothing about it must be remembered.
void host_turns::retire(host_id id, deadline now) {
    auto& h = hosts_[id];
    set_alarm(id, std::nullopt);
    if (h.running > 0 || h.retiring || h.in_line) return;
    const auto until =
        limits_.rate > 0 ? std::max(h.paused_until, h.pacer.settled_at()) : h.paused_until;
    if (until > now) {
        h.retiring = true;
        retired_.push({until, ++order_, id});
        return;
    }
    by_name_.erase(h.name);
    h = host_entry{};
    free_hosts_.push_back(id);
}

void host_turns::wake_due(deadline now) {
    while (!alarms_.empty() && alarms_.begin()->at <= now) settle(alarms_.begin()->id, now);
    while (!retired_.empty() && retired_.top().at <= now) {
        const auto id = retired_.top().id;
        retired_.pop();
        hosts_[id].retiring = false;
        settle(id, now);
    }
}

}  // namespace grove::cmd
