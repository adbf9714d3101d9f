// SPDX-License-Identifier: MIT
#include "cmd/serve/fault_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::duration;
using grove::cmd::byte_rate;
using grove::cmd::byte_size;
using grove::cmd::fault_end;
using grove::cmd::fault_plan;
using grove::cmd::fault_rule;
using grove::cmd::fault_rules;
using grove::cmd::matches_pattern;
using grove::cmd::percentage;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

fault_rule rule(std::string_view text) {
    fault_rule made;
    const auto wrong = parse_value(text, made);
    EXPECT_FALSE(wrong.has_value()) << text << ": " << wrong->what;
    return made;
}

/// Offset, what is wrong, and the hint.
std::string complaint(std::string_view text) {
    fault_rule made;
    const auto wrong = parse_value(text, made);
    if (!wrong) return "none";
    EXPECT_EQ(made, fault_rule());
    return std::to_string(wrong->offset) + ": " + wrong->what + " / " + wrong->hint;
}

fault_rules rules(const std::vector<std::string>& texts, std::uint64_t seed = 1) {
    std::vector<fault_rule> all;
    for (const std::string& text : texts) all.push_back(rule(text));
    return {all, seed};
}

std::vector<fault_plan> decisions(fault_rules& of, int count) {
    std::vector<fault_plan> all;
    for (int i = 0; i < count; ++i) all.push_back(of.decide("GET", "/"));
    return all;
}

TEST(fault_words, are_read_in_any_order) {
    const fault_rule all = rule(
        "path=/api/* method=get,POST first=2 chance=10% status=503 delay=50ms..250ms rate=64k/s "
        "truncate=1k reset slow-headers");
    const fault_rule wanted{.path = "/api/*",
                            .methods = {"GET", "POST"},
                            .first = 2,
                            .chance = {10},
                            .status = 503,
                            .delay = 50ms,
                            .delay_most = 250ms,
                            .rate = byte_rate{65536},
                            .truncate = byte_size{1024},
                            .reset = true,
                            .stall = false,
                            .slow_headers = true};
    EXPECT_EQ(all, wanted);
    EXPECT_EQ(rule("  stall\tpath=/x "), rule("path=/x stall"));
    EXPECT_EQ(rule("delay=1s").delay_most, 1s);
    EXPECT_EQ(rule("reset").chance, percentage{100});
}

TEST(fault_words, that_are_unknown_get_the_nearest_one) {
    EXPECT_EQ(complaint("path=/a stauts=503"), "8: there is no word \"stauts\" / try status");
    EXPECT_EQ(complaint("rset"), "0: there is no word \"rset\" / try reset");
    EXPECT_THAT(complaint("xyzzy"), HasSubstr("there are path method first chance status delay"));
    EXPECT_THAT(complaint("=503"), HasSubstr("0: there is no word \"\""));
}

TEST(fault_words, that_cannot_be_read_are_told_where) {
    EXPECT_THAT(complaint("reset status="),
                HasSubstr("13: status has no value / as in status=503"));
    EXPECT_THAT(complaint("delay"), HasSubstr("5: delay has no value / as in delay=50ms..250ms"));
    EXPECT_THAT(complaint("reset=1"), HasSubstr("5: reset takes no value"));
    EXPECT_THAT(complaint("reset reset"), HasSubstr("6: reset is there twice"));
    EXPECT_THAT(complaint("status=503 status=500"), HasSubstr("11: status is there twice"));
    EXPECT_THAT(complaint("path=api reset"), HasSubstr("5: is no path"));
    EXPECT_THAT(complaint("method=GET,,PUT reset"), HasSubstr("11: is no method"));
    EXPECT_THAT(complaint("method=G{T reset"), HasSubstr("7: is no method"));
    EXPECT_THAT(complaint("first=0 reset"), HasSubstr("6: is no request at all"));
    EXPECT_THAT(complaint("first=x reset"), HasSubstr("6: "));
    EXPECT_THAT(complaint("chance=101% reset"), HasSubstr("7: must be at most 100%"));
    EXPECT_THAT(complaint("chance=10 reset"), HasSubstr("9: "));
    EXPECT_THAT(complaint("status=99"), HasSubstr("7: is no status of an answer"));
    EXPECT_THAT(complaint("status=100"), HasSubstr("7: is no status of an answer"));
    EXPECT_THAT(complaint("status=600"), HasSubstr("7: must be at most 599"));
    EXPECT_THAT(complaint("delay=5"), HasSubstr("7: "));
    EXPECT_THAT(complaint("delay=50ms..5x"), HasSubstr("13: "));
    EXPECT_THAT(complaint("delay=50ms..5ms"), HasSubstr("12: is less than what it begins with"));
    EXPECT_THAT(complaint("rate=0/s"), HasSubstr("5: "));
    EXPECT_THAT(complaint("truncate=1q"), HasSubstr("10: "));
}

