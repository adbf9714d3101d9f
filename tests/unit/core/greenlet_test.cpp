// SPDX-License-Identifier: MIT
#include "core/sanitizers.hpp"
#include "tests/support/greenlets.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::park_for_ever;
using testing::ElementsAre;

using greenlet_errors = grove_test::quiet;

// --- the table of a greenlet's life ---

TEST(greenlet, scheduled_is_started_and_not_ready) {
    auto g = grove::spawn([] { return 1; });
    EXPECT_TRUE(g.valid());
    EXPECT_TRUE(g.started());
    EXPECT_FALSE(g.ready());
    EXPECT_FALSE(g.successful());
}

TEST(greenlet, ended_with_a_value_is_ready_and_successful) {
    auto g = grove::spawn([] { return 1; });
    EXPECT_TRUE(g.join());
    EXPECT_TRUE(g.ready());
    EXPECT_FALSE(g.started());
    EXPECT_TRUE(g.successful());
    EXPECT_FALSE(g.killed());
    EXPECT_EQ(g.exception(), nullptr);
}

TEST_F(greenlet_errors, ended_with_an_error_is_ready_and_not_successful) {
    auto g = grove::spawn([]() -> int { throw std::runtime_error("You fail at failing."); });
    g.join();
    EXPECT_TRUE(g.ready());
    EXPECT_FALSE(g.successful());
    EXPECT_FALSE(g.killed());
    ASSERT_NE(g.exception(), nullptr);
    EXPECT_THROW(std::rethrow_exception(g.exception()), std::runtime_error);
}

TEST(greenlet, a_default_made_handle_is_not_valid) {
    grove::greenlet<int> g;
    EXPECT_FALSE(g.valid());
    g = grove::spawn([] { return 1; });
    EXPECT_TRUE(g.valid());
    auto other = std::move(g);
    EXPECT_FALSE(g.valid());  // NOLINT(bugprone-use-after-move): that is the claim
    EXPECT_EQ(other.get(), 1);
}

/// Ends, when it is killed, as late as `may_end` says.
auto spawn_slow_to_end(grove::event& may_end) {
    return grove::spawn([&may_end] {
        const grove::on_exit slowly([&may_end] { may_end.wait(); });
        grove::event().wait();
    });
}

TEST(greenlet, a_handle_may_be_emptied_by_two_greenlets_at_once) {
    grove::event may_end;
    auto handle = spawn_slow_to_end(may_end);
    grove::yield();
    auto first = grove::spawn([&] { handle = {}; });
    auto second = grove::spawn([&] { handle = {}; });
    grove::yield();
    EXPECT_FALSE(first.ready());
    EXPECT_FALSE(second.ready());
    may_end.set();
    grove::join_all(first, second);
    EXPECT_FALSE(handle.valid());
}

TEST(greenlet, a_handle_that_two_assign_to_at_once_ends_all_but_the_last) {
    grove::event may_end;
    int ended = 0;
    auto handle = spawn_slow_to_end(may_end);
    grove::yield();
    const auto assign = [&] {
        handle = grove::spawn([&] {
            const grove::on_exit count([&] { ++ended; });
            grove::event().wait();
        });
    };
    auto first = grove::spawn(assign);
    auto second = grove::spawn(assign);
    grove::yield();
    may_end.set();
    grove::join_all(first, second);
    EXPECT_EQ(ended, 1);
    EXPECT_FALSE(handle.ready());
    handle = {};
    EXPECT_EQ(ended, 2);
}

