// SPDX-License-Identifier: MIT
#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/watch/watch_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const deadline now = deadline::at(1h);

std::vector<watched_target> two_targets() {
    std::vector<watched_target> all(2);
    all[0].name = "http://localhost:8080/health";
    all[0].state = watch_state::up;
    all[0].since = deadline::at(1h - 185s);
    all[0].streak = 185;
    all[0].attempts = 200;
    all[0].failures = 1;
    all[0].cert_days = 89.7;
    all[0].recent.add_bad();
    all[0].recent.add_good(1ms);
    all[0].recent.add_good(8ms);
    all[1].name = "db:5432";
    all[1].state = watch_state::down;
    all[1].since = now;
    return all;
}

TEST(poll_watch_table, fits_80_columns) {
    const auto lines = watch_table(two_targets(), now, {79, 20}, table_color::none);
    ASSERT_EQ(lines.size(), 3U);
    for (const std::string& line : lines) EXPECT_LE(display_width(line), 79U) << line;
    EXPECT_THAT(lines[0], StartsWith("TARGET"));
    EXPECT_THAT(lines[0],
                HasSubstr("STATE  SINCE  STREAK      P50      P95      P99   LOSS  CERT"));
    EXPECT_THAT(lines[1],
                HasSubstr("up     3m05s     185  1.00 ms  8.00 ms  8.00 ms   0.5%   90d"));
    EXPECT_THAT(lines[2], HasSubstr("down"));
    EXPECT_THAT(lines[2], HasSubstr("-        -        -     0%     -"));
}

TEST(poll_watch_table, is_cut_where_it_is_narrow) {
    for (const std::string& line : watch_table(two_targets(), now, {40, 20}, table_color::ansi))
        EXPECT_LE(line.size(), 40U) << line;
}

TEST(poll_watch_table, has_a_sparkline_where_there_is_room) {
    const auto lines = watch_table(two_targets(), now, {199, 20}, table_color::none);
    EXPECT_THAT(lines[1], StartsWith("http://localhost:8080/health  up"));
    EXPECT_THAT(lines[1], EndsWith("  !▁█"));
    for (const std::string& line : lines) EXPECT_LE(display_width(line), 199U) << line;
}

TEST(poll_watch_table, names_those_that_are_down_first_where_not_all_fit) {
    std::vector<watched_target> all(10);
    for (watched_target& one : all) one.state = watch_state::up;
    all[7].name = "seven";
    all[7].state = watch_state::down;
    const auto lines = watch_table(all, now, {80, 4}, table_color::none);
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_THAT(lines[1], StartsWith("seven "));
    EXPECT_EQ(lines[4], "and 7 more; 1 of 10 are down");
}

TEST(poll_watch_table, is_coloured_only_when_asked_to) {
    const auto plain = watch_table(two_targets(), now, {80, 20}, table_color::none);
    const auto color = watch_table(two_targets(), now, {80, 20}, table_color::ansi);
    EXPECT_THAT(plain[1], Not(HasSubstr("\x1b")));
    EXPECT_THAT(color[1], HasSubstr("\x1b[32mup   \x1b[0m"));
    EXPECT_THAT(color[2], HasSubstr("\x1b[31mdown \x1b[0m"));
}

TEST(poll_recent_attempts, tell_the_nearest_rank_of_the_good_ones) {
    recent_attempts seen;
    EXPECT_FALSE(seen.percentile(50).has_value());
    seen.add_bad();
    EXPECT_FALSE(seen.percentile(50).has_value());
    for (int i = 1; i <= 100; ++i) seen.add_good(std::chrono::seconds(i));
    EXPECT_EQ(std::chrono::round<std::chrono::milliseconds>(*seen.percentile(50)), 50s);
    EXPECT_EQ(std::chrono::round<std::chrono::milliseconds>(*seen.percentile(99)), 99s);
    EXPECT_EQ(std::chrono::round<std::chrono::milliseconds>(*seen.percentile(100)), 100s);
}

TEST(poll_recent_attempts, forget_all_but_the_latest) {
    recent_attempts seen;
    for (int i = 0; i < 300; ++i) seen.add_good(1h);
    for (std::size_t i = 0; i < recent_attempts::most; ++i) seen.add_good(1s);
    EXPECT_EQ(seen.percentile(100), duration(1s));
    seen.add_bad();
    const auto latest = seen.latest(2);
    ASSERT_EQ(latest.size(), 2U);
    EXPECT_EQ(latest[0], 1.0);
    EXPECT_FALSE(latest[1].has_value());
    EXPECT_EQ(seen.latest(1000).size(), recent_attempts::most);
}

}  // namespace
}  // namespace grove::cmd
