// SPDX-License-Identifier: MIT
#include "cmd/bench/report/comparison.hpp"
#include "cmd/bench/report/shift_estimate.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::cmd::bench_result;
using grove::cmd::change;
using grove::cmd::compare;
using grove::cmd::comparison;
using grove::cmd::estimate_shift;
using grove::cmd::figure_change;
using grove::cmd::median;
using grove::cmd::percentage;
using grove::cmd::shift_estimate;
using grove::cmd::to_words;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t us = 1000;
constexpr percentage one_percent{1};

/// A run of a second whose requests all took `latency`, at 1000 / `latency` a second.
bench_result run_of(std::uint64_t latency, std::uint64_t failures = 0) {
    bench_result run;
    run.length = 1s;
    run.seen.latency.record(latency, 1'000'000'000 / latency);
    run.seen.answers = run.seen.in_time = 1'000'000'000 / latency;
    for (std::uint64_t i = 0; i < failures; ++i)
        run.seen.count_error(grove::cmd::load_error::reset, "reset");
    return run;
}

std::vector<bench_result> runs_of(const std::vector<std::uint64_t>& latencies) {
    std::vector<bench_result> all;
    for (const std::uint64_t latency : latencies) all.push_back(run_of(latency));
    return all;
}

const figure_change& of(const comparison& seen, std::string_view name) {
    for (const figure_change& one : seen.figures) {
        if (one.name == name) return one;
    }
    throw std::out_of_range(std::string(name));
}

TEST(median, is_the_middle) {
    EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2);
    EXPECT_EQ(median(std::vector<double>{4, 1, 2, 3}), 2.5);
    EXPECT_EQ(median(std::vector<double>{}), 0);
}

// Of 252 orders of 5 and 5, one has no pair turned round: 1 - 2/252 is 99.2 %, so that all
// differences are inside; the next, 1 - 4/252, is 98.4 %.
TEST(shift_estimate, of_five_and_five_spans_all_differences) {
    const std::vector<double> those{1, 2, 3, 4, 5};
    const std::vector<double> these{11, 12, 13, 14, 15};
    const shift_estimate all = estimate_shift(those, these, 0.99);
    EXPECT_EQ(all.middle, 10);
    EXPECT_EQ(all.low, 6);
    EXPECT_EQ(all.high, 14);
    const shift_estimate less = estimate_shift(those, these, 0.98);
    EXPECT_EQ(less.low, 7);
    EXPECT_EQ(less.high, 13);
}

// Tables of the Mann-Whitney test: for 10 and 10, two-sided at 1 %, U is critical at 16; so the
// interval leaves out 16 differences at each end.
TEST(shift_estimate, of_ten_and_ten_leaves_out_what_the_tables_say) {
    std::vector<double> those;
    std::vector<double> these;
    for (int i = 0; i < 10; ++i) {
        those.push_back(0);
        these.push_back(i);
    }
    // Each difference, 0 to 9, is there ten times: 16 of the least are ten 0 and six 1.
    const shift_estimate seen = estimate_shift(those, these, 0.99);
    EXPECT_EQ(seen.low, 1);
    EXPECT_EQ(seen.high, 8);
    EXPECT_EQ(seen.middle, 4.5);
}

TEST(shift_estimate, of_sides_of_two_sizes_is_symmetric) {
    const std::vector<double> few{1, 4, 2, 8, 5};
    const std::vector<double> many{3, 9, 7, 11, 6, 10, 12, 13};
    const shift_estimate up = estimate_shift(few, many);
    const shift_estimate down = estimate_shift(many, few);
    EXPECT_EQ(up.middle, -down.middle);
    EXPECT_EQ(up.low, -down.high);
    EXPECT_EQ(up.high, -down.low);
    EXPECT_LT(up.low, up.middle);
}

TEST(comparison, of_slower_runs_says_by_how_much) {
    const auto base = runs_of({1000 * us, 1010 * us, 990 * us, 1005 * us, 995 * us});
    const auto now = runs_of({1100 * us, 1110 * us, 1090 * us, 1105 * us, 1095 * us});
    const comparison seen = compare(base, now, one_percent);
    const figure_change& p50 = of(seen, "p50");
    EXPECT_EQ(p50.verdict, change::worse);
    EXPECT_NEAR(p50.by, 0.1, 0.002);
    EXPECT_NEAR(p50.low, 1090.0 / 1010 - 1, 0.002);
    EXPECT_NEAR(p50.high, 1110.0 / 990 - 1, 0.002);
    EXPECT_NEAR(p50.base, 0.001, 1e-6);
    EXPECT_NEAR(p50.now, 0.0011, 1e-6);
    EXPECT_EQ(of(seen, "rate").verdict, change::worse);
    EXPECT_NEAR(of(seen, "rate").by, -1 / 11.0, 0.002);
    EXPECT_EQ(of(seen, "errors").verdict, change::none);
    EXPECT_THAT(to_words(p50),
                AllOf(HasSubstr(" % higher (99 % interval 7."), HasSubstr(" to 12.")));
    EXPECT_THAT(to_words(of(seen, "rate")), HasSubstr(" % lower (99 % interval "));
    EXPECT_THAT(seen.list(change::worse), HasSubstr("p50 10.0 % higher"));
    EXPECT_TRUE(seen.has(change::worse));
    EXPECT_FALSE(seen.has(change::better));
}

