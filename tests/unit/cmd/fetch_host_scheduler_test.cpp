// SPDX-License-Identifier: MIT
#include "cmd/fetch/host_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr deadline at(duration time) {
    return deadline::at(1h + time);
}

using scheduler = host_scheduler<std::string>;

// Starts all that may start at `now`: "a1 b1 a2".
std::string start_all(scheduler& queue, deadline now = at(0s)) {
    std::string order;
    while (auto started = queue.next(now)) {
        order += (order.empty() ? "" : " ") + started->item;
    }
    return order;
}

void add(scheduler& queue, const std::string& items, deadline now = at(0s)) {
    for (std::size_t i = 0; i + 1 < items.size(); i += 3) {
        queue.add(items.substr(i, 1), items.substr(i, 2), now);
    }
}

TEST(fetch_host_scheduler, hosts_take_turns) {
    scheduler queue({.per_host = 8});
    add(queue, "a1 a2 a3 b1 c1 c2");
    EXPECT_EQ(start_all(queue), "a1 b1 c1 a2 c2 a3");
}

TEST(fetch_host_scheduler, a_host_runs_no_more_than_its_limit) {
    scheduler queue({.per_host = 2});
    add(queue, "a1 a2 a3 b1");
    EXPECT_EQ(start_all(queue), "a1 b1 a2");
    EXPECT_FALSE(queue.next_wakeup());
}

TEST(fetch_host_scheduler, a_finished_item_makes_room_for_the_next) {
    scheduler queue({.per_host = 1});
    add(queue, "a1 a2");
    const auto first = queue.next(at(0s));
    ASSERT_TRUE(first);
    EXPECT_FALSE(queue.next(at(0s)));
    queue.finished(first->host, at(1s));
    EXPECT_EQ(start_all(queue, at(1s)), "a2");
}

TEST(fetch_host_scheduler, a_paused_host_starts_nothing_until_then) {
    scheduler queue({});
    add(queue, "a1 a2 b1");
    queue.pause("a", at(5s), at(0s));
    EXPECT_EQ(start_all(queue), "b1");
    EXPECT_EQ(queue.next_wakeup(), at(5s));
    EXPECT_EQ(start_all(queue, at(4999ms)), "");
    EXPECT_EQ(start_all(queue, at(5s)), "a1 a2");
}

TEST(fetch_host_scheduler, the_longer_of_two_pauses_holds) {
    scheduler queue({});
    queue.pause("a", at(9s), at(0s));
    queue.pause("a", at(5s), at(0s));
    add(queue, "a1");
    EXPECT_EQ(start_all(queue), "");
    EXPECT_EQ(queue.next_wakeup(), at(9s));
}

TEST(fetch_host_scheduler, a_pause_is_remembered_for_items_that_come_later) {
    scheduler queue({});
    queue.pause("a", at(5s), at(0s));
    EXPECT_EQ(start_all(queue, at(1s)), "");
    add(queue, "a1", at(2s));
    EXPECT_EQ(start_all(queue, at(2s)), "");
    EXPECT_EQ(start_all(queue, at(5s)), "a1");
}

TEST(fetch_host_scheduler, a_rate_spaces_the_starts_of_a_host) {
    scheduler queue({.rate = 2});
    add(queue, "a1 a2 a3 b1");
    EXPECT_EQ(start_all(queue), "a1 b1");
    EXPECT_EQ(queue.next_wakeup(), at(500ms));
    EXPECT_EQ(start_all(queue, at(500ms)), "a2");
    EXPECT_EQ(start_all(queue, at(999ms)), "");
    EXPECT_EQ(start_all(queue, at(1s)), "a3");
}

TEST(fetch_host_scheduler, a_rate_is_remembered_when_a_host_has_been_idle) {
    scheduler queue({.rate = 1});
    add(queue, "a1");
    queue.finished(queue.next(at(0s))->host, at(100ms));
    add(queue, "a2", at(200ms));
    EXPECT_EQ(start_all(queue, at(200ms)), "");
    EXPECT_EQ(start_all(queue, at(1s)), "a2");
}

