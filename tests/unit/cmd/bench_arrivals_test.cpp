// SPDX-License-Identifier: MIT
#include "cmd/bench/load/arrivals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::duration;
using grove::cmd::arrival_options;
using grove::cmd::arrival_spacing;
using grove::cmd::arrivals;
using grove::cmd::load_stage;
using grove::cmd::load_stages;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

load_stage steady(duration length, double rate) {
    return {length, {rate}, {rate}};
}

std::vector<duration> all_of(const std::vector<load_stage>& stages, arrival_options options = {}) {
    std::vector<duration> times;
    arrivals plan(stages, options);
    while (const auto at = plan.next()) times.push_back(*at);
    return times;
}

load_stages parsed(const std::string& text) {
    load_stages stages;
    const auto wrong = parse_value(text, stages);
    EXPECT_FALSE(wrong.has_value()) << wrong->what;
    return stages;
}

std::string complaint(const std::string& text) {
    load_stages stages;
    const auto wrong = parse_value(text, stages);
    return wrong ? std::to_string(wrong->offset) + ": " + wrong->what : "none";
}

TEST(stages, are_read_with_and_without_a_ramp) {
    EXPECT_THAT(parsed("10s:100/s,1m:100/s..1000/s").all,
                ElementsAre(steady(10s, 100), load_stage{1min, {100}, {1000}}));
    EXPECT_EQ(total_length(parsed("10s:100/s,1m:5/s").all), 70s);
    EXPECT_THAT(parsed("1s:0/s..10/s").all, SizeIs(1));
}

TEST(stages, that_cannot_be_read_are_told_where) {
    EXPECT_THAT(complaint("10s:100/s,oops"), HasSubstr("14: has no rate"));
    EXPECT_THAT(complaint("10:100/s"), HasSubstr("2: has no unit"));
    EXPECT_THAT(complaint("0s:100/s"), HasSubstr("0: is no time"));
    EXPECT_THAT(complaint("10s:0/s"), HasSubstr("4: sends nothing"));
    EXPECT_THAT(complaint("10s:1/s..x"), HasSubstr("9: "));
    EXPECT_THAT(complaint(""), HasSubstr("has no rate"));
}

TEST(arrivals, of_a_rate_are_evenly_spaced_from_the_very_beginning) {
    EXPECT_THAT(all_of({steady(1s, 4)}), ElementsAre(0s, 250ms, 500ms, 750ms));
}

TEST(arrivals, do_not_drift) {
    const auto times = all_of({steady(1000s, 3)});
    ASSERT_THAT(times, SizeIs(3000));
    EXPECT_EQ(times[2997], 999s);
}

TEST(arrivals, of_stages_follow_each_other_without_a_gap) {
    EXPECT_THAT(all_of({steady(1s, 2), steady(500ms, 4), steady(1s, 1)}),
                ElementsAre(0s, 500ms, 1s, 1250ms, 1500ms));
}

TEST(arrivals, of_a_ramp_are_as_many_as_its_mean_rate_gives) {
    const auto times = all_of({{10s, {0}, {100}}});
    EXPECT_THAT(times, SizeIs(500));
    const auto half = std::ranges::lower_bound(times, duration(5s)) - times.begin();
    EXPECT_EQ(half, 125);
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_THAT(all_of({{10s, {100}, {0}}}), SizeIs(500));
}

TEST(arrivals, of_shares_are_together_those_of_one) {
    std::multiset<duration> together;
    for (unsigned i = 0; i < 3; ++i) {
        for (const duration at : all_of({steady(1s, 100)}, {.share = i, .shares = 3}))
            together.insert(at);
    }
    const auto one = all_of({steady(1s, 100)});
    EXPECT_TRUE(std::ranges::equal(together, one));
}

TEST(arrivals, at_random_have_the_rate_and_the_spread_of_a_poisson_process) {
    const auto times =
        all_of({steady(100s, 1000)}, {.spacing = arrival_spacing::poisson, .seed = 3});
    EXPECT_NEAR(static_cast<double>(times.size()), 100'000, 4 * std::sqrt(100'000.0));
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        const double gap = std::chrono::duration<double>(times[i] - times[i - 1]).count();
        sum += gap;
        squares += gap * gap;
    }
    const double mean = sum / static_cast<double>(times.size() - 1);
    const double variance = squares / static_cast<double>(times.size() - 1) - mean * mean;
    EXPECT_NEAR(std::sqrt(variance) / mean, 1, 0.03);
}

TEST(arrivals, at_random_are_the_same_for_a_seed_and_others_for_another) {
    const auto with = [](std::uint64_t seed) {
        return all_of({steady(1s, 50)}, {.spacing = arrival_spacing::poisson, .seed = seed});
    };
    EXPECT_EQ(with(1), with(1));
    EXPECT_NE(with(1), with(2));
}

}  // namespace
