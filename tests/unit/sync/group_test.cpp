// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/event.hpp>
#include <grove/group.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::park_for_ever;
using testing::ElementsAre;

using group_errors = grove_test::quiet;

TEST(group, join_waits_for_all_members) {
    const grove::simulation world;
    grove::group g;
    int ended = 0;
    for (int i = 1; i <= 3; ++i) {
        g.spawn([&, i] {
            grove::sleep_for(std::chrono::seconds(i));
            ++ended;
        });
    }
    EXPECT_EQ(g.size(), 3U);
    EXPECT_TRUE(g.join());
    EXPECT_EQ(ended, 3);
    EXPECT_TRUE(g.empty());
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST(group, join_of_an_empty_one_returns_at_once) {
    grove::group g;
    bool switched = false;
    auto other = grove::spawn([&] { switched = true; });
    EXPECT_TRUE(g.join());
    EXPECT_FALSE(switched);
}

TEST(group, join_says_false_at_its_deadline) {
    const grove::simulation world;
    grove::group g;
    g.spawn(park_for_ever);
    EXPECT_FALSE(g.join(1s));
    EXPECT_EQ(g.size(), 1U);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST(group, join_is_ended_by_an_outer_timeout_and_by_a_kill) {
    const grove::simulation world;
    grove::group g;
    g.spawn(park_for_ever);
    EXPECT_FALSE(grove::with_timeout(1s, [&] { g.join(); }));
    auto joiner = grove::spawn([&] { g.join(); });
    grove::yield();
    joiner.kill();
    EXPECT_TRUE(joiner.killed());
}

TEST(group, leaving_the_scope_kills_what_is_left) {
    std::vector<int> unwound;
    {
        grove::group g;
        for (int i = 0; i < 3; ++i) {
            g.spawn([&, i] {
                const grove::on_exit note([&] { unwound.push_back(i); });
                park_for_ever();
            });
        }
        grove::yield();
    }
    EXPECT_THAT(unwound, ElementsAre(0, 1, 2));
}

TEST(group, leaving_the_scope_waits_for_members_that_clean_up) {
    const grove::simulation world;
    {
        grove::group g;
        g.spawn([] {
            const grove::on_exit slow([] {
                const grove::shield finish;
                grove::sleep_for(1s);
            });
            park_for_ever();
        });
        grove::yield();
    }
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST(group, a_member_that_never_ran_never_will) {
    bool ran = false;
    {
        grove::group g;
        g.spawn([&] { ran = true; });
    }
    EXPECT_FALSE(ran);
}

TEST(group, a_member_that_spawns_another_while_it_dies_takes_that_one_along) {
    bool ran = false;
    {
        grove::group g;
        g.spawn([&] {
            const grove::on_exit again([&] { g.spawn([&] { ran = true; }); });
            park_for_ever();
        });
        grove::yield();
    }
    EXPECT_FALSE(ran);
}

TEST(group, kill_ends_all_members_in_the_order_they_came) {
    grove::group g;
    std::vector<int> unwound;
    for (int i = 0; i < 3; ++i) {
        g.spawn([&, i] {
            const grove::on_exit note([&] { unwound.push_back(i); });
            park_for_ever();
        });
    }
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(g.empty());
    EXPECT_THAT(unwound, ElementsAre(0, 1, 2));
}

TEST(group, kill_shoots_each_member_once) {
    const grove::simulation world;
    grove::group g;
    int shots = 0;
    g.spawn([&] {
        for (int i = 0; i < 2; ++i) {
            try {
                grove::sleep_for(5s);
            } catch (const grove::greenlet_exit&) {
                ++shots;
                grove::this_greenlet::forgive_kill();
            }
        }
    });
    grove::yield();
    EXPECT_FALSE(g.kill(1s));
    EXPECT_FALSE(g.kill(1s));
    EXPECT_EQ(shots, 1);
    EXPECT_TRUE(g.join());
    EXPECT_EQ(world.elapsed(), 5s);
}

TEST(group, kill_takes_members_along_that_come_meanwhile) {
    grove::group g;
    bool ran = false;
    g.spawn([&] {
        const grove::on_exit again([&] { g.spawn([&] { ran = true; }); });
        park_for_ever();
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_FALSE(ran);
    g.spawn([&] { ran = true; });  // the group goes on
    g.join();
    EXPECT_TRUE(ran);
}

TEST_F(group_errors, kill_with_a_reason_makes_members_fail_with_it) {
    grove::group g;
    g.spawn(park_for_ever);
    grove::yield();
    EXPECT_TRUE(g.kill(std::make_exception_ptr(std::runtime_error("go home"))));
    try {
        g.join({.rethrow = true});
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "go home");
    }
}

TEST_F(group_errors, join_keeps_errors_to_itself_unless_asked) {
    grove::group g;
    g.spawn([] { throw std::runtime_error("a"); });
    EXPECT_TRUE(g.join());
}

TEST_F(group_errors, join_rethrows_the_earliest_failure_once_all_have_ended) {
    const grove::simulation world;
    grove::group g;
    g.spawn([] {
        grove::sleep_for(2s);
        throw std::runtime_error("late");
    });
    g.spawn([] {
        grove::sleep_for(1s);
        throw std::runtime_error("early");
    });
    g.spawn([] { grove::sleep_for(3s); });
    try {
        g.join({.rethrow = true});
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "early");
    }
    EXPECT_EQ(world.elapsed(), 3s);
    EXPECT_TRUE(g.join({.rethrow = true}));  // told once
}

TEST(group, a_killed_member_is_no_failure) {
    grove::group g;
    g.spawn(park_for_ever);
    grove::yield();
    g.kill();
    EXPECT_TRUE(g.join({.rethrow = true}));
}

TEST(group, takes_greenlets_that_were_spawned_elsewhere) {
    grove::group g;
    std::vector<std::string> trace;
    const auto talk = [&](const char* word) {
        return [&, word] {
            for (int i = 0; i < 3; ++i) trace.emplace_back(word);
        };
    };
    g.add(grove::spawn(talk("bar")));
    g.add(grove::spawn(talk("foo")));
    g.join();
    g.add(grove::spawn(talk("fizz")));
    g.join();
    EXPECT_THAT(trace,
                ElementsAre("bar", "bar", "bar", "foo", "foo", "foo", "fizz", "fizz", "fizz"));
}

TEST(group, takes_a_greenlet_that_has_ended_already) {
    grove::group g;
    auto done = grove::spawn([] {});
    done.join();
    g.add(std::move(done));
    EXPECT_EQ(g.size(), 1U);
    EXPECT_TRUE(g.join());
    EXPECT_TRUE(g.empty());
}

TEST(group, discard_gives_the_handle_back_and_leaves_the_greenlet_alone) {
    grove::event go;
    bool ran = false;
    grove::greenlet_handle mine;
    {
        grove::group g;
        const auto id = g.spawn([&] {
            go.wait();
            ran = true;
        });
        grove::yield();
        EXPECT_TRUE(g.contains(id));
        mine = g.discard(id);
        EXPECT_FALSE(g.contains(id));
        EXPECT_TRUE(g.join());
        EXPECT_FALSE(g.discard(id).valid());
    }
    go.set();
    EXPECT_TRUE(mine.join());
    EXPECT_TRUE(ran);
}

TEST(group, discarding_the_last_member_ends_the_wait_for_all) {
    grove::group g;
    const auto id = g.spawn(park_for_ever);
    auto joiner = grove::spawn([&] { return g.join(); });
    grove::yield();
    auto member = g.discard(id);
    EXPECT_TRUE(joiner.get());
}

TEST(group, names_its_members_as_asked) {
    grove::group g;
    std::string name;
    g.spawn({.name = "worker"}, [&] { name = grove::this_greenlet::name(); });
    g.join();
    EXPECT_EQ(name, "worker");
}

TEST(group, joiners_are_woken_in_the_order_they_came) {
    grove::group g;
    grove::event go;
    g.spawn([&] { go.wait(); });
    std::vector<int> order;
    std::vector<grove::greenlet<void>> joiners;
    for (int i = 0; i < 5; ++i) {
        joiners.push_back(grove::spawn([&, i] {
            g.join();
            order.push_back(i);
        }));
    }
    grove::yield();
    go.set();
    grove::join_all(joiners);
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(group, join_returns_when_it_was_empty_once_though_others_came_after) {
    grove::group g;
    grove::event go;
    g.spawn([&] { go.wait(); });
    auto joiner = grove::spawn([&] {
        g.join();
        return g.size();
    });
    auto adder = grove::spawn([&] {
        g.join();
        g.spawn(park_for_ever);
    });
    grove::yield();
    go.set();
    EXPECT_TRUE(joiner.join());
    EXPECT_TRUE(adder.join());
}

}  // namespace
