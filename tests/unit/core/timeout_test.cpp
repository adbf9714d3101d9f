// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class timeout : public testing::Test {
 protected:
    grove::simulation world;
};

using with_timeout = timeout;

void park_for_ever() {
    grove::sleep_until(grove::never);
}

TEST_F(timeout, is_thrown_at_the_parking_point_when_its_time_has_come) {
    const grove::timeout limit(2s);
    EXPECT_THROW(park_for_ever(), grove::timeout_expired);
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST_F(timeout, does_not_derive_from_std_exception) {
    const grove::timeout limit(1s);
    try {
        park_for_ever();
        FAIL();
    } catch (const std::exception&) {
        FAIL();
    } catch (const grove::interrupt& e) {
        EXPECT_STREQ(e.what(), "1 second");
    }
}

TEST_F(timeout, is_gone_with_its_scope) {
    {
        const grove::timeout limit(1s);
        EXPECT_TRUE(limit.pending());
    }
    EXPECT_NO_THROW(grove::sleep_for(2s));
}

TEST_F(timeout, of_nullopt_never_fires) {
    const grove::timeout limit(std::nullopt);
    EXPECT_FALSE(limit.pending());
    EXPECT_NO_THROW(grove::sleep_for(1h));
    EXPECT_EQ(limit.text(), "");
}

TEST_F(timeout, of_zero_fires_at_the_next_look_at_the_timers) {
    const grove::timeout limit(0s);
    grove::yield();
    grove::yield();
    EXPECT_THROW(grove::sleep_for(1ms), grove::timeout_expired);
}

TEST_F(timeout, below_zero_counts_as_zero) {
    const grove::timeout limit(-5s);
    EXPECT_THROW(grove::sleep_for(1ms), grove::timeout_expired);
    EXPECT_EQ(world.elapsed(), 0s);
}

TEST_F(timeout, fires_once) {
    const grove::timeout limit(1s);
    EXPECT_THROW(grove::sleep_for(5s), grove::timeout_expired);
    EXPECT_FALSE(limit.pending());
    EXPECT_NO_THROW(grove::sleep_for(5s));
}

TEST_F(timeout, throws_the_exception_it_was_given) {
    const grove::timeout limit(1s, std::make_exception_ptr(std::runtime_error("too long")));
    EXPECT_THROW(park_for_ever(), std::runtime_error);
}

TEST_F(timeout, cannot_be_started_twice) {
    grove::timeout limit(1s);
    try {
        limit.start();
        FAIL();
    } catch (const std::logic_error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("already started"));
    }
}

