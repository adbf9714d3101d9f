// SPDX-License-Identifier: MIT
#include "cmd/common/failure_limit.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace grove::cmd {
namespace {

failure_limit limit(std::string_view text) {
    failure_limit parsed;
    EXPECT_FALSE(parse_value(text, parsed)) << text;
    return parsed;
}

TEST(failure_limit_option, none_is_never_reached) {
    EXPECT_FALSE(failure_limit().reached(1000, 1000, 1000));
    EXPECT_EQ(format_value(failure_limit()), "");
}

TEST(failure_limit_option, a_count_is_reached_by_that_many) {
    EXPECT_FALSE(limit("3").reached(2, 100, std::nullopt));
    EXPECT_TRUE(limit("3").reached(3, 100, std::nullopt));
    EXPECT_TRUE(limit("1").reached(1, 1, std::nullopt));
}

TEST(failure_limit_option, fail_fast_is_a_count_of_one) {
    EXPECT_FALSE(failure_limit::one().reached(0, 5, std::nullopt));
    EXPECT_TRUE(failure_limit::one().reached(1, 5, std::nullopt));
}

TEST(failure_limit_option, a_share_of_a_known_total_is_passed_by_more) {
    EXPECT_FALSE(limit("5%").reached(5, 5, 100));
    EXPECT_TRUE(limit("5%").reached(6, 6, 100));
    EXPECT_TRUE(limit("0%").reached(1, 1, 100));
}

TEST(failure_limit_option, a_share_of_an_unknown_total_waits_for_a_hundred) {
    EXPECT_FALSE(limit("5%").reached(99, 99, std::nullopt));
    EXPECT_TRUE(limit("5%").reached(6, 100, std::nullopt));
    EXPECT_FALSE(limit("5%").reached(5, 100, std::nullopt));
}

TEST(failure_limit_option, other_texts_are_refused) {
    failure_limit parsed;
    for (const auto* text : {"", "0", "-1", "x", "3 ", "101%", "-1%", "%"}) {
        EXPECT_TRUE(parse_value(text, parsed)) << text;
    }
}

TEST(failure_limit_option, prints_what_it_reads) {
    EXPECT_EQ(format_value(limit("3")), "3");
    EXPECT_EQ(format_value(limit("0.5%")), "0.5%");
}

}  // namespace
}  // namespace grove::cmd
