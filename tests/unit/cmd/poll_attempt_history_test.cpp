// SPDX-License-Identifier: MIT
#include "cmd/poll/attempt_history.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

TEST(poll_attempt_history, counts_what_stays_the_same) {
    attempt_history seen;
    seen.add(0s, "connection refused");
    seen.add(2ms, "connection refused");
    seen.add(5ms, "status 503");
    seen.add(9ms, "connection refused");
    ASSERT_EQ(seen.spells().size(), 3U);
    EXPECT_EQ(seen.spells()[0].attempts, 2U);
    EXPECT_EQ(seen.spells()[1].since, 5ms);
    EXPECT_EQ(seen.spells()[1].what, "status 503");
    EXPECT_EQ(seen.spells()[2].attempts, 1U);
    EXPECT_EQ(seen.attempts(), 4U);
}

TEST(poll_attempt_history, keeps_the_first_and_the_last_of_very_many) {
    attempt_history seen;
    for (int i = 0; i < 100; ++i) seen.add(i * 1ms, std::to_string(i));
    ASSERT_EQ(seen.spells().size(), attempt_history::first_kept + attempt_history::last_kept);
    EXPECT_EQ(seen.spells()[0].what, "0");
    EXPECT_EQ(seen.spells()[attempt_history::first_kept - 1].what, "3");
    EXPECT_EQ(seen.spells()[attempt_history::first_kept].what, "92");
    EXPECT_EQ(seen.spells().back().what, "99");
    EXPECT_EQ(seen.left_out(), 88U);
    EXPECT_EQ(seen.attempts(), 100U);
}

}  // namespace
}  // namespace grove::cmd