TEST(fault_words, that_do_nothing_together_are_refused) {
    EXPECT_THAT(complaint(""), HasSubstr("0: does nothing / say status="));
    EXPECT_THAT(complaint("path=/ first=2"), HasSubstr("14: does nothing"));
    EXPECT_THAT(complaint("reset stall"), HasSubstr("exclude each other"));
    EXPECT_THAT(complaint("reset status=503"), HasSubstr("nothing is answered before a reset"));
    EXPECT_THAT(complaint("stall slow-headers"), HasSubstr("nothing is answered before a stall"));
    EXPECT_EQ(complaint("reset delay=1s"), "none");
    EXPECT_EQ(complaint("reset status=503 truncate=5"), "none");
}

TEST(fault_patterns, stars_are_anything) {
    EXPECT_TRUE(matches_pattern("/a", "/a"));
    EXPECT_TRUE(matches_pattern("/api/*", "/api/"));
    EXPECT_TRUE(matches_pattern("/api/*", "/api/users/7"));
    EXPECT_TRUE(matches_pattern("*.js", "/app/x.min.js"));
    EXPECT_TRUE(matches_pattern("/*/x/*", "/a/b/x/c"));
    EXPECT_TRUE(matches_pattern("*", ""));
    EXPECT_TRUE(matches_pattern("/a**", "/a"));
    EXPECT_FALSE(matches_pattern("/a", "/ab"));
    EXPECT_FALSE(matches_pattern("/a", "/A"));
    EXPECT_FALSE(matches_pattern("/api/*", "/api"));
    EXPECT_FALSE(matches_pattern("*.js", "/x.jsx"));
    EXPECT_FALSE(matches_pattern("", "/"));
}

TEST(fault_patterns, many_stars_do_not_take_for_ever) {
    std::string pattern;
    for (int i = 0; i < 1000; ++i) pattern += "*a";
    EXPECT_FALSE(matches_pattern(pattern + "b", std::string(8000, 'a')));
}

TEST(fault_rules, meet_only_what_fits) {
    fault_rules some = rules({"path=/api/* method=POST,PUT status=503"});
    EXPECT_EQ(some.decide("POST", "/api/x").status, 503U);
    EXPECT_EQ(some.decide("PUT", "/api/x").status, 503U);
    EXPECT_EQ(some.decide("GET", "/api/x"), fault_plan());
    EXPECT_EQ(some.decide("post", "/api/x"), fault_plan());
    EXPECT_EQ(some.decide("POST", "/other"), fault_plan());
    EXPECT_TRUE(rules({}).empty());
    EXPECT_EQ(rules({}).decide("GET", "/"), fault_plan());
}

TEST(fault_rules, the_first_ones_that_fit_and_no_others) {
    fault_rules some = rules({"path=/a status=503 first=2"});
    EXPECT_EQ(some.decide("GET", "/b").status, std::nullopt);
    EXPECT_EQ(some.decide("GET", "/a").status, 503U);
    EXPECT_EQ(some.decide("GET", "/a").status, 503U);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(some.decide("GET", "/a").status, std::nullopt);
}

TEST(fault_rules, each_word_has_its_effect) {
    const fault_plan all =
        rules({"status=500 delay=5ms rate=1k/s truncate=9 slow-headers"}).decide("GET", "/");
    EXPECT_EQ(all, (fault_plan{.status = 500,
                               .delay = 5ms,
                               .rate = byte_rate{1024},
                               .end = fault_end::close,
                               .end_after = 9,
                               .slow_headers = true}));
    EXPECT_EQ(rules({"reset"}).decide("GET", "/"), fault_plan{.end = fault_end::reset});
    EXPECT_EQ(rules({"stall truncate=0"}).decide("GET", "/"),
              (fault_plan{.end = fault_end::stall, .end_after = 0}));
}

