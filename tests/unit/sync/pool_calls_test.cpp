// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/event.hpp>
#include <grove/group.hpp>
#include <grove/pool.hpp>
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
using grove_test::park_for_ever;
using testing::ElementsAre;

class pool_calls : public grove_test::quiet {
 protected:
    grove::simulation world;
    grove::pool one{1};
};

TEST_F(pool_calls, apply_gives_what_the_call_returned) {
    EXPECT_EQ(one.apply([] { return std::string("done"); }), "done");
    EXPECT_EQ(*one.apply([] { return std::make_unique<int>(7); }), 7);
    bool ran = false;
    one.apply([&] { ran = true; });
    EXPECT_TRUE(ran);
    EXPECT_TRUE(one.empty());
}

TEST_F(pool_calls, apply_runs_in_a_member_and_waits_for_a_place) {
    one.spawn([] { grove::sleep_for(2s); });
    const auto me = grove::this_greenlet::id();
    EXPECT_NE(one.apply([] { return grove::this_greenlet::id(); }), me);
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST_F(pool_calls, apply_throws_what_the_call_threw_and_prints_nothing) {
    EXPECT_THROW(one.apply([]() -> int { throw std::runtime_error("x"); }), std::runtime_error);
    EXPECT_TRUE(reported.empty());
}

TEST_F(pool_calls, apply_inside_a_member_runs_inline) {
    std::uint32_t member = 0;
    std::uint32_t inside = 1;
    std::string result;
    one.spawn([&] {
        member = grove::this_greenlet::id();
        one.apply([&] { inside = grove::this_greenlet::id(); });
        result = one.apply([] { return std::string("inline"); });
    });
    EXPECT_TRUE(one.join(1s));
    EXPECT_EQ(inside, member);
    EXPECT_EQ(result, "inline");
}

TEST_F(pool_calls, apply_inside_a_member_of_another_pool_waits) {
    grove::pool other(1);
    other.spawn([&] {
        EXPECT_NE(one.apply([] { return grove::this_greenlet::id(); }), grove::this_greenlet::id());
    });
    other.join();
}

TEST_F(pool_calls, apply_that_is_interrupted_kills_its_call) {
    bool gone = false;
    EXPECT_FALSE(grove::with_timeout(1s, [&] {
        one.apply([&] {
            const grove::on_exit note([&] { gone = true; });
            park_for_ever();
        });
    }));
    EXPECT_TRUE(gone);
    EXPECT_FALSE(one.full());
}

TEST_F(pool_calls, async_never_blocks_and_runs_calls_in_order) {
    std::vector<int> order;
    std::vector<grove::async_result<int>> answers;
    for (int i = 0; i < 4; ++i) {
        answers.push_back(one.async([&order, i] {
            grove::sleep_for(1s);
            order.push_back(i);
            return 10 * i;
        }));
    }
    EXPECT_EQ(world.elapsed(), 0s);
    EXPECT_EQ(one.size(), 1U);
    EXPECT_EQ(one.waiting(), 3U);
    EXPECT_EQ(answers[3].get(), 30);
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(world.elapsed(), 4s);
    EXPECT_EQ(one.waiting(), 0U);
}

TEST_F(pool_calls, join_waits_for_calls_that_wait_for_a_place) {
    int ran = 0;
    for (int i = 0; i < 3; ++i) one.async([&] { ++ran; });
    EXPECT_TRUE(one.join());
    EXPECT_EQ(ran, 3);
}

TEST_F(pool_calls, async_tells_a_failure_and_the_member_fails) {
    auto answer = one.async([]() -> int { throw std::runtime_error("x"); });
    EXPECT_THROW(answer.get(), std::runtime_error);
    EXPECT_THROW(one.join({.rethrow = true}), std::runtime_error);
    EXPECT_EQ(reported.size(), 1U);
}

TEST_F(pool_calls, async_calls_back_only_on_success) {
    std::vector<std::string> trace;
    auto good = one.async([] { return std::string("value"); },
                          [&](const std::string& value) { trace.push_back(value); });
    auto nothing = one.async([] {}, [&] { trace.emplace_back("done"); });
    auto bad = one.async([]() -> std::string { throw std::runtime_error("x"); },
                         [&](const std::string&) { trace.emplace_back("never"); });
    EXPECT_TRUE(one.join());
    EXPECT_THAT(trace, ElementsAre("value", "done"));
    EXPECT_TRUE(good.successful());
    EXPECT_TRUE(nothing.successful());
    EXPECT_FALSE(bad.successful());
}

TEST_F(pool_calls, a_kill_drops_calls_that_wait_for_a_place) {
    bool ran = false;
    auto running = one.async([] { park_for_ever(); });
    auto waiting = one.async([&] { ran = true; });
    grove::yield();
    EXPECT_TRUE(one.kill(1s));
    EXPECT_THROW(running.get(0s), grove::greenlet_killed);
    EXPECT_THROW(waiting.get(0s), grove::greenlet_killed);
    EXPECT_FALSE(ran);
    EXPECT_EQ(one.apply([] { return 1; }), 1);
}

TEST_F(pool_calls, a_kill_of_a_pool_without_places_lets_joiners_go) {
    grove::pool none(0);
    auto answer = none.async([] { return 1; });
    auto joiner = grove::spawn([&] { none.join(); });
    grove::yield();
    EXPECT_TRUE(none.kill(1s));
    EXPECT_TRUE(joiner.join(1s));
    EXPECT_THROW(answer.get(0s), grove::greenlet_killed);
}

TEST_F(pool_calls, the_end_of_the_pool_drops_calls_that_wait_for_a_place) {
    std::vector<grove::async_result<void>> answers;
    bool ran = false;
    {
        grove::pool short_lived(1);
        answers.push_back(short_lived.async([] { park_for_ever(); }));
        answers.push_back(short_lived.async([&] { ran = true; }));
        grove::yield();
    }
    for (auto& answer : answers) EXPECT_THROW(answer.get(0s), grove::greenlet_killed);
    EXPECT_FALSE(ran);
}

TEST_F(pool_calls, map_async_gives_the_results_later) {
    auto all = one.map_async(std::vector{1, 2, 3}, [](int i) {
        grove::sleep_for(1s);
        return i * i;
    });
    EXPECT_EQ(world.elapsed(), 0s);
    EXPECT_THAT(all.get(), ElementsAre(1, 4, 9));
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(pool_calls, map_async_refers_to_a_range_that_has_a_name) {
    std::vector<int> items{1, 2};
    auto all = one.map_async(items, [](int& i) { ++i; });
    all.join();
    EXPECT_THAT(items, ElementsAre(2, 3));
}

TEST_F(pool_calls, map_async_tells_links_of_its_success) {
    bool told = false;
    auto all = one.map_async(std::vector{1}, [](int i) { return i; });
    all.on_success([&] { told = true; });
    all.join();
    grove::yield();
    EXPECT_TRUE(told);
}

TEST_F(pool_calls, map_async_kills_its_calls_when_its_handle_goes) {
    bool gone = false;
    {
        auto all = one.map_async(std::vector{1}, [&](int) {
            const grove::on_exit note([&] { gone = true; });
            park_for_ever();
        });
        grove::sleep_for(1s);
    }
    EXPECT_TRUE(gone);
}

TEST_F(pool_calls, try_spawn_waits_for_a_place_until_its_deadline) {
    one.spawn([] { grove::sleep_for(2s); });
    bool ran = false;
    EXPECT_FALSE(one.try_spawn(1s, [&] { ran = true; }));
    EXPECT_EQ(world.elapsed(), 1s);
    EXPECT_TRUE(one.try_spawn(5s, [&] { ran = true; }));
    EXPECT_EQ(world.elapsed(), 2s);
    EXPECT_TRUE(one.join());
    EXPECT_TRUE(ran);
}

TEST_F(pool_calls, a_group_runs_async_calls_at_once) {
    grove::group all;
    for (int i = 0; i < 50; ++i) all.async([] { grove::sleep_for(1s); });
    EXPECT_EQ(all.waiting(), 0U);
    EXPECT_TRUE(all.join());
    EXPECT_EQ(world.elapsed(), 1s);
}

}  // namespace
