// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <vector>

namespace grove_test {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t seeds = 100;

/// Time since the run began.
class stopwatch {
 public:
    [[nodiscard]] grove::duration elapsed() const { return grove::deadline::now() - began_; }

 private:
    grove::deadline began_ = grove::deadline::now();
};

/// A greenlet that makes the call, parked in it.
grove::greenlet<bool> parked(blocking_call& it, grove::deadline until = grove::never) {
    auto g = grove::spawn([&it, until] { return it.wait(until); });
    grove::idle();
    EXPECT_FALSE(g.ready()) << "it did not wait";
    return g;
}

/// As many greenlets as may make the call, parked in it; `told` counts those that it fails.
std::vector<grove::greenlet<void>> wait_for_the_end(blocking_call& it,
                                                    const blocking_traits& traits,
                                                    std::size_t& told) {
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < (traits.waiters == company::many ? 3 : 1); ++i) {
        all.push_back(grove::spawn([&] {
            try {
                if (!it.wait(grove::never)) ++told;
            } catch (const std::exception&) {
                ++told;
            }
        }));
    }
    grove::idle();
    return all;
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(waiting);

std::string name_of_kind(const testing::TestParamInfo<blocking_kind>& kind) {
    return kind.param.name;
}

void waiting::in_many_orders(const one_run& test) {
    for (std::uint64_t seed = 0; seed <= seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " (0: the usual order)");
        const grove::simulation world(
            {.seed = seed == 0 ? std::nullopt : std::optional<std::uint64_t>(seed)});
        const auto it = GetParam().make();
        test(*it);
        grove::idle();
    }
}

TEST_P(waiting, returns_at_once_when_it_was_allowed_before) {
    if (traits().past == memory::forgets) return;
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        it.allow();
        EXPECT_TRUE(it.wait(1s));
        EXPECT_EQ(since.elapsed(), 0s);
    });
}

TEST_P(waiting, returns_later_when_it_is_allowed_later) {
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        auto g = parked(it);
        grove::sleep_for(1s);
        ASSERT_FALSE(g.ready());
        it.allow();
        EXPECT_TRUE(g.get());
        EXPECT_EQ(since.elapsed(), 1s);
    });
}

TEST_P(waiting, says_false_at_its_deadline) {
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        EXPECT_FALSE(it.wait(2s));
        EXPECT_EQ(since.elapsed(), 2s);
    });
}

TEST_P(waiting, says_false_at_a_deadline_that_has_passed) {
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        EXPECT_FALSE(it.wait(0s));
        EXPECT_EQ(since.elapsed(), 0s);
    });
}

TEST_P(waiting, lets_others_run_at_a_deadline_that_has_passed) {
    const grove::simulation world;
    const auto it = GetParam().make();
    bool others_ran = false;
    auto other = grove::spawn([&] { others_ran = true; });
    EXPECT_FALSE(it->wait(0s));
    EXPECT_TRUE(others_ran);
}

TEST_P(waiting, is_ended_by_an_outer_timeout) {
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        grove::timeout limit(1s);
        try {
            it.wait(1h);
            FAIL() << "the outer timeout did not end the wait";
        } catch (const grove::timeout_expired& e) {
            EXPECT_TRUE(limit.is_source(e));
        }
        EXPECT_EQ(since.elapsed(), 1s);
    });
}

TEST_P(waiting, is_ended_by_a_kill) {
    in_many_orders([](blocking_call& it) {
        const stopwatch since;
        auto g = parked(it);
        EXPECT_TRUE(g.kill(1s));
        EXPECT_TRUE(g.killed());
        EXPECT_EQ(since.elapsed(), 0s);
    });
}

TEST_P(waiting, leaves_nothing_behind_when_it_was_ended) {
    in_many_orders([](blocking_call& it) {
        EXPECT_FALSE(it.wait(1s));
        EXPECT_FALSE(grove::with_timeout(1s, [&] { it.wait(grove::never); }));
        parked(it).kill();
        auto g = parked(it);
        it.allow();
        EXPECT_TRUE(g.get(1s));
    });
}

