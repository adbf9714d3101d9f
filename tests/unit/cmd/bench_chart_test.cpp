// SPDX-License-Identifier: MIT
#include "cmd/bench/report/chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using grove::cmd::chart;
using grove::cmd::chart_axis;
using grove::cmd::write_count;
using grove::cmd::write_latency;
using grove::cmd::write_seconds;
using grove::cmd::write_share;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> labels(const chart_axis& of) {
    std::vector<std::string> all;
    for (const chart_axis::tick& tick : of.ticks()) all.push_back(tick.label);
    return all;
}

TEST(chart_axis, that_is_even_ends_at_round_values) {
    const chart_axis axis = chart_axis::even(0, 23, write_seconds);
    EXPECT_THAT(labels(axis), ElementsAre("0 s", "5 s", "10 s", "15 s", "20 s", "25 s"));
    EXPECT_DOUBLE_EQ(axis.place(0), 0);
    EXPECT_DOUBLE_EQ(axis.place(5), 0.2);
    EXPECT_DOUBLE_EQ(axis.place(99), 1);
    EXPECT_DOUBLE_EQ(axis.value(0.2), 5);
}

TEST(chart_axis, of_nothing_is_an_axis_all_the_same) {
    EXPECT_EQ(chart_axis::even(0, 0, write_count).place(0), 0);
    EXPECT_THAT(labels(chart_axis::even(0, 0, write_share)), Not(testing::IsEmpty()));
}

TEST(chart_axis, by_factors_has_1_2_and_5) {
    const chart_axis axis = chart_axis::by_factors(1.2e6, 9.5e6, write_latency);
    EXPECT_THAT(labels(axis), ElementsAre("1 ms", "2 ms", "5 ms", "10 ms"));
    EXPECT_NEAR(axis.place(2e6), 0.30103, 1e-5);
    EXPECT_NEAR(axis.value(axis.place(3e6)), 3e6, 1);
    EXPECT_EQ(axis.place(0), 0);
}

TEST(chart_axis, by_many_factors_has_powers_of_ten_alone) {
    EXPECT_THAT(labels(chart_axis::by_factors(1e3, 1e9, write_latency)),
                ElementsAre("1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"));
}

TEST(chart_axis, of_latencies_is_even_until_they_differ_by_much) {
    EXPECT_THAT(labels(chart_axis::of_latencies(1e6, 2e6)),
                ElementsAre("0", "500 µs", "1 ms", "1.5 ms", "2 ms"));
    EXPECT_THAT(labels(chart_axis::of_latencies(1e6, 50e6)),
                ElementsAre("1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms"));
}

TEST(chart_axis, of_nines_gives_each_the_same_room) {
    const chart_axis axis = chart_axis::of_nines(10'000);
    EXPECT_THAT(labels(axis), ElementsAre("0", "p50", "p90", "p99", "p99.9", "p99.99"));
    EXPECT_NEAR(axis.place(0.9), 0.25, 1e-9);
    EXPECT_NEAR(axis.place(0.99), 0.5, 1e-9);
    EXPECT_NEAR(axis.place(0.999), 0.75, 1e-9);
    EXPECT_EQ(axis.place(1), 1);
    EXPECT_NEAR(axis.value(0.5), 0.99, 1e-9);
}

TEST(chart_axis, writes_values_shortly) {
    EXPECT_EQ(write_latency(0), "0");
    EXPECT_EQ(write_latency(999), "999 ns");
    EXPECT_EQ(write_latency(1500), "1.5 µs");
    EXPECT_EQ(write_latency(2e9), "2 s");
    EXPECT_EQ(write_count(1500), "1.5k");
    EXPECT_EQ(write_count(2e6), "2M");
    EXPECT_EQ(write_seconds(90), "90 s");
    EXPECT_EQ(write_seconds(600), "10 min");
    EXPECT_EQ(write_share(0.125), "12.5 %");
}

chart a_chart() {
    return {"Title <1>", "summary \"2\"", chart_axis::even(0, 10, write_seconds),
            chart_axis::even(0, 100, write_count)};
}

TEST(chart, draws_with_zero_at_the_bottom_left) {
    chart made = a_chart();
    made.line({{0, 0}, {10, 100}, {5, 50}}, "a line");
    EXPECT_THAT(made.html(),
                HasSubstr("<polyline class=\"a line\" points=\"0.0,1000.0 1000.0,0.0 500.0,500.0"));
}

TEST(chart, of_one_point_shows_a_short_line) {
    chart made = a_chart();
    made.line({{5, 50}}, "a line");
    EXPECT_THAT(made.html(), HasSubstr("500.0,500.0 510.0,500.0"));
}

TEST(chart, draws_bars_and_bands) {
    chart made = a_chart();
    made.bar(2, 4, 25, "a bar", "2 & 4");
    made.band({{0, 20}, {10, 40}}, {{0, 10}, {10, 30}}, "a band");
    EXPECT_THAT(made.html(),
                AllOf(HasSubstr("x=\"200.0\" y=\"750.0\" width=\"200.0\" height=\"250.0\">"
                                "<title>2 &amp; 4</title>"),
                      HasSubstr("0.0,800.0 1000.0,600.0 1000.0,700.0 0.0,900.0")));
}

TEST(chart, escapes_its_words) {
    chart made = a_chart();
    made.explain("a", "<key>");
    made.note("<note>");
    EXPECT_THAT(made.html(), AllOf(HasSubstr("Title &lt;1&gt;"), HasSubstr("summary &quot;2&quot;"),
                                   HasSubstr("&lt;key&gt;"), HasSubstr("&lt;note&gt;")));
}

}  // namespace
