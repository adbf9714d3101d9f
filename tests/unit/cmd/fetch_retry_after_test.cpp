// SPDX-License-Identifier: MIT
#include "cmd/fetch/retry_after.hpp"

#include <gtest/gtest.h>

namespace grove::cmd {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr sys_seconds now = sys_days(2024y / May / 1) + 12h;

std::optional<duration> retry(std::string_view text) {
    return parse_retry_after(text, now, 1h);
}

TEST(fetch_retry_after, in_seconds) {
    EXPECT_EQ(retry("0"), 0s);
    EXPECT_EQ(retry("120"), 2min);
}

TEST(fetch_retry_after, as_a_date_counts_from_now) {
    EXPECT_EQ(retry("Wed, 01 May 2024 12:00:30 GMT"), 30s);
    EXPECT_EQ(retry("Wed May  1 12:01:00 2024"), 1min);
}

TEST(fetch_retry_after, in_the_past_is_at_once) {
    EXPECT_EQ(retry("Wed, 01 May 2024 11:00:00 GMT"), 0s);
}

TEST(fetch_retry_after, is_capped) {
    EXPECT_EQ(retry("3601"), 1h);
    EXPECT_EQ(retry("99999999999999999999999999"), 1h);
    EXPECT_EQ(retry("Fri, 31 Dec 9999 23:59:59 GMT"), 1h);
    EXPECT_EQ(parse_retry_after("1", now, 500ms), 500ms);
}

TEST(fetch_retry_after, of_another_kind_is_none) {
    for (const auto* text : {"", "-1", "1.5", "soon", " 5", "5 ", "0x10"}) {
        EXPECT_FALSE(retry(text)) << text;
    }
}

}  // namespace
}  // namespace grove::cmd