TEST_P(waiting, keeps_what_it_got_when_the_kill_comes_in_the_same_turn) {
    if (traits().wakes == wake_up::later) return;
    in_many_orders([](blocking_call& it) {
        bool got = false;
        bool went_on = false;
        auto g = grove::spawn([&] {
            got = it.wait(grove::never);
            grove::yield();  // here the kill is thrown
            went_on = true;
        });
        grove::idle();
        it.allow();
        g.kill();
        EXPECT_TRUE(got);
        EXPECT_FALSE(went_on);
    });
}

TEST_P(waiting, keeps_what_it_got_when_its_deadline_comes_in_the_same_turn) {
    if (traits().allowed_by == allower::main_greenlet) return;
    if (traits().wakes == wake_up::later) return;
    in_many_orders([](blocking_call& it) {
        auto g = parked(it, 1s);
        auto at_the_same_time = grove::hub::current().call_at(
            1s, [&] { it.allow(); }, grove::keep_alive::yes);
        grove::sleep_for(2s);
        // The wait's timer was set first, so it fires first; the greenlet runs after both.
        EXPECT_TRUE(g.ready());
        EXPECT_TRUE(g.get());
    });
}

TEST_P(waiting, serves_those_who_came_first_first) {
    if (traits().waiters == company::alone) return;
    in_many_orders([](blocking_call& it) {
        constexpr int count = 20;
        std::vector<int> came;
        std::vector<int> went;
        std::vector<grove::greenlet<void>> all;
        for (int i = 0; i < count; ++i) {
            all.push_back(grove::spawn([&, i] {
                came.push_back(i);
                if (it.wait(grove::never)) went.push_back(i);
            }));
        }
        grove::idle();
        ASSERT_EQ(came.size(), std::size_t{count});
        for (int i = 0; i < (traits().lets == passage::one ? count : 1); ++i) {
            it.allow();
            grove::idle();
        }
        grove::join_all(all, {.until = 1s});
        // Who is woken together runs in any order.
        if (traits().lets == passage::all)
            EXPECT_EQ(went.size(), came.size());
        else
            EXPECT_EQ(went, came);
    });
}

TEST_P(waiting, passes_over_one_who_was_killed_to_the_next) {
    if (traits().waiters == company::alone) return;
    in_many_orders([](blocking_call& it) {
        auto first = parked(it);
        auto second = parked(it);
        first.kill();
        it.allow();
        EXPECT_TRUE(second.get(1s));
    });
}

TEST_P(waiting, what_one_who_is_killed_did_not_take_reaches_the_next) {
    if (traits().waiters == company::alone) return;
    in_many_orders([](blocking_call& it) {
        bool first_got = false;
        auto first = grove::spawn([&] { first_got = it.wait(grove::never); });
        grove::idle();
        auto second = parked(it);
        auto killer = grove::spawn([&] { first.request_kill(); });
        auto other = grove::spawn([] { grove::yield(); });
        grove::yield();
        it.allow();
        grove::join_all(first, killer, other);
        if (first_got && traits().lets == passage::one) {
            EXPECT_FALSE(second.ready());
            it.allow();
        }
        EXPECT_TRUE(second.get(1s));
    });
}

TEST_P(waiting, is_told_when_what_it_waits_on_is_closed) {
    in_many_orders([](blocking_call& it) {
        std::size_t told = 0;
        auto all = wait_for_the_end(it, traits(), told);
        const bool closed = it.close();
        if (!closed) grove::kill_all(all);
        grove::join_all(all, {.until = 1s});
        EXPECT_EQ(told, closed ? all.size() : 0);
    });
}

TEST_P(waiting, is_told_when_what_it_waits_on_is_destroyed) {
    if (traits().at_end == ending::outlives) return;
    in_many_orders([](blocking_call& it) {
        std::size_t told = 0;
        auto all = wait_for_the_end(it, traits(), told);
        it.destroy();
        grove::join_all(all, {.until = 1s});
        EXPECT_EQ(told, all.size());
    });
}

TEST_P(waiting, on_the_hub_ends_the_process_with_a_message) {
    // A fork of a hub is none: a fresh process runs this.
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(
        {
            const auto it = GetParam().make();
            grove::hub::current().post([&] { it->wait(grove::never); });
            grove::sleep_for(1s);
        },
        "a hub callback must not block");
}

}  // namespace grove_test
