// SPDX-License-Identifier: MIT
#include "cmd/fetch/http_date.hpp"

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr sys_seconds now = sys_days(2024y / May / 1) + 12h;
constexpr sys_seconds standard_example = sys_days(1994y / November / 6) + 8h + 49min + 37s;

std::optional<sys_seconds> date(std::string_view text) {
    return parse_http_date(text, now);
}

std::optional<duration> retry(std::string_view text) {
    return parse_retry_after(text, now, 1h);
}

TEST(fetch_http_date, all_three_forms_are_read) {
    EXPECT_EQ(date("Sun, 06 Nov 1994 08:49:37 GMT"), standard_example);
    EXPECT_EQ(date("Sunday, 06-Nov-94 08:49:37 GMT"), standard_example);
    EXPECT_EQ(date("Sun Nov  6 08:49:37 1994"), standard_example);
    EXPECT_EQ(date("Wed Nov 16 08:49:37 1994"), standard_example + days(10));
}

TEST(fetch_http_date, a_two_digit_year_is_at_most_fifty_years_ahead) {
    EXPECT_EQ(date("Sunday, 06-Nov-74 00:00:00 GMT"), sys_days(2074y / November / 6));
    EXPECT_EQ(date("Sunday, 06-Nov-75 00:00:00 GMT"), sys_days(1975y / November / 6));
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-04 00:00:00 GMT", sys_days(1995y / May / 1)),
              sys_days(2004y / November / 6));
}

TEST(fetch_http_date, a_leap_second_is_the_last_of_its_minute) {
    EXPECT_EQ(date("Sat, 31 Dec 2016 23:59:60 GMT"),
              sys_days(2016y / December / 31) + 23h + 59min + 59s);
}

TEST(fetch_http_date, days_that_do_not_exist_are_refused) {
    EXPECT_FALSE(date("Thu, 30 Feb 2023 00:00:00 GMT"));
    EXPECT_FALSE(date("Wed, 29 Feb 2023 00:00:00 GMT"));
    EXPECT_TRUE(date("Thu, 29 Feb 2024 00:00:00 GMT"));
    EXPECT_FALSE(date("Thu, 00 Jan 2024 00:00:00 GMT"));
}

TEST(fetch_http_date, other_texts_are_refused) {
    for (const auto* text :
         {"", " ", "Sun", "Sun,", "Sun, 06 Nov 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Xyz, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "1994-11-06T08:49:37Z",
          "Sun Nov 6 08:49:37 1994", "Sunday, 06-Nov-1994 08:49:37 GMT", "-5"}) {
        EXPECT_FALSE(date(text)) << text;
    }
}

TEST(fetch_http_date, retry_after_in_seconds) {
    EXPECT_EQ(retry("0"), 0s);
    EXPECT_EQ(retry("120"), 2min);
}

TEST(fetch_http_date, retry_after_as_a_date_counts_from_now) {
    EXPECT_EQ(retry("Wed, 01 May 2024 12:00:30 GMT"), 30s);
    EXPECT_EQ(retry("Wed May  1 12:01:00 2024"), 1min);
}

TEST(fetch_http_date, retry_after_in_the_past_is_at_once) {
    EXPECT_EQ(retry("Wed, 01 May 2024 11:00:00 GMT"), 0s);
}

TEST(fetch_http_date, retry_after_is_capped) {
    EXPECT_EQ(retry("3601"), 1h);
    EXPECT_EQ(retry("99999999999999999999999999"), 1h);
    EXPECT_EQ(retry("Fri, 31 Dec 9999 23:59:59 GMT"), 1h);
    EXPECT_EQ(parse_retry_after("1", now, 500ms), 500ms);
}

TEST(fetch_http_date, retry_after_of_another_kind_is_none) {
    for (const auto* text : {"", "-1", "1.5", "soon", " 5", "5 ", "0x10"}) {
        EXPECT_FALSE(retry(text)) << text;
    }
}

}  // namespace
}  // namespace grove::cmd
