// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_result.hpp"

#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/report/bench_report.hpp"
#include "cmd/bench/report/bench_view.hpp"

#include <grove/dns.hpp>
#include <grove/http_connection.hpp>
#include <grove/tls.hpp>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using grove::cmd::bench_result;
using grove::cmd::bench_source;
using grove::cmd::fact_value;
using grove::cmd::kind_of_error;
using grove::cmd::load_error;
using grove::cmd::tally;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t ms = 1'000'000;

/// A thousand answers in ten seconds, of 1 to 1000 ms, one of them a 503, and a reset.
bench_result a_result() {
    bench_result r;
    r.target = ":80/";
    r.connections = 10;
    r.length = 10s;
    r.run = 10s;
    r.cpu = 1s;
    for (std::uint64_t i = 1; i <= 1000; ++i) r.seen.latency.record(i * ms);
    r.seen.answers = r.seen.in_time = 1000;
    r.seen.bytes_in = 100'000;
    r.seen.statuses[200] = 999;
    r.seen.statuses[503] = 1;
    r.seen.bad_statuses = 1;
    r.seen.count_error(load_error::reset, "read: Connection reset by peer");
    return r;
}

double number(const bench_result& of, std::string_view name) {
    const fact_value value = bench_source(of).value(name, "");
    EXPECT_TRUE(std::holds_alternative<double>(value)) << name;
    return std::holds_alternative<double>(value) ? std::get<double>(value) : -1;
}

TEST(bench_facts, are_the_figures_of_the_result) {
    const bench_result r = a_result();
    EXPECT_EQ(number(r, "requests"), 1001);
    EXPECT_EQ(number(r, "answers"), 1000);
    EXPECT_EQ(number(r, "failures"), 1);
    EXPECT_EQ(number(r, "rate"), 100);
    EXPECT_EQ(number(r, "throughput"), 10'000);
    EXPECT_DOUBLE_EQ(number(r, "errors"), 2.0 / 1001);
    EXPECT_NEAR(number(r, "p50"), 0.5, 0.001);
    EXPECT_NEAR(number(r, "p99"), 0.99, 0.001);
    EXPECT_NEAR(number(r, "p999"), 0.999, 0.001);
    EXPECT_NEAR(number(r, "raw.p90"), 0.9, 0.001);
    EXPECT_EQ(number(r, "min"), 0.001);
    EXPECT_EQ(number(r, "max"), 1);
}

TEST(bench_facts, that_were_not_measured_are_absent) {
    const bench_result r;
    for (const char* name : {"p99", "max", "raw.p99", "tls.p99", "connect.p99"})
        EXPECT_TRUE(std::holds_alternative<std::monostate>(bench_source(r).value(name, "")))
            << name;
    EXPECT_EQ(number(r, "errors"), 0);
}

TEST(bench_facts, all_have_a_value_where_all_was_measured) {
    bench_result r = a_result();
    r.open = true;
    for (grove::histogram* h : {&r.seen.service, &r.seen.first_byte, &r.seen.connect, &r.seen.tls})
        h->record(ms);
    for (const grove::cmd::fact& f : grove::cmd::bench_facts()) {
        if (f.type != grove::cmd::fact_type::baseline) (void)number(r, f.name);
    }
    EXPECT_DOUBLE_EQ(number(r, "raw.p99"), 0.001);
}

TEST(bench_facts, have_a_baseline_where_there_is_one) {
    const bench_result r = a_result();
    const grove::cmd::bench_source alone(r);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(alone.value("baseline", "requests")));
    const grove::cmd::bench_source compared(r, &r);
    EXPECT_EQ(compared.value("baseline", "requests"), alone.value("requests", ""));
}

TEST(load_errors, are_told_apart) {
    using std::errc;
    EXPECT_EQ(kind_of_error(make_error_code(errc::connection_refused)), load_error::refused);
    EXPECT_EQ(kind_of_error(make_error_code(errc::connection_reset)), load_error::reset);
    EXPECT_EQ(kind_of_error(make_error_code(errc::broken_pipe)), load_error::reset);
    EXPECT_EQ(kind_of_error(make_error_code(errc::timed_out)), load_error::timed_out);
    EXPECT_EQ(kind_of_error(make_error_code(errc::no_buffer_space)), load_error::other);
    EXPECT_EQ(kind_of_error(grove::dns::errc::not_found), load_error::name);
    EXPECT_EQ(kind_of_error(grove::tls_errc::untrusted), load_error::tls);
    EXPECT_EQ(kind_of_error(grove::http_errc::closed), load_error::closed);
    EXPECT_EQ(kind_of_error(grove::http_errc::truncated), load_error::truncated);
    EXPECT_EQ(kind_of_error(grove::http_errc::malformed), load_error::malformed);
}

