// SPDX-License-Identifier: MIT
#include "cmd/bench/report/bench_html.hpp"

#include "cmd/bench/report/bench_charts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::cmd::bench_result;
using grove::cmd::bench_second;
using grove::cmd::chart_of_latencies;
using grove::cmd::chart_of_percentiles;
using grove::cmd::chart_of_time;
using grove::cmd::compare;
using grove::cmd::html_report;
using grove::cmd::load_error;
using grove::cmd::percentage;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t ms = 1'000'000;

/// Two seconds of `rate` answers, of 1 ms and more.
bench_result a_run(std::uint64_t rate) {
    bench_result run;
    run.target = "http://h/<script>alert('1')</script>&\"";
    run.connections = 3;
    run.length = run.run = 2s;
    run.began = grove::cmd::wall_time{1'795'669'443s};
    for (std::uint64_t i = 0; i < 2 * rate; ++i) run.seen.latency.record(ms + i * ms / 100);
    run.seen.answers = run.seen.in_time = 2 * rate;
    run.seen.statuses[200] = 2 * rate - 3;
    run.seen.statuses[404] = 2;
    run.seen.statuses[503] = 1;
    run.seen.bad_statuses = 3;
    run.seen.count_error(load_error::reset, "reset");
    run.seconds = {{.answers = rate, .failures = 0, .p50 = 1ms, .p99 = 2ms, .most = 3ms},
                   {.answers = rate, .failures = 1, .p50 = 2ms, .p99 = 3ms, .most = 3ms}};
    return run;
}

html_report a_report() {
    return {.runs = {a_run(100)},
            .plan = {{"load", "closed"}},
            .on = {.cpu = "A <CPU>", .cores = 2, .kernel = "6.1", .governor = "", .grove = "1"},
            .compared = {}};
}

html_report a_comparison() {
    html_report report = a_report();
    report.runs.assign(5, a_run(100));
    const std::vector<bench_result> base(5, a_run(200));
    report.compared = {.name = "base <1>.json",
                       .runs = base,
                       .seen = compare(base, report.runs, percentage{1}),
                       .changed = {"cores 2, not 4"}};
    return report;
}

std::size_t count(const std::string& text, const std::string& piece) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(piece, at)) != std::string::npos; at += piece.size())
        ++found;
    return found;
}

TEST(bench_html, is_one_file_without_script_and_without_anything_from_elsewhere) {
    for (const html_report& report : {a_report(), a_comparison()}) {
        const std::string page = to_html(report);
        for (const char* outside : {"<script", "<link", "<img", "<iframe", "@import", "url(",
                                    " src=", " href=", "javascript:"})
            EXPECT_THAT(page, Not(HasSubstr(outside)));
        EXPECT_THAT(page, HasSubstr("default-src 'none'"));
        EXPECT_THAT(page,
                    AllOf(HasSubstr("prefers-color-scheme: dark"), HasSubstr("@media print")));
    }
}

TEST(bench_html, escapes_what_others_named) {
    const std::string page = to_html(a_comparison());
    EXPECT_THAT(page, HasSubstr("<h1>http://h/&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"
                                "&amp;&quot;</h1>"));
    EXPECT_THAT(page, AllOf(HasSubstr("base &lt;1&gt;.json"), HasSubstr("A &lt;CPU&gt;")));
}

TEST(bench_html, closes_what_it_opens) {
    const std::string page = to_html(a_comparison());
    for (const char* tag :
         {"div", "section", "figure", "table", "tr", "td", "ul",   "li",     "p",    "svg",
          "b",   "dl",      "dd",     "dt",    "h1", "h2", "main", "header", "span", "small"}) {
        const std::string name = tag;
        EXPECT_EQ(count(page, "<" + name + ">") + count(page, "<" + name + " "),
                  count(page, "</" + name + ">"))
            << tag;
    }
}

TEST(bench_html, shows_the_figures) {
    const std::string page = to_html(a_report());
    EXPECT_THAT(page, AllOf(HasSubstr("3 connections · as fast as answers come · "),
                            HasSubstr("2026-11-26 05:04 UTC"), HasSubstr("<dd>100/s</dd>"),
                            HasSubstr("<dt>p50</dt><dd>1.99 ms</dd>"), HasSubstr("<th>load</th>")));
    EXPECT_THAT(page, Not(HasSubstr("base")));
}

TEST(bench_html, tells_statuses_and_errors_apart) {
    const std::string page = to_html(a_report());
    EXPECT_THAT(
        page, AllOf(HasSubstr("<i class=\"good\" style=\"flex:197 1 0\""),
                    HasSubstr("<i class=\"fair\" style=\"flex:2 1 0\""),
                    HasSubstr("<i class=\"bad\" style=\"flex:1 1 0\" title=\"503: 1\""),
                    HasSubstr("<i class=\"gone\" style=\"flex:1 1 0\" title=\"error: reset: 1\"")));
}

