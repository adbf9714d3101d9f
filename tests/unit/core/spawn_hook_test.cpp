// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/snapshot.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class spawn_hook : public grove_test::quiet {
 protected:
    /// What a snapshot says of the greenlet of that name.
    static grove::greenlet_snapshot about(const std::string& name) {
        const auto all = grove::hub::current().snapshot().greenlets;
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& g) { return g.name == name; });
        return found == all.end() ? grove::greenlet_snapshot{} : *found;
    }

    grove::hub& hub = grove::hub::current();
};

TEST_F(spawn_hook, is_told_who_was_spawned_by_whom_and_where) {
    std::vector<std::string> told;
    std::string where;
    hub.on_spawn([&](const grove::greenlet_snapshot& g) {
        told.push_back(g.name + " by " + g.spawned_by);
        where = g.spawned_at;
    });
    grove::spawn({.name = "outer"}, [] { grove::spawn({.name = "inner"}, [] {}).join(); }).join();
    hub.on_spawn({});
    EXPECT_THAT(told, ElementsAre("outer by main greenlet", "inner by outer"));
    EXPECT_THAT(where, StartsWith("spawn_hook_test.cpp:"));
}

TEST_F(spawn_hook, is_called_before_the_greenlet_runs) {
    std::string trace;
    hub.on_spawn([&](const grove::greenlet_snapshot&) { trace += 'h'; });
    auto g = grove::spawn([&] { trace += 'g'; });
    trace += 's';
    g.join();
    EXPECT_EQ(trace, "hsg");
}

TEST_F(spawn_hook, hears_of_delayed_starts_and_of_what_callbacks_spawn) {
    std::vector<std::string> told;
    hub.on_spawn([&](const grove::greenlet_snapshot& g) { told.push_back(g.spawned_by); });
    auto later = grove::spawn_after(1h, [] {});
    hub.post([] { grove::spawn_detached([] {}); });
    grove::yield();
    grove::idle();
    EXPECT_THAT(told, ElementsAre("main greenlet", "the hub"));
}

TEST_F(spawn_hook, may_spawn_without_being_told_of_it) {
    int told = 0;
    hub.on_spawn([&](const grove::greenlet_snapshot&) {
        ++told;
        grove::spawn_detached([] {});
    });
    grove::spawn([] {}).join();
    grove::spawn([] {}).join();
    EXPECT_EQ(told, 2);
}

TEST_F(spawn_hook, may_end_itself) {
    int told = 0;
    hub.on_spawn([&](const grove::greenlet_snapshot&) {
        ++told;
        hub.on_spawn({});
    });
    grove::spawn([] {}).join();
    grove::spawn([] {}).join();
    EXPECT_EQ(told, 1);
}

TEST_F(spawn_hook, that_throws_is_reported_and_the_greenlet_runs) {
    hub.on_spawn([](const grove::greenlet_snapshot&) { throw std::runtime_error("x"); });
    bool ran = false;
    grove::spawn([&] { ran = true; }).join();
    hub.on_spawn({});
    EXPECT_TRUE(ran);
    EXPECT_THAT(reported, ElementsAre("the spawn hook"));
}

TEST_F(spawn_hook, is_not_needed_for_a_snapshot_to_tell_who_spawned_whom) {
    auto outer = grove::spawn({.name = "outer"}, [] {
        auto inner = grove::spawn({.name = "inner"}, [] { grove_test::park_for_ever(); });
        grove_test::park_for_ever();
    });
    grove::yield();
    grove::yield();
    EXPECT_EQ(about("inner").spawned_by, "outer");
    EXPECT_EQ(about("inner").spawner, outer.id());
    EXPECT_EQ(about("outer").spawned_by, "main greenlet");
    EXPECT_EQ(about("main greenlet").spawned_by, "");
    EXPECT_THAT(to_string(hub.snapshot()), HasSubstr(" by outer\n"));
}

TEST_F(spawn_hook, a_spawner_that_has_ended_is_told_by_number) {
    grove::greenlet<void> inner;
    auto outer = grove::spawn({.name = "outer"}, [&] {
        inner = grove::spawn({.name = "inner"}, [] { grove_test::park_for_ever(); });
    });
    outer.join();
    EXPECT_EQ(about("inner").spawned_by, "Greenlet-" + std::to_string(outer.id()));
}

TEST(idle_priority, the_highest_are_woken_first_and_the_others_when_nothing_is_left) {
    std::string order;
    std::vector<grove::greenlet<void>> all;
    for (const int priority : {0, 2, 1, 2}) {
        all.push_back(grove::spawn([&order, priority] {
            grove::idle(priority);
            order += std::to_string(priority);
            grove::yield();
            order += '.';
        }));
    }
    grove::join_all(all);
    EXPECT_EQ(order, "22..1.0.");
}

}  // namespace
