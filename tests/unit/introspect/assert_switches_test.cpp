// SPDX-License-Identifier: MIT
#include <grove/assert_switches.hpp>
#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::introspect::assert_switches;
using grove::introspect::assert_switches_options;
using grove::introspect::did_not_switch;
using grove::introspect::switch_report;
using testing::HasSubstr;
using testing::StartsWith;

void compute(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

/// What the guard says of `code`; nothing where it is content.
template <class F>
std::optional<switch_report> report_on(assert_switches_options options, F code) {
    try {
        const assert_switches guard(std::move(options));
        code();
    } catch (const did_not_switch& error) {
        EXPECT_EQ(error.what(), error.report().text);
        return error.report();
    }
    return std::nullopt;
}

TEST(asserting_switches, throws_when_the_code_never_gave_way) {
    const auto report = report_on({}, [] {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->switches, 0U);
    EXPECT_EQ(report->greenlet, "main greenlet");
    EXPECT_THAT(report->at, StartsWith("assert_switches_test.cpp:"));
    EXPECT_THAT(report->text, HasSubstr(": main greenlet kept its turn to the end, for "));
}

TEST(asserting_switches, is_content_with_one_wait_or_yield) {
    EXPECT_FALSE(report_on({}, [] { grove::yield(); }));
    EXPECT_FALSE(report_on({}, [] { grove::sleep_for(1ms); }));
}

TEST(asserting_switches, counts_what_its_own_greenlet_does) {
    auto other = grove::spawn([] {
        for (;;) grove::yield();
    });
    auto guarded = grove::spawn({.name = "guarded"}, [] {
        const auto report = report_on({}, [] {});
        return report ? report->greenlet : std::string();
    });
    EXPECT_EQ(guarded.get(), "guarded");
}

TEST(asserting_switches, throws_when_a_turn_took_longer_than_it_may) {
    const auto report = report_on({.max_blocking_time = 5ms}, [] {
        grove::yield();
        compute(6ms);
        grove::yield();
    });
    ASSERT_TRUE(report);
    EXPECT_EQ(report->switches, 2U);
    EXPECT_GE(report->longest, 6ms);
    EXPECT_THAT(report->text, HasSubstr(", which may last 5ms"));
}

TEST(asserting_switches, looks_at_the_last_turn_too) {
    EXPECT_TRUE(report_on({.max_blocking_time = 5ms}, [] {
        grove::yield();
        compute(6ms);
    }));
}

TEST(asserting_switches, allows_short_code_not_to_switch) {
    EXPECT_FALSE(report_on({.max_blocking_time = 1h}, [] {}));
}

TEST(asserting_switches, does_not_count_what_others_do_meanwhile) {
    auto other = grove::spawn([] { compute(100ms); });
    const auto report = report_on({.max_blocking_time = 1ns}, [] { grove::yield(); });
    ASSERT_TRUE(report);
    EXPECT_LT(report->longest, 100ms);
}

TEST(asserting_switches, of_the_hub_counts_all_greenlets_together) {
    auto other = grove::spawn([] { compute(10ms); });
    const auto report = report_on({.max_blocking_time = 10ms, .hub_only = true}, [] {
        compute(1ms);
        grove::sleep_for(1ms);
    });
    ASSERT_TRUE(report);
    EXPECT_GE(report->longest, 11ms);
    EXPECT_THAT(report->text, HasSubstr(": the greenlets kept their hub for "));
}

TEST(asserting_switches, of_the_hub_wants_a_turn_of_the_hub) {
    auto other = grove::spawn([] { grove::yield(); });
    EXPECT_TRUE(report_on({.hub_only = true}, [] { grove::yield(); }));
    EXPECT_FALSE(report_on({.hub_only = true}, [] { grove::sleep_for(1ms); }));
}

TEST(asserting_switches, lets_an_exception_of_the_code_go_first) {
    EXPECT_THROW(report_on({}, [] { throw std::runtime_error("first"); }), std::runtime_error);
}

TEST(asserting_switches, tells_where_it_is_asked_to) {
    std::string told;
    EXPECT_FALSE(
        report_on({.tell = [&](const switch_report& report) { told = report.greenlet; }}, [] {}));
    EXPECT_EQ(told, "main greenlet");
}

TEST(asserting_switches, holds_in_one_another) {
    EXPECT_FALSE(report_on({}, [] {
        EXPECT_TRUE(report_on({}, [] {}));
        grove::yield();
    }));
}

}  // namespace
