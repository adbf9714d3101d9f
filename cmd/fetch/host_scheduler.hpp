// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/rate_limiter.hpp"

#include <grove/deadline.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// Which item starts next, fair between hosts: each host that may start one gets its turn, in the
/// order in which it became able to. A host may start an item when it has one that is due, runs
/// fewer than `per_host`, is not paused and has a token left of its rate. How many run in all is
/// the caller's business. Nothing here reads a clock, and the same calls give the same order.
///
///     host_scheduler<fetch_item> queue({.per_host = 8});
///     while (!queue.full() && (item = list.next())) queue.add(host, std::move(*item), now);
///     while (running < limit) {
///         auto started = queue.next(now);
///         if (!started) break;      // nothing may start: sleep until queue.next_wakeup()
///         ...
///     }
///     queue.finished(started->host, now);          // always, also before adding it again
///     queue.pause(host, now + 30s, now);           // 429, 503
///     queue.add_later(host, std::move(item), now + backoff, now);
///
/// Cost: O(log hosts + log waiting items) a call. A host without items, runs, pause or used tokens
/// is forgotten, so a list of a million hosts needs memory only for the look-ahead.

namespace grove::cmd {

struct host_limits {
    std::size_t per_host = 8;      ///< running at once
    double rate = 0;               ///< starts a second; 0: as many as come
    std::size_t capacity = 10000;  ///< look-ahead: items held before `full`
};

/// The untyped part: hosts, and the numbers of the slots where items are kept.
class host_turns {
 public:
    using host_id = std::uint32_t;
    using slot_id = std::uint32_t;

    struct turn {
        host_id host = 0;
        slot_id slot = 0;
    };

    explicit host_turns(host_limits limits) : limits_(limits) {}

    void add(std::string_view host, slot_id slot, deadline now);
    void add_later(std::string_view host, slot_id slot, deadline due, deadline now);
    [[nodiscard]] std::optional<turn> next(deadline now);
    [[nodiscard]] std::optional<deadline> next_wakeup() const;
    void finished(host_id host, deadline now);
    void pause(std::string_view host, deadline until, deadline now);

    [[nodiscard]] const std::string& name(host_id host) const { return hosts_[host].name; }

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

    [[nodiscard]] std::size_t known_hosts() const noexcept { return by_name_.size(); }

    [[nodiscard]] const host_limits& limits() const noexcept { return limits_; }

 private:
    static constexpr slot_id nothing = ~slot_id{0};
    static constexpr deadline long_ago = deadline::at(duration::min() / 4);

    struct timed {
        deadline at;
        std::uint64_t order = 0;
        std::uint32_t id = 0;  // a slot or a host
        friend auto operator<=>(const timed&, const timed&) = default;
    };

    using due_first = std::priority_queue<timed, std::vector<timed>, std::greater<>>;

    struct host_entry {
        std::string name;
        slot_id first = nothing;  // items that are due, linked through next_slot_
        slot_id last = nothing;
        due_first later;  // items with a not-before time
        std::size_t running = 0;
        deadline paused_until = long_ago;
        event_pacer pacer{1, 1};
        std::optional<timed> alarm;  // its entry in alarms_
        bool in_line = false;        // has an entry in line_
        bool retiring = false;       // has an entry in retired_
    };

    host_id find_or_add(std::string_view name);
    void append(host_entry& h, slot_id slot);
    void settle(host_id id, deadline now);
    void set_alarm(host_id id, std::optional<deadline> at);
    void retire(host_id id, deadline now);
    void wake_due(deadline now);
    [[nodiscard]] bool has_work(const host_entry& h) const noexcept;
    [[nodiscard]] deadline may_start_at(const host_entry& h) const noexcept;

    host_limits limits_;
    std::vector<host_entry> hosts_;
    std::vector<host_id> free_hosts_;
    std::unordered_map<std::string, host_id> by_name_;
    std::vector<slot_id> next_slot_;
    std::deque<host_id> line_;  // hosts that may start an item, in turn
    std::set<timed> alarms_;    // hosts that must be looked at again
    due_first retired_;         // idle hosts whose pause or rate is still to be remembered
    std::uint64_t order_ = 0;
    std::size_t waiting_ = 0;
};

template <class Item>
class host_scheduler {
 public:
    using host_id = host_turns::host_id;

    struct started {
        host_id host = 0;  ///< for `finished`
        Item item;
    };

    explicit host_scheduler(host_limits limits) : turns_(limits) {}

    /// Appends an item that may start at once. Items of one host start in this order.
    void add(std::string_view host, Item item, deadline now) {
        turns_.add(host, keep(std::move(item)), now);
    }

    /// Appends an item that may not start before `due`: a retry. It is taken even when `full`.
    void add_later(std::string_view host, Item item, deadline due, deadline now) {
        turns_.add_later(host, keep(std::move(item)), due, now);
    }

    /// True when the look-ahead is used up: stop reading the list until items have started.
    [[nodiscard]] bool full() const noexcept {
        return turns_.waiting() >= turns_.limits().capacity;
    }

    /// Takes the next item that may start at `now`; nullopt when none may.
    [[nodiscard]] std::optional<started> next(deadline now) {
        const auto turn = turns_.next(now);
        if (!turn) return std::nullopt;
        free_.push_back(turn->slot);
        return started{turn->host, std::move(*std::exchange(items_[turn->slot], std::nullopt))};
    }

    /// After `next` gave nullopt: when it may give an item without anything else happening; nullopt
    /// when only `finished` or `add` can change that.
    [[nodiscard]] std::optional<deadline> next_wakeup() const { return turns_.next_wakeup(); }

    /// An item that `next` gave has ended, in whatever way.
    void finished(host_id host, deadline now) { turns_.finished(host, now); }

    /// Starts nothing on `host` before `until`; an earlier pause that lasts longer stays.
    void pause(std::string_view host, deadline until, deadline now) {
        turns_.pause(host, until, now);
    }

    [[nodiscard]] const std::string& host_name(host_id host) const { return turns_.name(host); }

    /// Items that have not started.
    [[nodiscard]] std::size_t waiting() const noexcept { return turns_.waiting(); }

    /// Hosts held in memory.
    [[nodiscard]] std::size_t known_hosts() const noexcept { return turns_.known_hosts(); }

    /// Removes all waiting items, in no particular order: for a run that stops and must report
    /// them. Nothing may be added afterwards.
    [[nodiscard]] std::vector<Item> drain() {
        std::vector<Item> rest;
        for (auto& item : items_) {
            if (item) rest.push_back(std::move(*std::exchange(item, std::nullopt)));
        }
        turns_ = host_turns(turns_.limits());
        return rest;
    }

 private:
    host_turns::slot_id keep(Item item) {
        if (free_.empty()) {
            items_.emplace_back(std::move(item));
            return static_cast<host_turns::slot_id>(items_.size() - 1);
        }
        const auto slot = free_.back();
        free_.pop_back();
        items_[slot] = std::move(item);
        return slot;
    }

    host_turns turns_;
    std::vector<std::optional<Item>> items_;
    std::vector<host_turns::slot_id> free_;
};

}  // namespace grove::cmd
