// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/queue.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(queue, gives_items_out_in_the_order_they_came) {
    grove::queue<int> q(8);
    for (int i = 0; i < 5; ++i) q.put(i);
    std::vector<int> out;
    while (auto item = q.try_get()) out.push_back(*item);
    EXPECT_THAT(out, ElementsAre(0, 1, 2, 3, 4));
}

TEST(queue, neither_put_nor_get_switches_while_there_is_room_and_an_item) {
    grove::queue<int> q(2);
    bool switched = false;
    auto other = grove::spawn([&] { switched = true; });
    q.put(1);
    q.put(2);
    EXPECT_EQ(q.get(), 1);
    EXPECT_FALSE(switched);
}

TEST(queue, refuses_a_bound_of_zero) {
    EXPECT_THROW(grove::queue<int>(0), std::invalid_argument);
}

TEST(queue, knows_how_full_it_is) {
    grove::queue<int> q(2);
    EXPECT_TRUE(q.empty());
    q.put(1);
    q.put(2);
    EXPECT_TRUE(q.full());
    EXPECT_EQ(q.size(), 2U);
    EXPECT_EQ(q.capacity(), 2U);
    EXPECT_FALSE(q.try_put(3));
}

TEST(queue, unbounded_never_blocks_a_put) {
    grove::queue<int> q(grove::unbounded);
    for (int i = 0; i < 100'000; ++i) q.put(i);
    EXPECT_EQ(q.size(), 100'000U);
    EXPECT_FALSE(q.full());
    for (int i = 0; i < 100'000; ++i) ASSERT_EQ(q.get(), i);
}

TEST(queue, an_item_goes_to_the_one_who_waited_longest) {
    grove::queue<int> q(4);
    std::vector<std::string> trace;
    const auto getter = [&](const char* name) {
        return [&, name] { trace.push_back(name + std::to_string(*q.get())); };
    };
    auto a = grove::spawn(getter("a"));
    auto b = grove::spawn(getter("b"));
    grove::yield();
    q.put(1);
    q.put(2);
    grove::join_all(a, b);
    EXPECT_THAT(trace, ElementsAre("a1", "b2"));
}

TEST(queue, items_of_waiting_putters_enter_in_the_order_they_came) {
    grove::queue<int> q(1);
    q.put(0);
    std::vector<grove::greenlet<void>> putters;
    for (int i = 1; i < 5; ++i) putters.push_back(grove::spawn([&, i] { q.put(i); }));
    grove::yield();
    std::vector<int> out;
    for (int i = 0; i < 5; ++i) out.push_back(*q.get());
    EXPECT_THAT(out, ElementsAre(0, 1, 2, 3, 4));
}

// The tutorial's bounded queue: three workers, a boss, room for three.
TEST(queue, boss_and_workers_take_turns_as_in_gevent) {
    const grove::simulation world;
    grove::queue<int> tasks(3);
    std::vector<std::string> trace;
    const auto worker = [&](const char* name) {
        return [&, name] {
            while (const auto task = tasks.get(1s)) {
                trace.push_back(name + std::to_string(*task));
                grove::yield();
            }
            trace.emplace_back("quit");
        };
    };
    auto boss = grove::spawn([&] {
        for (int i = 1; i < 10; ++i) tasks.put(i);
        trace.emplace_back("first");
        for (int i = 10; i < 20; ++i) tasks.put(i);
        trace.emplace_back("second");
    });
    auto steve = grove::spawn(worker("steve"));
    auto john = grove::spawn(worker("john"));
    auto bob = grove::spawn(worker("bob"));
    grove::join_all(boss, steve, john, bob);
    EXPECT_THAT(trace, ElementsAre("steve1", "john2", "bob3", "steve4", "john5", "bob6", "first",
                                   "steve7", "john8", "bob9", "steve10", "john11", "bob12",
                                   "steve13", "john14", "bob15", "steve16", "john17", "bob18",
                                   "second", "steve19", "quit", "quit", "quit"));
}

TEST(queue, carries_move_only_items) {
    grove::queue<std::unique_ptr<int>> q(1);
    auto g = grove::spawn([&] { return *q.get(); });
    grove::yield();
    q.put(std::make_unique<int>(3));  // straight into the waiting getter's hands
    EXPECT_EQ(*g.get(), 3);
}

TEST(queue, a_put_that_fails_leaves_the_item_with_the_caller) {
    grove::queue<std::unique_ptr<int>> q(1);
    q.put(std::make_unique<int>(1));
    auto item = std::make_unique<int>(2);
    EXPECT_FALSE(q.put(std::move(item), 0ms));
    ASSERT_NE(item, nullptr);
    EXPECT_FALSE(q.try_put(std::move(item)));
    ASSERT_NE(item, nullptr);
    EXPECT_FALSE(grove::with_timeout(0ms, [&] { q.put(std::move(item)); }));
    ASSERT_NE(item, nullptr);
    auto closer = grove::spawn([&] { q.close(); });
    EXPECT_THROW(q.put(std::move(item)), grove::queue_closed);
    EXPECT_EQ(*item, 2);
}

TEST(queue, a_getter_ended_by_a_timeout_loses_no_item) {
    const grove::simulation world;
    grove::queue<int> q(4);
    EXPECT_FALSE(grove::with_timeout(1s, [&] { q.get(); }));
    EXPECT_FALSE(q.get(1s).has_value());
    q.put(1);
    EXPECT_EQ(q.get(), 1);
}

TEST(queue, an_item_given_in_the_turn_of_the_timeout_is_not_lost) {
    const grove::simulation world;
    grove::queue<int> q(4);
    std::optional<int> got;
    auto g = grove::spawn([&] { got = q.get(1s); });
    grove::yield();
    auto put = grove::hub::current().call_at(
        1s, [&] { ASSERT_TRUE(q.try_put(7)); }, grove::keep_alive::yes);
    grove::sleep_for(2s);
    EXPECT_EQ(got.value_or(-1) + static_cast<int>(q.size()), 7);
}

TEST(queue, a_closed_one_is_drained_then_ends) {
    grove::queue<int> q(4);
    q.put(1);
    q.put(2);
    q.close();
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 2);
    EXPECT_FALSE(q.get().has_value());
    EXPECT_EQ(q.peek(), nullptr);
    EXPECT_TRUE(q.closed());
}

TEST(queue, put_into_a_closed_one_throws) {
    grove::queue<int> q(4);
    q.close();
    EXPECT_THROW(q.put(1), grove::queue_closed);
    EXPECT_FALSE(q.try_put(1));
}

TEST(queue, close_ends_every_wait) {
    grove::queue<int> empty(1);
    grove::queue<int> full(1);
    full.put(0);
    auto get = grove::spawn([&] { return empty.get().has_value(); });
    auto peek = grove::spawn([&] { return empty.peek() != nullptr; });
    auto put = grove::spawn([&] {
        try {
            full.put(1);
            return true;
        } catch (const grove::queue_closed&) {
            return false;
        }
    });
    grove::yield();
    empty.close();
    full.close();
    full.close();
    EXPECT_FALSE(get.get());
    EXPECT_FALSE(peek.get());
    EXPECT_FALSE(put.get());
    EXPECT_EQ(full.get(), 0);
    EXPECT_FALSE(full.get().has_value());
}

TEST(queue, close_now_drops_what_is_in) {
    grove::queue<std::shared_ptr<int>> q(4);
    const auto item = std::make_shared<int>(1);
    q.put(item);
    q.close_now();
    EXPECT_EQ(item.use_count(), 1);
    EXPECT_FALSE(q.get().has_value());
    EXPECT_TRUE(q.join());
}

TEST(queue, iteration_ends_when_closed_and_drained) {
    grove::queue<int> q(2);
    std::vector<int> out;
    auto reader = grove::spawn([&] {
        for (auto& item : q) out.push_back(item);
    });
    for (int i = 0; i < 6; ++i) q.put(i);
    q.close();
    reader.join();
    EXPECT_THAT(out, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(queue, iteration_drops_an_item_before_it_waits_for_the_next) {
    grove::queue<std::shared_ptr<int>> q(2);
    const auto item = std::make_shared<int>(1);
    auto reader = grove::spawn([&] {
        for (auto& each : q) ASSERT_EQ(*each, 1);
    });
    q.put(item);
    grove::yield();
    EXPECT_EQ(item.use_count(), 1);
    q.close();
    reader.join();
}

TEST(queue, peek_leaves_the_item_where_it_is) {
    grove::queue<int> q(2);
    q.put(1);
    EXPECT_EQ(*q.peek(), 1);
    EXPECT_EQ(q.size(), 1U);
    EXPECT_EQ(q.get(), 1);
}

TEST(queue, join_waits_until_all_that_was_put_is_done) {
    grove::queue<int> q(4);
    q.put(1);
    q.put(2);
    auto worker = grove::spawn([&] {
        for ([[maybe_unused]] auto& item : q) {
            grove::yield();
            q.task_done();
        }
    });
    EXPECT_EQ(q.unfinished(), 2U);
    EXPECT_TRUE(q.join());
    EXPECT_EQ(q.unfinished(), 0U);
    q.close();
}

TEST(queue, task_done_too_often_throws) {
    grove::queue<int> q(1);
    q.put(1);
    q.task_done();
    EXPECT_THROW(q.task_done(), std::logic_error);
}

TEST(queue, hub_callbacks_can_put_and_get_without_blocking) {
    grove::queue<int> q(1);
    auto getter = grove::spawn([&] { return *q.get(); });
    grove::yield();
    grove::hub::current().post([&] { ASSERT_TRUE(q.try_put(5)); });
    EXPECT_EQ(getter.get(), 5);
}

TEST(queue, an_item_whose_destructor_uses_the_queue_can_be_dropped) {
    struct caller {
        explicit caller(grove::queue<caller>& q) : to(&q) {}

        caller(caller&& other) noexcept : to(std::exchange(other.to, nullptr)) {}

        caller& operator=(caller&&) = delete;

        ~caller() {
            if (to != nullptr) {
                EXPECT_TRUE(to->empty());
            }
        }

        grove::queue<caller>* to;
    };

    grove::queue<caller> q(4);
    q.put(caller(q));
    q.put(caller(q));
    q.close_now();
    EXPECT_TRUE(q.empty());
}

TEST(queue, keeps_order_over_many_rounds_of_growth_and_wrapping) {
    grove::queue<std::string> q(grove::unbounded);
    int in = 0;
    int out = 0;
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < round * 7; ++i) q.put(std::to_string(in++));
        for (int i = 0; i < round * 6; ++i) ASSERT_EQ(*q.get(), std::to_string(out++));
    }
    while (auto item = q.try_get()) ASSERT_EQ(*item, std::to_string(out++));
    EXPECT_EQ(in, out);
}

}  // namespace
