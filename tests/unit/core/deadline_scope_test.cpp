// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/deadline_scope.hpp>
#include <grove/detail/c_frames.hpp>
#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::deadline_scope;
using grove::timeout_expired;
using grove_test::park_for_ever;
using testing::ElementsAre;

class deadline_scopes : public testing::Test {
 protected:
    grove::simulation world;
};

/// Waits once. Result: the scope that ended the wait, "none" when nothing did.
std::string ended_by(const deadline_scope& outer, const deadline_scope& inner) {
    try {
        grove::sleep_for(1s);
        return "none";
    } catch (const timeout_expired& e) {
        if (outer.is_source(e)) return "outer";
        return inner.is_source(e) ? "inner" : "a stranger";
    }
}

/// A library that swallows whatever comes. Result: how often its waits were ended.
int try_stubbornly(int times) {
    int ended = 0;
    for (int i = 0; i < times; ++i) {
        try {
            grove::sleep_for(1h);
        } catch (const timeout_expired&) {
            ++ended;
        }
    }
    return ended;
}

TEST_F(deadline_scopes, throw_at_each_wait_until_they_end) {
    {
        const deadline_scope within(2s);
        EXPECT_EQ(try_stubbornly(5), 5);
        EXPECT_EQ(world.elapsed(), 2s);
    }
    EXPECT_NO_THROW(grove::sleep_for(1s));
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(deadline_scopes, that_end_in_time_limit_nothing) {
    {
        const deadline_scope within(2s);
        grove::sleep_for(1s);
        EXPECT_FALSE(within.expired());
        EXPECT_EQ(within.remaining(), 1s);
    }
    EXPECT_NO_THROW(grove::sleep_for(5s));
}

TEST_F(deadline_scopes, know_when_they_have_run_out) {
    const deadline_scope within(2s);
    EXPECT_THROW(park_for_ever(), timeout_expired);
    EXPECT_TRUE(within.expired());
    EXPECT_EQ(within.remaining(), 0s);
}

TEST_F(deadline_scopes, that_have_passed_throw_at_the_first_wait) {
    const deadline_scope within(-1s);
    EXPECT_TRUE(within.expired());
    EXPECT_THROW(grove::yield(), timeout_expired);
    EXPECT_EQ(world.elapsed(), 0s);
}

TEST_F(deadline_scopes, of_never_limit_nothing) {
    const deadline_scope within(grove::never);
    EXPECT_NO_THROW(grove::sleep_for(24h));
    EXPECT_FALSE(within.expired());
    EXPECT_EQ(within.remaining(), grove::duration::max());
}

TEST_F(deadline_scopes, say_what_they_were_for) {
    const deadline_scope within(1s, "fetching the index");
    try {
        park_for_ever();
    } catch (const timeout_expired& e) {
        EXPECT_STREQ(e.what(), "deadline passed: fetching the index");
        EXPECT_TRUE(within.is_source(e));
    }
}

TEST_F(deadline_scopes, of_nested_ones_the_earliest_is_thrown) {
    for (const bool outer_first : {true, false}) {
        const deadline_scope outer(outer_first ? 1s : 3s);
        const deadline_scope inner(outer_first ? 3s : 1s);
        EXPECT_THROW(park_for_ever(), timeout_expired);
        EXPECT_EQ(ended_by(outer, inner), outer_first ? "outer" : "inner");
    }
}

TEST_F(deadline_scopes, of_equal_ones_the_outer_is_thrown) {
    const grove::deadline both = 1s;
    const deadline_scope outer(both);
    const deadline_scope inner(both);
    EXPECT_THROW(park_for_ever(), timeout_expired);
    EXPECT_EQ(ended_by(outer, inner), "outer");
}

TEST_F(deadline_scopes, of_nested_ones_the_outer_goes_on_when_the_inner_has_ended) {
    const deadline_scope outer(3s);
    {
        const deadline_scope inner(1s);
        EXPECT_EQ(try_stubbornly(2), 2);
    }
    EXPECT_THROW(park_for_ever(), timeout_expired);
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(deadline_scopes, end_a_timeout_that_is_started_inside) {
    const deadline_scope within(1s);
    EXPECT_EQ(try_stubbornly(1), 1);
    EXPECT_THROW(grove::with_timeout(5s, park_for_ever), timeout_expired);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(deadline_scopes, let_a_timeout_outside_be_thrown_when_they_have_ended) {
    const grove::timeout outside(2s);
    {
        const deadline_scope within(1s);
        EXPECT_EQ(try_stubbornly(1), 1);
        const grove::shield whole;
        grove::sleep_for(2s);
    }
    try {
        grove::yield();
        FAIL() << "the timeout was lost";
    } catch (const timeout_expired& e) {
        EXPECT_TRUE(outside.is_source(e));
    }
}

TEST_F(deadline_scopes, wait_behind_a_shield_and_throw_at_the_first_wait_after_it) {
    const deadline_scope within(1s);
    {
        const grove::shield whole;
        EXPECT_NO_THROW(grove::sleep_for(3s));
        EXPECT_NO_THROW(grove::yield());
    }
    EXPECT_THROW(grove::yield(), timeout_expired);
    {
        const grove::shield whole;
        EXPECT_NO_THROW(grove::sleep_for(1s));
    }
    EXPECT_THROW(grove::yield(), timeout_expired);
    EXPECT_EQ(world.elapsed(), 4s);
}

TEST_F(deadline_scopes, do_not_throw_while_the_stack_is_unwound) {
    bool slept = false;
    try {
        const deadline_scope within(1s);
        const grove::on_exit clean_up([&] {
            grove::sleep_for(1s);
            slept = true;
        });
        park_for_ever();
    } catch (const timeout_expired&) {
    }
    EXPECT_TRUE(slept);
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST_F(deadline_scopes, leave_a_calls_own_deadline_to_the_call) {
    auto other = grove::spawn(park_for_ever);
    const deadline_scope within(3s);
    EXPECT_FALSE(other.join(1s));
    EXPECT_THROW(other.join(1h), timeout_expired);
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(deadline_scopes, let_a_call_return_whose_deadline_comes_in_the_same_turn) {
    auto other = grove::spawn(park_for_ever);
    const grove::deadline both = 1s;
    const deadline_scope within(both);
    EXPECT_FALSE(other.join(both));
    EXPECT_THROW(other.join(both), timeout_expired);
}

TEST_F(deadline_scopes, go_behind_a_kill) {
    std::vector<std::string> trace;
    auto g = grove::spawn([&] {
        const deadline_scope within(1s);
        {
            const grove::shield until_both_came;
            grove::sleep_for(2s);
        }
        try {
            grove::yield();
        } catch (const grove::greenlet_exit&) {
            trace.emplace_back("killed");
        } catch (const timeout_expired&) {
            trace.emplace_back("late");
        }
        grove::this_greenlet::forgive_kill();
        try {
            grove::yield();
        } catch (const timeout_expired&) {
            trace.emplace_back("late");
        }
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_THAT(trace, ElementsAre("killed", "late"));
}

TEST_F(deadline_scopes, can_be_lengthened) {
    deadline_scope within(1s);
    within.move_to(within.until() + 2s);
    EXPECT_THROW(park_for_ever(), timeout_expired);
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(deadline_scopes, that_have_run_out_can_be_lengthened) {
    deadline_scope within(1s);
    EXPECT_THROW(park_for_ever(), timeout_expired);
    within.move_to(5s);
    EXPECT_NO_THROW(grove::sleep_for(4s));
    EXPECT_THROW(park_for_ever(), timeout_expired);
    EXPECT_EQ(world.elapsed(), 6s);
}

TEST_F(deadline_scopes, can_be_shortened_by_another_greenlet_while_theirs_waits) {
    std::optional<deadline_scope> within;
    auto g = grove::spawn([&] {
        within.emplace(1h);
        EXPECT_THROW(park_for_ever(), timeout_expired);
        within.reset();
    });
    grove::sleep_for(1s);
    within->move_to(0s);
    g.join();
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(deadline_scopes, limit_only_the_greenlet_that_made_them) {
    const deadline_scope within(1s);
    auto other = grove::spawn([] { grove::sleep_for(5s); });
    EXPECT_THROW(park_for_ever(), timeout_expired);
    const grove::shield whole;
    EXPECT_TRUE(other.join());
    EXPECT_EQ(other.exception(), nullptr);
}

TEST_F(deadline_scopes, that_are_swallowed_in_a_loop_let_others_run) {
    bool done = false;
    auto other = grove::spawn([&] {
        grove::yield();
        done = true;
    });
    const deadline_scope within(0s);
    int tries = 0;
    while (!done && ++tries < 100) {
        EXPECT_EQ(try_stubbornly(1), 1);
    }
    EXPECT_LT(tries, 5);
    const grove::shield whole;
    other.join();
}

TEST_F(deadline_scopes, keep_what_was_handed_over_while_others_ran) {
    grove::detail::waiter mine("test");
    const deadline_scope within(0s);
    EXPECT_EQ(try_stubbornly(1), 1);
    auto other = grove::spawn([&] { mine.wake(); });
    EXPECT_EQ(mine.park(), grove::detail::outcome::woken);
}

TEST_F(deadline_scopes, stay_while_they_are_withheld_from_c_code) {
    const deadline_scope within(1s);
    for (int i = 0; i < 3; ++i) {
        const grove::detail::withhold here;
        EXPECT_THROW(park_for_ever(), grove::detail::withheld);
    }
    EXPECT_THROW(grove::yield(), timeout_expired);
}

TEST_F(deadline_scopes, with_deadline_gives_the_value_or_nothing) {
    EXPECT_EQ(grove::with_deadline(1s, [] { return 5; }), 5);
    EXPECT_TRUE(grove::with_deadline(1s, [] {}));
    EXPECT_FALSE(grove::with_deadline(1s, [] { park_for_ever(); }));
    EXPECT_EQ(grove::with_deadline(1s,
                                   [] {
                                       park_for_ever();
                                       return 5;
                                   }),
              std::nullopt);
}

TEST_F(deadline_scopes, with_deadline_swallows_only_its_own) {
    const deadline_scope outer(1s);
    try {
        grove::with_deadline(5s, [] { park_for_ever(); });
        FAIL();
    } catch (const timeout_expired& e) {
        EXPECT_TRUE(outer.is_source(e));
    }
}

using kills = deadline_scopes;

TEST_F(kills, that_are_swallowed_in_a_loop_let_others_run) {
    bool done = false;
    int tries = 0;
    auto g = grove::spawn([&] {
        while (!done && ++tries < 100) {
            try {
                grove::sleep_for(1h);
            } catch (const grove::greenlet_exit&) {
            }
        }
    });
    auto other = grove::spawn([&] {
        grove::yield();
        grove::yield();
        done = true;
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_LT(tries, 6);
}

}  // namespace