TEST(fetch_host_scheduler, a_retry_waits_for_its_time) {
    scheduler queue({});
    queue.add_later("a", "a1", at(3s), at(0s));
    add(queue, "a2");
    EXPECT_EQ(start_all(queue), "a2");
    EXPECT_EQ(queue.next_wakeup(), at(3s));
    EXPECT_EQ(start_all(queue, at(3s)), "a1");
}

TEST(fetch_host_scheduler, retries_come_in_the_order_of_their_times) {
    scheduler queue({});
    queue.add_later("a", "a3", at(3s), at(0s));
    queue.add_later("a", "a1", at(1s), at(0s));
    queue.add_later("a", "a2", at(1s), at(0s));
    EXPECT_EQ(start_all(queue, at(10s)), "a1 a2 a3");
}

TEST(fetch_host_scheduler, a_retry_of_a_host_at_its_limit_starts_when_a_slot_is_free) {
    scheduler queue({.per_host = 1});
    add(queue, "a1");
    const auto running = queue.next(at(0s));
    queue.add_later("a", "a2", at(1s), at(0s));
    EXPECT_EQ(start_all(queue, at(2s)), "");
    queue.finished(running->host, at(3s));
    EXPECT_EQ(start_all(queue, at(3s)), "a2");
}

TEST(fetch_host_scheduler, the_look_ahead_is_bounded_and_retries_are_taken_beyond_it) {
    scheduler queue({.capacity = 3});
    add(queue, "a1 a2");
    EXPECT_FALSE(queue.full());
    add(queue, "b1");
    EXPECT_TRUE(queue.full());
    queue.add_later("b", "b2", at(0s), at(0s));
    EXPECT_EQ(queue.waiting(), 4U);
    EXPECT_EQ(start_all(queue), "a1 b1 a2 b2");
    EXPECT_FALSE(queue.full());
}

TEST(fetch_host_scheduler, an_idle_host_is_forgotten) {
    scheduler queue({});
    for (int i = 0; i < 1000; ++i) {
        queue.add("host" + std::to_string(i), "x", at(0s));
        queue.finished(queue.next(at(0s))->host, at(0s));
    }
    EXPECT_EQ(queue.known_hosts(), 0U);
}

TEST(fetch_host_scheduler, a_host_with_used_tokens_is_forgotten_when_they_are_back) {
    scheduler queue({.rate = 1});
    add(queue, "a1");
    queue.finished(queue.next(at(0s))->host, at(0s));
    (void)queue.next(at(999ms));
    EXPECT_EQ(queue.known_hosts(), 1U);
    (void)queue.next(at(1s));
    EXPECT_EQ(queue.known_hosts(), 0U);
}

TEST(fetch_host_scheduler, items_may_be_move_only) {
    host_scheduler<std::unique_ptr<int>> queue({});
    queue.add("a", std::make_unique<int>(7), at(0s));
    EXPECT_EQ(*queue.next(at(0s))->item, 7);
}

TEST(fetch_host_scheduler, a_started_item_names_its_host) {
    scheduler queue({});
    queue.add("h.example:443", "x", at(0s));
    EXPECT_EQ(queue.host_name(queue.next(at(0s))->host), "h.example:443");
}

TEST(fetch_host_scheduler, drain_gives_all_that_waits) {
    scheduler queue({});
    add(queue, "a1 b1");
    queue.add_later("c", "c1", at(9s), at(0s));
    (void)queue.next(at(0s));
    auto rest = queue.drain();
    std::ranges::sort(rest);
    EXPECT_EQ(rest, (std::vector<std::string>{"b1", "c1"}));
    EXPECT_EQ(queue.waiting(), 0U);
}