TEST(comparison, the_other_way_round_is_better) {
    const auto base = runs_of({1100 * us, 1110 * us, 1090 * us, 1105 * us, 1095 * us});
    const auto now = runs_of({1000 * us, 1010 * us, 990 * us, 1005 * us, 995 * us});
    const comparison seen = compare(base, now, one_percent);
    for (const char* name : {"rate", "mean", "p50", "p99"})
        EXPECT_EQ(of(seen, name).verdict, change::better) << name;
    EXPECT_FALSE(seen.has(change::worse));
}

TEST(comparison, of_runs_that_overlap_says_what_would_have_shown) {
    const auto base = runs_of({1000 * us, 1100 * us, 1050 * us, 1020 * us, 1080 * us});
    const auto now = runs_of({1010 * us, 1120 * us, 1060 * us, 1030 * us, 1070 * us});
    const figure_change p50 = of(compare(base, now, one_percent), "p50");
    EXPECT_EQ(p50.verdict, change::none);
    // From 1010 / 1100 to 1120 / 1000.
    EXPECT_NEAR(p50.visible, 1.12 / (1010.0 / 1100) - 1, 0.002);
    EXPECT_THAT(to_words(p50), HasSubstr("no difference that these runs could show (22."));
}

TEST(comparison, below_the_tolerance_is_told_and_does_not_count) {
    const auto base = runs_of({1000 * us, 1001 * us, 1002 * us, 1003 * us, 1004 * us});
    const auto now = runs_of({1050 * us, 1051 * us, 1052 * us, 1053 * us, 1054 * us});
    EXPECT_EQ(of(compare(base, now, one_percent), "p99").verdict, change::worse);
    const comparison seen = compare(base, now, percentage{10});
    EXPECT_FALSE(seen.has(change::worse));
    EXPECT_THAT(to_words(of(seen, "p99")), AllOf(HasSubstr("higher"), HasSubstr("too little")));
}

// Fast failures must not pass for a faster server.
TEST(comparison, counts_errors_and_has_no_latencies_where_nothing_answered) {
    const auto base = runs_of({1000 * us, 1001 * us, 1002 * us, 1003 * us, 1004 * us});
    std::vector<bench_result> some;
    std::vector<bench_result> none;
    for (std::uint64_t i = 0; i < 5; ++i) {
        some.push_back(run_of(500 * us, 200 + i));
        none.emplace_back();
        none.back().length = 1s;
        none.back().seen.count_error(grove::cmd::load_error::refused, "refused");
    }
    const comparison partly = compare(base, some, one_percent);
    EXPECT_EQ(of(partly, "p50").verdict, change::better);
    EXPECT_EQ(of(partly, "errors").verdict, change::worse);
    EXPECT_THAT(partly.list(change::worse), testing::StartsWith("errors 9.2 points more"));
    const comparison wholly = compare(base, none, one_percent);
    ASSERT_EQ(wholly.figures.size(), 1U);
    EXPECT_EQ(wholly.figures[0].verdict, change::worse);
}

TEST(comparison, of_one_side_with_itself_is_no_difference) {
    const auto runs = runs_of({1000 * us, 1000 * us, 1000 * us, 1000 * us, 1000 * us});
    const comparison seen = compare(runs, runs, percentage{0});
    for (const figure_change& one : seen.figures) EXPECT_EQ(to_words(one), "no difference");
}

TEST(comparison, is_JSON_too) {
    const auto base = runs_of({1000 * us, 1001 * us, 1002 * us, 1003 * us, 1004 * us});
    const auto now = runs_of({2000 * us, 2001 * us, 2002 * us, 2003 * us, 2004 * us});
    grove::cmd::json_object line;
    add_to(line, compare(base, now, one_percent));
    const auto read = boost::json::parse(line.text()).as_object();
    EXPECT_TRUE(read.at("worse").as_bool());
    EXPECT_EQ(read.at("base_runs").to_number<int>(), 5);
    const auto& p50 = read.at("figures").at("p50").as_object();
    EXPECT_EQ(p50.at("verdict").as_string(), "worse");
    EXPECT_NEAR(p50.at("change").to_number<double>(), 1, 0.01);
    EXPECT_NEAR(p50.at("base").to_number<double>(), 0.001, 1e-5);
}

}  // namespace
