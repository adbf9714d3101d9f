// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::park_for_ever;
using testing::ElementsAre;

using kill_errors = grove_test::quiet;

TEST(kill, of_one_that_never_ran_keeps_it_from_running) {
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

TEST(kill, unwinds_and_waits_for_the_death) {
    bool unwound = false;
    auto g = grove::spawn([&] {
        const grove::on_exit note([&] { unwound = true; });
        park_for_ever();
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(unwound);
}

TEST(kill, makes_get_throw_greenlet_killed) {
    auto g = grove::spawn([] {
        park_for_ever();
        return 1;
    });
    grove::yield();
    g.kill();
    EXPECT_THROW(g.get(), grove::greenlet_killed);
}

TEST(kill, of_an_ended_one_returns_at_once) {
    auto g = grove::spawn([] { return 1; });
    g.join();
    EXPECT_TRUE(g.kill());
    EXPECT_FALSE(g.killed());
    EXPECT_EQ(g.get(), 1);
}

TEST(kill, twice_is_harmless) {
    auto g = grove::spawn(park_for_ever);
    grove::yield();
    g.request_kill();
    g.request_kill();
    EXPECT_TRUE(g.join());
    EXPECT_TRUE(g.killed());
}

TEST(kill, that_is_caught_lets_the_value_count) {
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

TEST(kill, that_is_swallowed_is_thrown_again_at_the_next_parking_point) {
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

TEST(kill, that_is_forgiven_is_gone) {
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

TEST(kill, says_false_at_its_deadline_while_the_other_cleans_up) {
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

TEST_F(kill_errors, with_an_exception_of_ones_own_is_a_failure) {
    auto g = grove::spawn(park_for_ever);
    grove::yield();
    EXPECT_TRUE(g.kill(std::make_exception_ptr(std::runtime_error("enough"))));
    EXPECT_FALSE(g.successful());
    EXPECT_FALSE(g.killed());
    EXPECT_THROW(g.get(), std::runtime_error);
}

TEST_F(kill_errors, with_an_exception_before_it_ran_is_a_failure) {
    auto g = grove::spawn([] {});
    g.kill(std::make_exception_ptr(std::runtime_error("enough")));
    EXPECT_FALSE(g.successful());
    EXPECT_THROW(g.get(), std::runtime_error);
}

TEST(kill, can_be_asked_for_by_the_greenlet_itself) {
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

TEST(kill, of_oneself_is_thrown_at_once) {
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

TEST(kill, waits_behind_a_shield) {
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

TEST(kill, does_not_interrupt_what_waits_in_a_destructor_while_it_unwinds) {
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

TEST(kill, happens_when_the_handle_leaves_its_scope) {
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

TEST(kill, happens_when_the_handle_gets_another_greenlet) {
    bool unwound = false;
    auto g = grove::spawn([&] {
        const grove::on_exit note([&] { unwound = true; });
        park_for_ever();
    });
    grove::yield();
    g = grove::spawn([] {});
    EXPECT_TRUE(unwound);
}

TEST(kill, does_not_happen_to_one_that_was_detached) {
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

}  // namespace