TEST(fault_rules, all_that_meet_a_request_apply_and_the_earlier_one_counts) {
    fault_rules some = rules(
        {"status=500 delay=1s", "status=503 delay=2s rate=5k/s", "stall", "reset truncate=5"});
    EXPECT_EQ(
        some.decide("GET", "/"),
        (fault_plan{.status = 500, .delay = 1s, .rate = byte_rate{5120}, .end = fault_end::stall}));
}

/// Four standard deviations: of 20 seeds' counts all lie within, but for one test in 800.
TEST(fault_rules, chances_are_what_they_are_called) {
    constexpr int requests = 20'000;
    for (const double percent : {0.5, 10.0, 50.0, 97.0}) {
        const double share = percent / 100;
        const double sigma = std::sqrt(requests * share * (1 - share));
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            fault_rules some({fault_rule{.chance = {percent}, .reset = true}}, seed);
            int met = 0;
            for (int i = 0; i < requests; ++i)
                met += some.decide("GET", "/").end == fault_end::reset ? 1 : 0;
            EXPECT_NEAR(met, requests * share, 4 * sigma) << percent << "% seed " << seed;
        }
    }
}

TEST(fault_rules, no_chance_and_every_chance_are_certain) {
    fault_rules some = rules({"chance=0% reset", "chance=100% status=500"});
    EXPECT_THAT(decisions(some, 1000), Each(fault_plan{.status = 500}));
}

TEST(fault_rules, one_request_tells_nothing_of_the_next) {
    fault_rules some = rules({"chance=50% reset"}, 7);
    int pairs[2][2] = {};
    bool before = false;
    for (const fault_plan& plan : decisions(some, 40'000)) {
        const bool now = plan.end == fault_end::reset;
        ++pairs[before ? 1 : 0][now ? 1 : 0];
        before = now;
    }
    for (const auto& row : pairs)
        for (const int count : row) EXPECT_NEAR(count, 10'000, 4 * std::sqrt(40'000 * 0.1875));
}

TEST(fault_rules, delays_fill_their_range_evenly) {
    fault_rules some = rules({"delay=50ms..250ms"});
    std::vector<int> tenths(10);
    for (const fault_plan& plan : decisions(some, 10'000)) {
        EXPECT_THAT(plan.delay, AllOf(Ge(duration(50ms)), Le(duration(250ms))));
        ++tenths[static_cast<std::size_t>(
            std::min<std::int64_t>(9, (plan.delay - 50ms).count() / duration(20ms).count()))];
    }
    EXPECT_THAT(tenths, Each(AllOf(Ge(880), Le(1120))));  // 4 sigma are 120
}

TEST(fault_rules, one_seed_gives_one_sequence_and_another_another) {
    const std::vector<std::string> texts{"chance=50% delay=1ms..1s", "chance=50% reset"};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        fault_rules one = rules(texts, seed);
        fault_rules same = rules(texts, seed);
        fault_rules other = rules(texts, seed + 1);
        const std::vector<fault_plan> sequence = decisions(one, 100);
        EXPECT_EQ(sequence, decisions(same, 100));
        EXPECT_NE(sequence, decisions(other, 100));
    }
}

TEST(fault_rules, a_rule_does_not_depend_on_the_others_nor_on_what_it_does_not_fit) {
    fault_rules alone = rules({"path=/x chance=50% status=500"}, 5);
    fault_rules beside = rules({"path=/x chance=50% status=500", "chance=50% delay=1s"}, 5);
    for (int i = 0; i < 100; ++i) {
        static_cast<void>(beside.decide("GET", "/other"));
        EXPECT_EQ(alone.decide("GET", "/x").status, beside.decide("GET", "/x").status) << i;
    }
}

TEST(fault_rules, two_rules_with_one_chance_meet_different_requests) {
    fault_rules some = rules({"chance=50% status=500", "chance=50% reset"}, 5);
    int both = 0;
    for (const fault_plan& plan : decisions(some, 10'000))
        both += plan.status && plan.end == fault_end::reset ? 1 : 0;
    EXPECT_NEAR(both, 2500, 4 * std::sqrt(10'000 * 0.1875));
}

TEST(fault_rules, threads_count_together) {
    fault_rules some = rules({"first=1000 reset"});
    std::atomic<int> met{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (const fault_plan& plan : decisions(some, 1000))
                met += plan.end == fault_end::reset ? 1 : 0;
        });
    for (std::thread& one : threads) one.join();
    EXPECT_EQ(met, 1000);
}

}  // namespace
