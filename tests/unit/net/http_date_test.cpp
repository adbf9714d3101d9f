// SPDX-License-Identifier: MIT
#include <grove/http_date.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr sys_seconds now = sys_days(2024y / May / 1) + 12h;
constexpr sys_seconds standard_example = sys_days(1994y / November / 6) + 8h + 49min + 37s;

using grove::format_http_date;
using grove::parse_http_date;

std::optional<sys_seconds> date(std::string_view text) {
    return parse_http_date(text, now);
}

TEST(http_date, all_three_forms_are_read) {
    EXPECT_EQ(date("Sun, 06 Nov 1994 08:49:37 GMT"), standard_example);
    EXPECT_EQ(date("Sunday, 06-Nov-94 08:49:37 GMT"), standard_example);
    EXPECT_EQ(date("Sun Nov  6 08:49:37 1994"), standard_example);
    EXPECT_EQ(date("Wed Nov 16 08:49:37 1994"), standard_example + days(10));
}

TEST(http_date, a_two_digit_year_is_at_most_fifty_years_ahead) {
    EXPECT_EQ(date("Sunday, 06-Nov-74 00:00:00 GMT"), sys_days(2074y / November / 6));
    EXPECT_EQ(date("Sunday, 06-Nov-75 00:00:00 GMT"), sys_days(1975y / November / 6));
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-04 00:00:00 GMT", sys_days(1995y / May / 1)),
              sys_days(2004y / November / 6));
}

TEST(http_date, a_leap_second_is_the_last_of_its_minute) {
    EXPECT_EQ(date("Sat, 31 Dec 2016 23:59:60 GMT"),
              sys_days(2016y / December / 31) + 23h + 59min + 59s);
}

TEST(http_date, days_that_do_not_exist_are_refused) {
    EXPECT_FALSE(date("Thu, 30 Feb 2023 00:00:00 GMT"));
    EXPECT_FALSE(date("Wed, 29 Feb 2023 00:00:00 GMT"));
    EXPECT_TRUE(date("Thu, 29 Feb 2024 00:00:00 GMT"));
    EXPECT_FALSE(date("Thu, 00 Jan 2024 00:00:00 GMT"));
}

TEST(http_date, other_texts_are_refused) {
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

std::string text(sys_seconds when) {
    const auto written = format_http_date(when);
    return {written.data(), written.size()};
}

TEST(http_date, is_written_in_the_preferred_form) {
    EXPECT_EQ(text(standard_example), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(text(sys_days(2024y / February / 29) + 23h + 59min + 59s),
              "Thu, 29 Feb 2024 23:59:59 GMT");
    EXPECT_EQ(text(sys_seconds()), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(http_date, what_is_written_is_read_back_for_each_day_of_four_years) {
    for (sys_days day = 2023y / January / 1; day < sys_days(2027y / January / 1); day += days(1)) {
        const sys_seconds when = day + 1h + 2min + 3s;
        EXPECT_EQ(date(text(when)), when) << text(when);
    }
}

TEST(http_date, beyond_four_digits_of_year_the_nearest_is_written) {
    EXPECT_EQ(text(sys_days(12000y / May / 1)), "Fri, 31 Dec 9999 23:59:59 GMT");
    EXPECT_EQ(text(sys_days(year(-1) / May / 1)), "Sat, 01 Jan 0000 00:00:00 GMT");
}

}  // namespace