TEST(tallies, add_up) {
    tally sum = a_result().seen;
    tally other;
    other.count_error(load_error::reset, "another");
    other.count_error(load_error::tls, "no");
    other.answers = 5;
    sum.add(other);
    EXPECT_EQ(sum.answers, 1005U);
    EXPECT_EQ(sum.failures(), 3U);
    EXPECT_EQ(sum.examples.at(load_error::reset), "read: Connection reset by peer");
    EXPECT_EQ(sum.examples.at(load_error::tls), "no");
    sum.clear();
    EXPECT_EQ(sum.requests() + sum.latency.count() + sum.examples.size(), 0U);
}

TEST(doubts, are_none_where_the_generator_kept_up) {
    EXPECT_THAT(a_result().doubts(), IsEmpty());
}

TEST(doubts, are_told_where_the_figures_say_more_of_this_machine) {
    bench_result r = a_result();
    r.cpu = 9500ms;
    EXPECT_THAT(r.doubts(), ElementsAre(HasSubstr("95 % of its core")));
    r.threads = 2;
    EXPECT_THAT(r.doubts(), IsEmpty());
    r.threads = 1;
    r.run = 100ms;  // mostly beginning
    r.cpu = 95ms;
    EXPECT_THAT(r.doubts(), IsEmpty());
    r.open = true;
    r.seen.lateness.record(2 * ms, 100);
    r.seen.waited = 3;
    r.unsent = 4;
    EXPECT_THAT(r.doubts(), ElementsAre(HasSubstr("2.00 ms or more after their time"),
                                        HasSubstr("3 requests were sent late"),
                                        HasSubstr("4 requests were due")));
}

TEST(table, shows_rate_percentiles_statuses_and_errors) {
    const std::string text = to_table(a_result());
    EXPECT_THAT(text, AllOf(HasSubstr("1 000 answers, 100/s, 10.0 kB/s"),
                            HasSubstr("status 200: 999, 503: 1"),
                            HasSubstr("error reset: 1 (read: Connection reset by peer)"),
                            HasSubstr("500 ms"), HasSubstr("990 ms"), HasSubstr("####")));
    EXPECT_THAT(text, Not(HasSubstr("corrected")));
}

TEST(table, shows_both_latencies_of_an_open_load) {
    bench_result r = a_result();
    r.open = true;
    r.planned_rate = 120;
    r.seen.service.record(ms);
    EXPECT_THAT(to_table(r), AllOf(HasSubstr("corrected"), HasSubstr("raw"),
                                   HasSubstr("100/s of 120/s planned")));
}

TEST(table, of_nothing_has_no_latency) {
    EXPECT_THAT(to_table(bench_result()), Not(HasSubstr("latency")));
}

TEST(json, has_all_of_it_in_base_units) {
    const auto line = boost::json::parse(to_json(a_result())).as_object();
    EXPECT_EQ(line.at("answers").to_number<int>(), 1000);
    EXPECT_EQ(line.at("errors").at("reset").to_number<int>(), 1);
    EXPECT_EQ(line.at("statuses").at("503").to_number<int>(), 1);
    EXPECT_NEAR(line.at("latency").at("p999").as_double(), 0.999, 0.001);
    EXPECT_TRUE(line.at("tls").is_null());
    EXPECT_TRUE(line.at("planned_rate").is_null());
    EXPECT_TRUE(line.at("notes").as_array().empty());
}

TEST(status_line, says_how_the_last_second_was) {
    EXPECT_EQ(grove::cmd::status_line(
                  12s, 60s, {.answers = 2050, .failures = 1, .p50 = 310us, .p99 = 2ms, .most = 1s}),
              "12s of 1m00s  2 050/s  p50 310 us  p99 2.00 ms  max 1.00 s  errors 1");
    EXPECT_EQ(grove::cmd::status_line(3s, {}, {}), "3.0s  0/s  errors 0");
}

}  // namespace
