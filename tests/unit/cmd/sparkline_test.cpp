// SPDX-License-Identifier: MIT
#include "cmd/common/sparkline.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace {

using grove::cmd::sparkline;

TEST(sparkline, is_a_column_a_value_against_the_most) {
    EXPECT_EQ(sparkline({}, 10), "");
    EXPECT_EQ(sparkline({0, 0}, 10), "▁▁");
    EXPECT_EQ(sparkline({0, 50, 100}, 10), "▁▄█");
    EXPECT_EQ(sparkline({1000, 50, 100}, 2), "▄█");
    EXPECT_EQ(sparkline({100, std::nullopt, 100}, 3), "█!█");
    EXPECT_EQ(sparkline({std::nullopt}, 3), "!");
    EXPECT_EQ(sparkline({0, 50, std::nullopt, 100}, 4, grove::cmd::charset::ascii), "_-!#");
}

}  // namespace
