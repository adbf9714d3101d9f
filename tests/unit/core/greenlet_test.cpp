// SPDX-License-Identifier: MIT
#include "core/sanitizers.hpp"

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
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

[[noreturn]] void park_for_ever() {
    grove::sleep_until(grove::never);
    std::abort();
}

/// Keeps what greenlets fail with off stderr, and counts it.
class greenlet_errors : public testing::Test {
 protected:
    greenlet_errors() {
        grove::hub::current().set_error_handler(
            [this](std::string_view name, std::exception_ptr) { reported.emplace_back(name); });
    }
    std::vector<std::string> reported;
};

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

// --- kill ---

TEST(greenlet, killed_before_it_ran_never_runs) {
    bool ran = false;
    const auto held = std::make_shared<int>(1);
    auto g = grove::spawn([&ran, held] { ran = true; });
    EXPECT_TRUE(g.kill());
    EXPECT_FALSE(ran);
    EXPECT_TRUE(g.killed());
    EXPECT_TRUE(g.successful());
    EXPECT_EQ(g.exception(), nullptr);
    EXPECT_EQ(held.use_count(), 1);
}

TEST(greenlet, kill_unwinds_it_and_waits_for_its_death) {
    bool unwound = false;
    auto g = grove::spawn([&] {
        const grove::on_exit note([&] { unwound = true; });
        park_for_ever();
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(unwound);
}

TEST(greenlet, get_of_a_killed_one_throws_greenlet_killed) {
    auto g = grove::spawn([] {
        park_for_ever();
        return 1;
    });
    grove::yield();
    g.kill();
    EXPECT_THROW(g.get(), grove::greenlet_killed);
}

TEST(greenlet, kill_of_an_ended_one_returns_at_once) {
    auto g = grove::spawn([] { return 1; });
    g.join();
    EXPECT_TRUE(g.kill());
    EXPECT_FALSE(g.killed());
    EXPECT_EQ(g.get(), 1);
}

TEST(greenlet, killing_twice_is_harmless) {
    auto g = grove::spawn(park_for_ever);
    grove::yield();
    g.request_kill();
    g.request_kill();
    EXPECT_TRUE(g.join());
    EXPECT_TRUE(g.killed());
}

TEST(greenlet, that_catches_the_kill_and_returns_has_its_value) {
    auto g = grove::spawn([]() -> std::string {
        try {
            park_for_ever();
        } catch (const grove::greenlet_exit&) {
            return "cleanup value";
        }
    });
    grove::yield();
    g.kill();
    EXPECT_EQ(g.get(), "cleanup value");
    EXPECT_FALSE(g.killed());
}

TEST(greenlet, a_swallowed_kill_is_thrown_again_at_the_next_parking_point) {
    int thrown = 0;
    auto g = grove::spawn([&] {
        for (int i = 0; i < 3; ++i) {
            try {
                grove::sleep_for(1h);
            } catch (...) {
                ++thrown;
            }
        }
        EXPECT_TRUE(grove::this_greenlet::kill_requested());
        grove::yield();
        ++thrown;
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_EQ(thrown, 3);
    EXPECT_TRUE(g.killed());
}

TEST(greenlet, a_forgiven_kill_is_gone) {
    const grove::simulation world;
    auto g = grove::spawn([&] {
        try {
            park_for_ever();
        } catch (const grove::greenlet_exit&) {
            grove::this_greenlet::forgive_kill();
        }
        EXPECT_FALSE(grove::this_greenlet::kill_requested());
        grove::sleep_for(1s);
        return 1;
    });
    grove::yield();
    EXPECT_FALSE(g.kill(0s));
    EXPECT_EQ(g.get(), 1);
}

TEST(greenlet, kill_with_a_deadline_says_false_while_it_cleans_up) {
    const grove::simulation world;
    auto g = grove::spawn([] {
        const grove::on_exit slow([] {
            const grove::shield finish;
            grove::sleep_for(3s);
        });
        park_for_ever();
    });
    grove::yield();
    EXPECT_FALSE(g.kill(1s));
    EXPECT_TRUE(g.join());
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(greenlet_errors, killed_with_an_exception_of_ones_own_it_has_failed) {
    auto g = grove::spawn(park_for_ever);
    grove::yield();
    EXPECT_TRUE(g.kill(std::make_exception_ptr(std::runtime_error("enough"))));
    EXPECT_FALSE(g.successful());
    EXPECT_FALSE(g.killed());
    EXPECT_THROW(g.get(), std::runtime_error);
}

TEST_F(greenlet_errors, killed_with_an_exception_before_it_ran_it_has_failed) {
    auto g = grove::spawn([] {});
    g.kill(std::make_exception_ptr(std::runtime_error("enough")));
    EXPECT_FALSE(g.successful());
    EXPECT_THROW(g.get(), std::runtime_error);
}

TEST(greenlet, asks_itself_to_die) {
    grove::greenlet<void> g;
    bool went_on = false;
    g = grove::spawn([&] {
        g.request_kill();
        grove::yield();
        went_on = true;
    });
    g.join();
    EXPECT_TRUE(g.killed());
    EXPECT_FALSE(went_on);
}

TEST(greenlet, kills_itself) {
    grove::greenlet<void> g;
    bool went_on = false;
    g = grove::spawn([&] {
        g.kill();
        went_on = true;
    });
    g.join();
    EXPECT_TRUE(g.killed());
    EXPECT_FALSE(went_on);
}

TEST(greenlet, a_kill_waits_behind_a_shield) {
    const grove::simulation world;
    std::vector<std::string> trace;
    auto g = grove::spawn([&] {
        {
            const grove::shield whole;
            grove::sleep_for(2s);
            trace.emplace_back("finished");
            EXPECT_TRUE(grove::this_greenlet::kill_requested());
        }
        grove::yield();
        trace.emplace_back("went on");
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_THAT(trace, ElementsAre("finished"));
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST(greenlet, what_waits_in_a_destructor_while_it_unwinds_is_not_interrupted_again) {
    const grove::simulation world;
    bool cleaned = false;
    auto g = grove::spawn([&] {
        const grove::on_exit cleanup([&] {
            grove::sleep_for(1s);
            cleaned = true;
        });
        park_for_ever();
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(cleaned);
}

TEST(greenlet, leaving_the_scope_of_the_handle_kills_and_waits) {
    bool unwound = false;
    {
        auto g = grove::spawn([&] {
            const grove::on_exit note([&] { unwound = true; });
            park_for_ever();
        });
        grove::yield();
    }
    EXPECT_TRUE(unwound);
}

TEST(greenlet, assigning_to_a_handle_kills_what_it_held) {
    bool unwound = false;
    auto g = grove::spawn([&] {
        const grove::on_exit note([&] { unwound = true; });
        park_for_ever();
    });
    grove::yield();
    g = grove::spawn([] {});
    EXPECT_TRUE(unwound);
}

TEST(greenlet, detached_lives_on) {
    bool ended = false;
    {
        auto g = grove::spawn([&] {
            grove::yield();
            ended = true;
        });
        std::move(g).detach();
        EXPECT_FALSE(g.valid());  // NOLINT(bugprone-use-after-move): that is the claim
    }
    for (int i = 0; i < 3; ++i) grove::yield();
    EXPECT_TRUE(ended);
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

TEST_F(greenlet_errors, join_all_throws_the_earliest_failure_at_once_when_asked) {
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

TEST_F(greenlet_errors, join_all_keeps_failures_to_itself_unless_asked) {
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
    auto joiner = grove::spawn([&] {
        grove::join_all(member);
    });
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
