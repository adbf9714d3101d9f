// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/report/bench_report.hpp"
#include "cmd/bench/report/saved_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::cmd::bench_options;
using grove::cmd::bench_result;
using grove::cmd::difference;
using grove::cmd::differences;
using grove::cmd::facts_of;
using grove::cmd::load_error;
using grove::cmd::machine;
using grove::cmd::plan_facts;
using grove::cmd::plan_of;
using grove::cmd::saved_bench;
using grove::cmd::saved_bench_of;
using grove::cmd::this_machine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Below 2048 a histogram tells every value.

bench_result a_run() {
    bench_result run;
    run.target = "http://\"quoted\"/";
    run.connections = 50;
    run.threads = 2;
    run.open = true;
    run.planned_rate = 100;
    run.began = grove::cmd::wall_time{1'795'669'443'250ms};
    run.length = run.run = 10s;
    run.cpu = 5s;
    run.unsent = 3;
    for (std::uint64_t i = 1; i <= 1000; ++i) run.seen.latency.record(i);
    run.seen.service.record(2, 999);
    run.seen.connect.record(1, 50);
    run.seen.answers = 1000;
    run.seen.in_time = 998;
    run.seen.bad_statuses = 2;
    run.seen.waited = 7;
    run.seen.bytes_in = 100'000;
    run.seen.bytes_out = 50'000;
    run.seen.statuses[200] = 998;
    run.seen.statuses[503] = 2;
    run.seen.count_error(load_error::reset, "read: Connection reset by peer");
    run.seconds = {{.answers = 99, .failures = 1, .p50 = 5ms, .p99 = 9ms, .most = 10ms},
                   {.answers = 100, .failures = 0, .p50 = 6ms, .p99 = 8ms, .most = 9ms}};
    return run;
}

saved_bench saved() {
    return {.on = this_machine(), .plan = {{"connections", "50"}}, .runs = {a_run(), a_run()}};
}

std::string refusal(const std::string& text) {
    try {
        static_cast<void>(saved_bench_of(text));
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return {};
}

TEST(saved_bench, holds_all_that_reports_show) {
    const saved_bench back = saved_bench_of(to_json(saved()));
    ASSERT_THAT(back.runs, SizeIs(2));
    EXPECT_EQ(back.on, this_machine());
    EXPECT_EQ(back.plan, (plan_facts{{"connections", "50"}}));
    // The text of an error is the one thing that is not kept.
    bench_result shown = a_run();
    shown.seen.examples.clear();
    EXPECT_EQ(to_json(back.runs[1]), to_json(shown));
    EXPECT_EQ(to_table(back.runs[1]), to_table(shown));
    EXPECT_LT(std::chrono::abs(back.runs[1].began - shown.began), 1us);
}

TEST(saved_bench, holds_each_second) {
    const bench_result run = saved_bench_of(to_json(saved())).runs[0];
    ASSERT_THAT(run.seconds, SizeIs(2));
    EXPECT_EQ(run.seconds[0].answers, 99U);
    EXPECT_EQ(run.seconds[0].failures, 1U);
    EXPECT_EQ(run.seconds[1].p50, 6ms);
    EXPECT_EQ(run.seconds[1].p99, 8ms);
    EXPECT_EQ(run.seconds[1].most, 9ms);
}

TEST(saved_bench, that_is_none_is_refused_in_words) {
    EXPECT_THAT(refusal("hello"), HasSubstr("not JSON"));
    EXPECT_THAT(refusal("[]"), HasSubstr("no JSON object"));
    EXPECT_THAT(refusal("{}"), HasSubstr("it has no \"format\""));
    EXPECT_THAT(refusal(R"({"format":2})"), HasSubstr("another version's"));
    EXPECT_THAT(refusal(R"({"format":1,"machine":{"cpu":1}})"), HasSubstr("\"cpu\" is no text"));
    EXPECT_THAT(refusal(R"({"format":1,"machine":3})"), HasSubstr("\"machine\" is no object"));
}

TEST(saved_bench, whose_numbers_are_wild_is_refused) {
    const std::string good = to_json(saved());
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string bad = good;
        bad.replace(bad.find(from), from.size(), to);
        return refusal(bad);
    };
    EXPECT_THAT(with("\"answers\":1000", "\"answers\":-1"), HasSubstr("\"answers\" is no number"));
    EXPECT_THAT(with("\"answers\":1000", "\"answers\":1e300"), HasSubstr("too large"));
    EXPECT_THAT(with("\"seconds\":10", "\"seconds\":1e12"), HasSubstr("too long"));
    EXPECT_THAT(with("[99,1,", "[1,"), HasSubstr("not five numbers"));
    EXPECT_THAT(with("HISTFAAA", "HISTFAAB"), HasSubstr("histogram \"latency\""));
    EXPECT_THAT(with("\"protocol\":\"http\"", "\"protocol\":\"gopher\""), HasSubstr("gopher"));
}

TEST(plan_facts, tell_loads_apart) {
    bench_options options;
    options.urls = {"http://127.0.0.1:1/"};
    const plan_facts plain = facts_of(plan_of(options));
    EXPECT_FALSE(difference(plain, plain).has_value());
    options.urls = {"http://127.0.0.1:2/other"};
    EXPECT_FALSE(difference(facts_of(plan_of(options)), plain).has_value());
    options.connections = 51;
    EXPECT_EQ(difference(facts_of(plan_of(options)), plain), "connections is 51 here and 50 there");
    options.connections = 50;
    options.rate = grove::cmd::event_rate{100};
    EXPECT_EQ(difference(facts_of(plan_of(options)), plain),
              "load is 10s:100/s here and closed there");
    options.rate.reset();
    options.requests = 7;
    EXPECT_THAT(difference(facts_of(plan_of(options)), plain).value_or(""), HasSubstr("length"));
    EXPECT_EQ(difference(plain, {}), "protocol is not told there");
}

TEST(machine, is_told_without_a_name_of_the_host) {
    const machine here = this_machine();
    EXPECT_FALSE(here.cpu.empty());
    EXPECT_GE(here.cores, 1U);
    EXPECT_EQ(here.grove, GROVE_VERSION);
    EXPECT_THAT(differences(here, here), IsEmpty());
}

TEST(machine, that_is_another_is_told_by_what_differs) {
    const machine then{.cpu = "A", .cores = 2, .kernel = "6.1", .governor = "", .grove = "1"};
    machine now = then;
    now.cores = 4;
    now.governor = "powersave";
    EXPECT_THAT(differences(then, now),
                ElementsAre("cores 4, not 2", "governor powersave, not unknown"));
}

}  // namespace
