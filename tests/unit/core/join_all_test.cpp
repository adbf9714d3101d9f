// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <span>
#include <stdexcept>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::park_for_ever;
using testing::ElementsAre;

using join_all_errors = grove_test::quiet;

// --- spawn_after ---

TEST(spawn_after, starts_that_much_later) {
    const grove::simulation world;
    auto g = grove::spawn_after(3s, [&] { return world.elapsed(); });
    EXPECT_TRUE(g.started());
    EXPECT_EQ(g.get(), 3s);
}

TEST(spawn_after, measures_from_now_though_the_hub_was_busy) {
    auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 30ms) {
    }
    begin = std::chrono::steady_clock::now();
    grove::spawn_after(20ms, [] {}).join();
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST(spawn_after, killed_before_its_time_never_runs) {
    const grove::simulation world;
    bool ran = false;
    auto g = grove::spawn_after(3s, [&] { ran = true; });
    EXPECT_TRUE(g.kill());
    EXPECT_EQ(world.elapsed(), 0s);
    grove::sleep_for(5s);
    EXPECT_FALSE(ran);
    EXPECT_TRUE(g.killed());
}

TEST(spawn_after, of_nothing_is_spawn) {
    bool ran = false;
    auto g = grove::spawn_after(0s, [&] { ran = true; });
    grove::yield();
    EXPECT_TRUE(ran);
}

// --- join_all, kill_all ---

TEST(join_all, gives_back_those_that_ended_in_the_order_they_ended) {
    const grove::simulation world;
    auto slow = grove::spawn([] { grove::sleep_for(2s); });
    auto fast = grove::spawn([] { grove::sleep_for(1s); });
    const auto ended = grove::join_all(slow, fast);
    EXPECT_THAT(ended, ElementsAre(&fast, &slow));
}

TEST(join_all, gives_back_what_has_ended_at_its_deadline) {
    const grove::simulation world;
    std::vector<grove::greenlet<void>> all;
    for (int i = 1; i <= 3; ++i)
        all.push_back(grove::spawn([i] { grove::sleep_for(std::chrono::seconds(i)); }));
    const auto ended = grove::join_all(all, {.until = 2500ms});
    EXPECT_THAT(ended, ElementsAre(&all[0], &all[1]));
}

TEST(join_all, is_content_with_a_count) {
    const grove::simulation world;
    std::vector<grove::greenlet<void>> all;
    for (int i = 1; i <= 3; ++i)
        all.push_back(grove::spawn([i] { grove::sleep_for(std::chrono::seconds(i)); }));
    EXPECT_EQ(grove::join_all(all, {.count = 1}).size(), 1U);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(join_all_errors, throws_the_earliest_failure_at_once_when_asked) {
    const grove::simulation world;
    std::vector<grove::greenlet<void>> all;
    all.push_back(grove::spawn([] { grove::sleep_for(9s); }));
    all.push_back(grove::spawn([] {
        grove::sleep_for(1s);
        throw std::runtime_error("early");
    }));
    EXPECT_THROW(grove::join_all(all, {.throw_first = true}), std::runtime_error);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(join_all_errors, keeps_failures_to_itself_unless_asked) {
    auto bad = grove::spawn([] { throw std::runtime_error("x"); });
    EXPECT_EQ(grove::join_all(bad).size(), 1U);
}

TEST(join_all, takes_ended_ones_and_the_same_one_twice) {
    auto g = grove::spawn([] {});
    g.join();
    grove::greenlet_handle* const twice[] = {&g, &g};
    EXPECT_EQ(grove::join_all(std::span<grove::greenlet_handle* const>(twice)).size(), 2U);
}

TEST(join_all, of_nothing_returns_at_once) {
    std::vector<grove::greenlet<void>> none;
    EXPECT_TRUE(grove::join_all(none).empty());
}

TEST(join_all, interrupted_just_before_one_ends_leaves_nothing_behind) {
    // The joiner unwinds after the member has ended and before the member's links run.
    auto member = grove::spawn([] { grove::yield(); });
    auto joiner = grove::spawn([&] { grove::join_all(member); });
    grove::yield();
    joiner.request_kill();
    member.join();
    joiner.join();
    EXPECT_TRUE(joiner.killed());
    for (int i = 0; i < 3; ++i) grove::yield();
}

TEST(kill_all, kills_in_list_order_and_waits) {
    std::vector<int> unwound;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(grove::spawn([&, i] {
            const grove::on_exit note([&] { unwound.push_back(i); });
            park_for_ever();
        }));
    }
    grove::yield();
    grove::kill_all(all);
    EXPECT_THAT(unwound, ElementsAre(0, 1, 2));
}

TEST(kill_all, never_runs_what_has_not_run) {
    bool ran = false;
    std::vector<grove::greenlet<void>> all;
    all.push_back(grove::spawn([&] { ran = true; }));
    grove::kill_all(all);
    EXPECT_FALSE(ran);
}

TEST(kill_all, throws_when_late) {
    const grove::simulation world;
    std::vector<grove::greenlet<void>> all;
    all.push_back(grove::spawn([] {
        const grove::shield busy;
        grove::sleep_for(5s);
    }));
    grove::yield();
    EXPECT_THROW(grove::kill_all(all, 1s), grove::timeout_expired);
}

}  // namespace