TEST_F(timeout, can_be_started_again_when_it_fired_or_was_cancelled) {
    grove::timeout limit(1s);
    EXPECT_THROW(park_for_ever(), grove::timeout_expired);
    limit.start();
    EXPECT_THROW(park_for_ever(), grove::timeout_expired);
    limit.start();
    limit.cancel();
    EXPECT_FALSE(limit.pending());
    limit.start();
    EXPECT_THROW(park_for_ever(), grove::timeout_expired);
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(timeout, of_nested_ones_the_earliest_deadline_wins) {
    for (const bool outer_first : {true, false}) {
        const grove::timeout outer(outer_first ? 1s : 3s);
        const grove::timeout inner(outer_first ? 3s : 1s);
        try {
            park_for_ever();
        } catch (const grove::timeout_expired& e) {
            EXPECT_EQ(outer.is_source(e), outer_first);
            EXPECT_EQ(inner.is_source(e), !outer_first);
        }
    }
}

TEST_F(timeout, of_equal_ones_the_outer_is_thrown_first_and_seen_by_the_inner_handler) {
    std::vector<std::string> trace;
    try {
        const grove::timeout outer(1s);
        try {
            const grove::timeout inner(1s);
            park_for_ever();
        } catch (const grove::timeout_expired& e) {
            trace.emplace_back(outer.is_source(e) ? "inner caught outer" : "inner caught inner");
            throw;
        }
    } catch (const grove::timeout_expired&) {
        trace.emplace_back("outer caught");
    }
    EXPECT_THAT(trace, ElementsAre("inner caught outer", "outer caught"));
    EXPECT_NO_THROW(grove::sleep_for(5s));  // the inner one is gone with its scope
}

TEST_F(timeout, of_equal_ones_the_other_is_thrown_at_the_next_parking_point) {
    const grove::timeout first(1s);
    const grove::timeout second(1s);
    try {
        park_for_ever();
    } catch (const grove::timeout_expired& e) {
        EXPECT_TRUE(first.is_source(e));
    }
    EXPECT_TRUE(second.pending());
    try {
        grove::yield();
        FAIL();
    } catch (const grove::timeout_expired& e) {
        EXPECT_TRUE(second.is_source(e));
    }
}

TEST_F(timeout, started_first_wins_against_a_sleep_of_the_same_length) {
    const grove::timeout limit(10s);
    bool completed = false;
    try {
        grove::spawn([] { grove::sleep_for(10s); }).join();
        completed = true;
    } catch (const grove::timeout_expired&) {
    }
    EXPECT_FALSE(completed);
}

TEST_F(timeout, is_thrown_in_the_greenlet_that_started_it) {
    auto limited = grove::spawn([] {
        const grove::timeout limit(1s);
        try {
            park_for_ever();
        } catch (const grove::timeout_expired&) {
            return true;
        }
        return false;
    });
    auto other = grove::spawn([] {
        grove::sleep_for(5s);
        return true;
    });
    EXPECT_TRUE(limited.get());
    EXPECT_TRUE(other.get());
}

TEST_F(timeout, waits_behind_a_shield) {
    const grove::timeout limit(1s);
    {
        const grove::shield whole;
        EXPECT_NO_THROW(grove::sleep_for(3s));
    }
    EXPECT_THROW(grove::yield(), grove::timeout_expired);
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST_F(timeout, that_fired_behind_a_shield_can_still_be_cancelled) {
    {
        grove::timeout limit(1s);
        const grove::shield whole;
        grove::sleep_for(3s);
        EXPECT_TRUE(limit.pending());
        limit.cancel();
    }
    EXPECT_NO_THROW(grove::yield());
}

TEST_F(timeout, reads_as_gevents_does) {
    EXPECT_EQ(grove::timeout(1s).text(), "1 second");
    EXPECT_EQ(grove::timeout(5s).text(), "5 seconds");
    EXPECT_EQ(grove::timeout(500ms).text(), "0.5 seconds");
    EXPECT_EQ(grove::timeout(2s, "boom").text(), "2 seconds: boom");
}

TEST_F(timeout, that_nobody_catches_fails_the_greenlet_and_is_reported) {
    std::string who;
    grove::hub::current().set_error_handler(
        [&](std::string_view name, std::exception_ptr) { who = name; });
    auto g = grove::spawn({.name = "hasty"}, [] {
        const grove::timeout limit(1s);
        park_for_ever();
    });
    EXPECT_THROW(g.get(), grove::timeout_expired);
    EXPECT_EQ(who, "hasty");
}

TEST_F(with_timeout, gives_the_value_when_in_time) {
    EXPECT_EQ(grove::with_timeout(1s, [] { return 5; }), 5);
    EXPECT_TRUE(grove::with_timeout(1s, [] {}));
}

TEST_F(with_timeout, gives_nothing_when_late) {
    EXPECT_EQ(grove::with_timeout(1s,
                                  [] {
                                      park_for_ever();
                                      return 5;
                                  }),
              std::nullopt);
    EXPECT_FALSE(grove::with_timeout(1s, park_for_ever));
}

TEST_F(with_timeout, swallows_only_its_own) {
    const grove::timeout outer(1s);
    try {
        grove::with_timeout(5s, park_for_ever);
        FAIL();
    } catch (const grove::timeout_expired& e) {
        EXPECT_TRUE(outer.is_source(e));
    }
}

TEST_F(with_timeout, lets_a_calls_own_deadline_pass) {
    auto g = grove::spawn(park_for_ever);
    EXPECT_THROW(grove::with_timeout(5s, [&] { g.get(1s); }), grove::timeout_expired);
}

}  // namespace
