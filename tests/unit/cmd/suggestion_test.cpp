// SPDX-License-Identifier: MIT
#include "cmd/common/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace grove::cmd {
namespace {

constexpr std::array<std::string_view, 5> names{"retries", "resume", "output", "rate",
                                                "limit-rate"};

TEST(suggestion, distance_counts_each_kind_of_slip_once) {
    EXPECT_EQ(edit_distance("rate", "rate"), 0);
    EXPECT_EQ(edit_distance("rate", "rates"), 1);
    EXPECT_EQ(edit_distance("rate", "rte"), 1);
    EXPECT_EQ(edit_distance("rate", "rare"), 1);
    EXPECT_EQ(edit_distance("rate", "raet"), 1) << "swapped neighbours are one slip";
    EXPECT_EQ(edit_distance("", "abc"), 3);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(suggestion, the_nearest_name_is_meant) {
    EXPECT_EQ(nearest("retires", names), "retries");
    EXPECT_EQ(nearest("ouput", names), "output");
}

TEST(suggestion, a_name_that_was_begun_is_meant) {
    EXPECT_EQ(nearest("retr", names), "retries");
    EXPECT_EQ(nearest("limit", names), "limit-rate");
}

TEST(suggestion, nothing_is_suggested_for_what_is_far_from_all) {
    EXPECT_EQ(nearest("frobnicate", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest(std::string(1000, 'r'), names), "");
}

}  // namespace
}  // namespace grove::cmd