TEST(fetch_host_scheduler, ten_thousand_hosts_take_turns) {
    host_scheduler<int> queue({.per_host = 1, .capacity = 30'000});
    for (int item = 0; item < 30'000; ++item) {
        queue.add("h" + std::to_string(item % 10'000), item, at(0s));
    }
    for (int item = 0; item < 30'000; ++item) {
        const auto started = queue.next(at(0s));
        ASSERT_TRUE(started);
        ASSERT_EQ(started->item, item);
        queue.finished(started->host, at(0s));
    }
    EXPECT_EQ(queue.known_hosts(), 0U);
}

// A run with random hosts, durations, failures and pauses, checked against all promises.
class simulation {
 public:
    simulation(unsigned seed, host_limits limits)
        : random_(seed), limits_(limits), queue_(limits) {}

    std::vector<int> run(int items) {
        while (done_ < items) {
            while (added_ < items && !queue_.full()) add(added_++);
            start();
            if (!advance()) break;
            end_some();
        }
        return order_;
    }

    void check_finished(int items) const {
        EXPECT_EQ(done_, items);
        EXPECT_EQ(queue_.waiting(), 0U);
        for (const auto& [host, times] : starts_) check_rate(times);
    }

 private:
    struct running_item {
        duration end;
        int item = 0;
        host_scheduler<int>::host_id host = 0;
    };

    std::string host_of(int item) const { return "h" + std::to_string(item * 7 % 13 % 5); }

    void add(int item) { queue_.add(host_of(item), item, at(now_)); }

    void start() {
        while (running_.size() < 20) {
            const auto started = queue_.next(at(now_));
            if (!started) return;
            const auto host = queue_.host_name(started->host);
            EXPECT_EQ(host, host_of(started->item));
            EXPECT_LE(++active_[host], limits_.per_host);
            EXPECT_GE(now_, paused_until_[host]);
            EXPECT_GE(now_, not_before_[started->item]);
            starts_[host].push_back(now_);
            order_.push_back(started->item);
            running_.push_back({now_ + std::chrono::milliseconds(1 + random_() % 50), started->item,
                                started->host});
        }
    }

    // To whatever happens next. False when nothing ever will: a lost wake-up.
    bool advance() {
        std::optional<duration> next;
        for (const auto& item : running_) next = std::min(next.value_or(item.end), item.end);
        if (const auto wakeup = queue_.next_wakeup(); wakeup && running_.size() < 20) {
            const auto time = *wakeup - at(0s);
            EXPECT_GT(time, now_);
            next = std::min(next.value_or(time), time);
        }
        if (!next) return false;
        now_ = std::max(now_, *next);
        return true;
    }

    void end_some() {
        const auto ended = std::partition(running_.begin(), running_.end(),
                                          [&](const running_item& i) { return i.end > now_; });
        const std::vector<running_item> over(ended, running_.end());
        running_.erase(ended, running_.end());
        for (const auto& item : over) end(item);
    }

    void end(const running_item& item) {
        const auto host = host_of(item.item);
        --active_[host];
        if (random_() % 20 == 0) {
            paused_until_[host] = std::max(paused_until_[host], now_ + 200ms);
            queue_.pause(host, at(now_ + 200ms), at(now_));
        }
        queue_.finished(item.host, at(now_));
        if (random_() % 5 == 0) {
            const auto due = now_ + std::chrono::milliseconds(random_() % 100);
            not_before_[item.item] = due;
            queue_.add_later(host, item.item, at(due), at(now_));
        } else {
            ++done_;
        }
    }

    void check_rate(const std::vector<duration>& times) const {
        if (limits_.rate == 0) return;
        const auto spacing = std::chrono::duration<double>(1 / limits_.rate);
        for (std::size_t i = 1; i < times.size(); ++i) {
            EXPECT_GE(times[i] - times[i - 1], spacing - 1us);
        }
    }

    std::mt19937 random_;
    host_limits limits_;
    host_scheduler<int> queue_;
    duration now_ = 0s;
    int added_ = 0;
    int done_ = 0;
    std::vector<int> order_;
    std::vector<running_item> running_;
    std::map<std::string, std::size_t> active_;
    std::map<std::string, duration> paused_until_;
    std::map<int, duration> not_before_;
    std::map<std::string, std::vector<duration>> starts_;
};

TEST(fetch_host_scheduler, random_runs_keep_all_limits_and_starve_nobody) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        host_limits limits{.per_host = 1 + seed % 4, .capacity = 20 + seed};
        if (seed % 3 == 1) limits.rate = 40;
        simulation run(seed, limits);
        (void)run.run(300);
        run.check_finished(300);
    }
}

TEST(fetch_host_scheduler, the_same_calls_give_the_same_order) {
    const host_limits limits{.per_host = 2, .rate = 50, .capacity = 40};
    EXPECT_EQ(simulation(9, limits).run(300), simulation(9, limits).run(300));
}

}  // namespace
}  // namespace grove::cmd
