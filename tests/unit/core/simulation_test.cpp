// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// The order in which ten greenlets take three turns each.
std::vector<int> order_of_turns() {
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(grove::spawn([&, i] {
            for (int turn = 0; turn < 3; ++turn) {
                order.push_back(i);
                grove::yield();
            }
        }));
    }
    grove::join_all(all);
    return order;
}

std::vector<int> order_with(std::uint64_t seed) {
    const grove::simulation world({.seed = seed});
    return order_of_turns();
}

TEST(simulation, an_hour_takes_no_time) {
    const auto began = std::chrono::steady_clock::now();
    const grove::simulation world;
    grove::sleep_for(1h);
    EXPECT_EQ(world.elapsed(), 1h);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST(simulation, idle_returns_before_time_goes_on) {
    const grove::simulation world;
    auto later = grove::spawn([] { grove::sleep_for(1s); });
    grove::idle();
    EXPECT_EQ(world.elapsed(), 0s);
    EXPECT_FALSE(later.ready());
    later.join();
}

TEST(simulation, deadlines_follow_the_virtual_clock) {
    const grove::simulation world;
    const grove::deadline later = 10s;
    grove::sleep_for(4s);
    EXPECT_EQ(later.remaining(), 6s);
    EXPECT_FALSE(later.expired());
    grove::sleep_until(later);
    EXPECT_TRUE(later.expired());
}

TEST(simulation, time_stands_while_anything_is_ready) {
    const grove::simulation world;
    bool done = false;
    auto busy = grove::spawn([&] {
        for (int i = 0; i < 1000; ++i) grove::yield();
        done = true;
    });
    grove::sleep_for(1ns);
    EXPECT_TRUE(done);
}

TEST(simulation, timers_fire_in_the_order_of_their_deadlines) {
    const grove::simulation world;
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (const int ms : {30, 10, 20, 10}) {
        all.push_back(grove::spawn([&order, ms] {
            grove::sleep_for(std::chrono::milliseconds(ms));
            order.push_back(ms);
        }));
    }
    grove::join_all(all);
    EXPECT_THAT(order, ElementsAre(10, 10, 20, 30));
}

TEST(simulation, equal_deadlines_fire_in_the_order_they_were_set) {
    const grove::simulation world;
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    const grove::deadline same = 1s;
    for (int i = 0; i < 100; ++i) {
        all.push_back(grove::spawn([&order, same, i] {
            grove::sleep_until(same);
            order.push_back(i);
        }));
    }
    grove::join_all(all);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(order.size(), 100U);
}

TEST(simulation, a_readable_descriptor_is_seen_before_time_jumps) {
    const grove::simulation world;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    grove::duration seen_at = grove::duration::min();
    {
        auto watch = grove::hub::current().watch_fd(
            ends[0], grove::readiness::read,
            [&](grove::readiness) {
                char c = 0;
                ASSERT_EQ(::read(ends[0], &c, 1), 1);
                seen_at = world.elapsed();
            },
            grove::keep_alive::yes);
        grove::sleep_for(1h);
    }
    EXPECT_EQ(seen_at, 0s);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(simulation, ends_with_its_scope) {
    {
        const grove::simulation world;
        grove::sleep_for(24h);
    }
    const auto real = std::chrono::steady_clock::now().time_since_epoch();
    EXPECT_LT(std::chrono::abs(grove::deadline::now().since_epoch() - real), 1h);
}

TEST(schedule, is_first_in_first_out_without_a_seed) {
    std::vector<int> expected;
    for (int turn = 0; turn < 3; ++turn) {
        for (int i = 0; i < 10; ++i) expected.push_back(i);
    }
    EXPECT_EQ(order_of_turns(), expected);
}

TEST(schedule, of_a_seed_is_the_same_every_time) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(order_with(seed), order_with(seed));
}

TEST(schedule, of_different_seeds_differs) {
    std::set<std::vector<int>> orders;
    for (std::uint64_t seed = 0; seed < 20; ++seed) orders.insert(order_with(seed));
    EXPECT_EQ(orders.size(), 20U);
}

TEST(schedule, of_a_seed_lets_each_have_its_turn_in_each_round) {
    const std::vector<int> order = order_with(7);
    ASSERT_EQ(order.size(), 30U);
    for (std::size_t round = 0; round < 3; ++round) {
        const auto begin = order.begin() + static_cast<std::ptrdiff_t>(round * 10);
        EXPECT_EQ(std::set<int>(begin, begin + 10).size(), 10U);
    }
}

/// `order_of_turns` on a hub of its own, made while the environment says `seed`.
std::vector<int> order_from_environment(const char* seed) {
    ::setenv("GROVE_SCHEDULE", seed, 1);
    std::vector<int> order;
    std::thread([&] { order = order_of_turns(); }).join();
    ::unsetenv("GROVE_SCHEDULE");
    return order;
}

TEST(schedule, of_the_environment_replays_and_differs_between_seeds) {
    EXPECT_EQ(order_from_environment("seed:1"), order_from_environment("seed:1"));
    EXPECT_NE(order_from_environment("seed:1"), order_from_environment("seed:2"));
    EXPECT_EQ(order_from_environment("seed:5"), order_with(5));
}

TEST(schedule, that_cannot_be_read_ends_the_process_with_a_message) {
    for (const char* wrong : {"7", "seed:", "seed:x", "seed:1x", "seed:-1"})
        EXPECT_DEATH(order_from_environment(wrong), "GROVE_SCHEDULE must read seed:N");
}

}  // namespace
