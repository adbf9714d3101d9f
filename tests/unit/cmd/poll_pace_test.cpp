// SPDX-License-Identifier: MIT
#include "cmd/poll/pace.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using enum probe_distance;

TEST(poll_pace, on_this_machine_grows_from_2_to_10_ms) {
    EXPECT_EQ(pause_before(1, 0s, near, false, std::nullopt), 2ms);
    EXPECT_EQ(pause_before(2, 2ms, near, false, std::nullopt), 3ms);
    EXPECT_EQ(pause_before(3, 5ms, near, true, std::nullopt), 4500us);
    EXPECT_EQ(pause_before(9, 40ms, near, false, std::nullopt), 10ms);
    EXPECT_EQ(pause_before(1'000'000, 9s, near, false, std::nullopt), 10ms);
}

TEST(poll_pace, elsewhere_is_100_ms) {
    EXPECT_EQ(pause_before(1, 0s, far, false, std::nullopt), 100ms);
    EXPECT_EQ(pause_before(90, 9s, far, true, std::nullopt), 100ms);
}

TEST(poll_pace, is_slower_the_longer_it_takes) {
    EXPECT_EQ(pause_before(1000, 30s, near, false, std::nullopt), 30ms);
    EXPECT_EQ(pause_before(100, 30s, far, false, std::nullopt), 300ms);
    EXPECT_EQ(pause_before(100, 1h, far, false, std::nullopt), 1s);
    EXPECT_EQ(pause_before(100, 1h, near, false, std::nullopt), 1s);
}

TEST(poll_pace, spares_who_has_work_with_each_attempt) {
    EXPECT_EQ(pause_before(1000, 30s, near, true, std::nullopt), 300ms);
}

TEST(poll_pace, is_a_second_where_the_kernel_tells) {
    EXPECT_EQ(pause_before(1, 0s, told, false, std::nullopt), 1s);
}

TEST(poll_pace, is_what_was_asked_for) {
    EXPECT_EQ(pause_before(1, 0s, near, false, 5s), 5s);
    EXPECT_EQ(pause_before(1000, 1h, told, true, 7ms), 7ms);
}

}  // namespace
}  // namespace grove::cmd