TEST(greenlet, spawn_never_runs_it_at_once) {
    std::vector<int> order;
    auto a = grove::spawn([&] { order.push_back(1); });
    auto b = grove::spawn([&] { order.push_back(2); });
    order.push_back(0);
    grove::join_all(a, b);
    EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(greenlet, spawn_and_yield_share_one_queue) {
    std::vector<std::string> trace;
    auto foo = grove::spawn([&] {
        trace.emplace_back("foo");
        grove::yield();
        trace.emplace_back("foo again");
    });
    auto bar = grove::spawn([&] {
        trace.emplace_back("bar");
        grove::yield();
        trace.emplace_back("bar again");
    });
    grove::join_all(foo, bar);
    EXPECT_THAT(trace, ElementsAre("foo", "bar", "foo again", "bar again"));
}

TEST(greenlet, spawn_copies_arguments_and_passes_references_on_request) {
    std::string text = "kept";
    int count = 0;
    auto g = grove::spawn(
        [](std::string copy, int& n) {
            copy += "!";
            ++n;
            return copy;
        },
        text, std::ref(count));
    EXPECT_EQ(g.get(), "kept!");
    EXPECT_EQ(text, "kept");
    EXPECT_EQ(count, 1);
}

TEST(greenlet, returns_move_only_values_and_references) {
    auto unique = grove::spawn([] { return std::make_unique<int>(3); });
    const std::unique_ptr<int> taken = std::move(unique).get();
    EXPECT_EQ(*taken, 3);
    int there = 0;
    auto reference = grove::spawn([&]() -> int& { return there; });
    EXPECT_EQ(&reference.get(), &there);
}

TEST(greenlet, get_gives_the_same_value_each_time) {
    auto g = grove::spawn([] { return std::string("v"); });
    EXPECT_EQ(g.get() + g.get(), "vv");
}

TEST(greenlet, the_function_is_destroyed_when_it_has_run) {
    const auto held = std::make_shared<int>(1);
    auto g = grove::spawn([held] {});
    EXPECT_EQ(held.use_count(), 2);
    g.join();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(greenlet, large_functions_and_results_fit) {
    std::array<char, 5000> big{};
    big.back() = 'x';
    auto g = grove::spawn([big] { return big; });
    EXPECT_EQ(g.get().back(), 'x');
}

TEST(greenlet, runs_on_the_stack_it_asked_for) {
    auto g = grove::spawn({.stack = grove::stack_size::mib_1}, [] {
        volatile char room[700 * 1024];  // would not fit into the default of 64 KiB
        room[0] = 1;
        room[sizeof room - 1] = 2;
        grove::yield();
        return room[0] + room[sizeof room - 1];
    });
    EXPECT_EQ(g.get(), 3);
}

TEST(greenlet, is_named_after_its_number_unless_named) {
    auto g = grove::spawn([] { return grove::this_greenlet::name(); });
    EXPECT_EQ(g.name(), "Greenlet-" + std::to_string(g.id()));
    EXPECT_EQ(g.get(), g.name());
    g.set_name("other");
    EXPECT_EQ(g.name(), "other");
    auto named = grove::spawn({.name = "fetcher"}, [] {
        const std::string before = grove::this_greenlet::name();
        grove::this_greenlet::set_name("changed");
        return before;
    });
    EXPECT_EQ(named.get(), "fetcher");
    EXPECT_EQ(named.name(), "changed");
}

// --- get, join ---

TEST_F(greenlet_errors, get_rethrows_the_original) {
    auto g = grove::spawn([]() -> int { throw std::runtime_error("boom"); });
    try {
        g.get();
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "boom");
    }
    EXPECT_THROW(g.get(), std::runtime_error);
}

TEST(greenlet, get_throws_when_late_and_the_greenlet_lives_on) {
    const grove::simulation world;
    auto g = grove::spawn([] {
        grove::sleep_for(2s);
        return 5;
    });
    EXPECT_THROW(g.get(1s), grove::timeout_expired);
    EXPECT_EQ(g.get(), 5);
}

TEST(greenlet, join_says_false_at_its_deadline) {
    const grove::simulation world;
    auto g = grove::spawn([] { grove::sleep_for(2s); });
    EXPECT_FALSE(g.join(1s));
    EXPECT_TRUE(g.join(1s));
}

TEST(greenlet, join_swallows_only_its_own_deadline) {
    const grove::simulation world;
    auto g = grove::spawn(park_for_ever);
    const grove::timeout limit(1s);
    EXPECT_THROW(g.join(1h), grove::timeout_expired);
}

TEST(greenlet, joiners_are_woken_in_the_order_they_came) {
    auto g = grove::spawn([] { grove::yield(); });
    std::vector<int> order;
    std::vector<grove::greenlet<void>> joiners;
    for (int i = 0; i < 5; ++i) {
        joiners.push_back(grove::spawn([&, i] {
            g.join();
            order.push_back(i);
        }));
    }
    grove::join_all(joiners);
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

// --- links ---

TEST(greenlet, links_run_once_after_the_end_in_the_order_added) {
    std::vector<int> order;
    auto g = grove::spawn([&] { order.push_back(-1); });
    for (int i = 0; i < 1000; ++i) g.on_done([&, i] { order.push_back(i); });
    g.join();
    for (int i = 0; i < 3; ++i) grove::yield();
    ASSERT_EQ(order.size(), 1001U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(greenlet, a_link_added_after_the_end_runs_in_its_turn) {
    auto g = grove::spawn([] {});
    g.join();
    bool ran = false;
    g.on_done([&] { ran = true; });
    EXPECT_FALSE(ran);
    grove::yield();
    EXPECT_TRUE(ran);
}

TEST_F(greenlet_errors, links_choose_between_success_and_failure) {
    std::vector<std::string> ran;
    auto good = grove::spawn([] {});
    auto bad = grove::spawn([] { throw std::runtime_error("x"); });
    for (auto* g : {&good, &bad}) {
        const std::string who = g == &good ? "good" : "bad";
        g->on_success([&, who] { ran.push_back(who + " success"); });
        g->on_error([&, who] { ran.push_back(who + " error"); });
        g->on_done([&, who] { ran.push_back(who + " done"); });
    }
    grove::join_all(good, bad);
    grove::yield();
    EXPECT_THAT(ran, ElementsAre("good success", "good done", "bad error", "bad done"));
}

TEST(greenlet, links_run_for_one_that_was_killed_before_it_ran) {
    bool ran = false;
    auto g = grove::spawn([] {});
    g.on_success([&] { ran = true; });
    g.kill();
    grove::yield();
    EXPECT_TRUE(ran);
}

TEST(greenlet, an_unlinked_link_does_not_run) {
    bool first = false;
    bool second = false;
    auto g = grove::spawn([] {});
    const auto link = g.on_done([&] { first = true; });
    g.on_done([&] { second = true; });
    EXPECT_TRUE(g.unlink(link));
    EXPECT_FALSE(g.unlink(link));
    g.join();
    grove::yield();
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
}

TEST_F(greenlet_errors, an_error_in_one_link_is_reported_and_stops_no_other) {
    bool ran = false;
    auto g = grove::spawn([] {});
    g.on_done([] { throw std::runtime_error("in a link"); });
    g.on_done([&] { ran = true; });
    g.join();
    grove::yield();
    grove::yield();
    EXPECT_TRUE(ran);
    EXPECT_EQ(reported.size(), 1U);
}

// --- memory ---

TEST(greenlet, a_million_of_them_one_after_the_other_need_no_more_memory) {
    const auto resident = [] {
        std::ifstream statm("/proc/self/statm");
        long total = 0;
        long pages = 0;
        statm >> total >> pages;
        return pages * 4096;
    };
    const auto batch = [] {
        std::vector<grove::greenlet<void>> all;
        for (int i = 0; i < 1000; ++i) all.push_back(grove::spawn([] { grove::yield(); }));
        grove::join_all(all);
    };
    for (int i = 0; i < 10; ++i) batch();
    const std::size_t stacks = grove::hub::current().snapshot().contexts;
    const long before = resident();
    for (int i = 0; i < 1000; ++i) batch();
    EXPECT_EQ(grove::hub::current().snapshot().contexts, stacks);
#if !defined(GROVE_ASAN) && !defined(GROVE_TSAN)  // which keep freed memory, and books
    EXPECT_LT(resident() - before, 4L << 20);
#else
    static_cast<void>(before);
#endif
}

}  // namespace