TEST(bench_html, sets_two_sides_beside_each_other) {
    const std::string page = to_html(a_comparison());
    EXPECT_THAT(page,
                AllOf(HasSubstr("Worse: rate 50.0 % lower"), HasSubstr("Better: mean"),
                      HasSubstr("5 runs, together 10s"), HasSubstr("<small>base 200/s</small>"),
                      HasSubstr("<thead><tr><th></th><th>this</th><th>base</th></tr></thead>"),
                      HasSubstr("measured on another machine than base: cores 2, not 4")));
}

TEST(chart_of_time, has_both_percentiles_of_each_second) {
    const std::vector<bench_result> runs{a_run(100)};
    const std::string drawn = chart_of_time(runs, {});
    // 1, 2 and 2, 3 ms of 3, in the middles of two seconds.
    EXPECT_THAT(drawn, HasSubstr("class=\"a line\" points=\"250.0,333.3 750.0,0.0 \""));
    EXPECT_THAT(drawn, HasSubstr("class=\"a line thin\" points=\"250.0,666.7 750.0,333.3 \""));
    EXPECT_THAT(drawn, HasSubstr("2 s: p50 2 ms, p99 3 ms, 100 answers"));
    EXPECT_THAT(drawn, Not(HasSubstr("class=\"rule\"")));
}

TEST(chart_of_time, parts_runs_and_leaves_a_gap_where_nothing_answered) {
    bench_result gap = a_run(100);
    gap.seconds.insert(gap.seconds.begin() + 1, bench_second{});
    const std::vector<bench_result> runs{a_run(100), gap};
    const std::string drawn = chart_of_time(runs, {});
    EXPECT_EQ(count(drawn, "class=\"rule\""), 1U);
    EXPECT_EQ(count(drawn, "class=\"a line\""), 4U);  // three pieces and the key
}

TEST(chart_of_time, of_a_long_run_has_few_points) {
    bench_result run = a_run(100);
    run.seconds.assign(86'400, {.answers = 1, .failures = 0, .p50 = 1ms, .p99 = 2ms, .most = 2ms});
    const std::vector<bench_result> runs{run};
    const std::string drawn = chart_of_time(runs, {});
    EXPECT_EQ(count(drawn, "<rect"), 600U);
    EXPECT_THAT(drawn, HasSubstr("A point is 144 seconds"));
}

TEST(chart_of_time, of_less_than_a_second_is_none) {
    bench_result run = a_run(100);
    run.seconds.clear();
    EXPECT_THAT(chart_of_time(std::vector<bench_result>{run}, {}), IsEmpty());
}

TEST(chart_of_percentiles, ends_at_the_most) {
    bench_result run;
    run.seen.latency.record(2 * ms, 500);
    run.seen.latency.record(1000 * ms, 500);
    const std::string drawn = chart_of_percentiles(run, nullptr);
    EXPECT_THAT(drawn, HasSubstr("1000.0,0.0 \"/>"));
    EXPECT_THAT(drawn, HasSubstr("p99.9"));
    EXPECT_THAT(chart_of_percentiles(bench_result(), nullptr), IsEmpty());
}

TEST(chart_of_percentiles, of_an_open_load_has_what_is_raw_too) {
    bench_result run = a_run(100);
    run.open = true;
    run.seen.service.record(ms, 200);
    EXPECT_THAT(chart_of_percentiles(run, nullptr), HasSubstr("class=\"a line dash\" points="));
}

TEST(chart_of_latencies, has_bars_for_what_was_seen) {
    bench_result run;
    run.seen.latency.record(ms, 75);
    run.seen.latency.record(9 * ms, 25);
    const std::string drawn = chart_of_latencies(run, nullptr);
    EXPECT_EQ(count(drawn, "<rect"), 2U);
    EXPECT_THAT(drawn, AllOf(HasSubstr(": 75 %</title>"), HasSubstr(": 25 %</title>")));
    EXPECT_THAT(chart_of_latencies(bench_result(), nullptr), IsEmpty());
}

TEST(bench_html, of_a_run_without_answers_is_a_page_too) {
    html_report report = a_report();
    report.runs.assign(1, bench_result());
    report.runs[0].seen.count_error(load_error::closed, "closed");
    EXPECT_THAT(to_html(report), AllOf(HasSubstr("error: closed"), HasSubstr("<dd>–</dd>")));
}

}  // namespace
