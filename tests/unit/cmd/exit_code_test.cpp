// SPDX-License-Identifier: MIT
#include "cmd/common/exit_code.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <array>
#include <csignal>

namespace grove::cmd {
namespace {

TEST(exit_code, has_the_documented_numbers) {
    EXPECT_EQ(to_int(exit_code::ok), 0);
    EXPECT_EQ(to_int(exit_code::shortfall), 1);
    EXPECT_EQ(to_int(exit_code::usage), 2);
    EXPECT_EQ(to_int(exit_code::environment), 3);
    EXPECT_EQ(to_int(exit_code::deadline), 124);
    EXPECT_EQ(to_int(by_signal(SIGINT)), 130);
    EXPECT_EQ(to_int(by_signal(SIGTERM)), 143);
}

TEST(exit_code, of_two_the_graver_wins_in_either_order) {
    const std::array rising{exit_code::ok,          exit_code::shortfall, exit_code::usage,
                            exit_code::environment, exit_code::deadline,  by_signal(SIGHUP)};
    for (std::size_t low = 0; low < rising.size(); ++low) {
        for (std::size_t high = low; high < rising.size(); ++high) {
            EXPECT_EQ(merge(rising[low], rising[high]), rising[high]);
            EXPECT_EQ(merge(rising[high], rising[low]), rising[high]);
        }
    }
}

TEST(exit_code, of_two_signals_the_first_wins) {
    EXPECT_EQ(merge(by_signal(SIGINT), by_signal(SIGTERM)), by_signal(SIGINT));
    EXPECT_EQ(merge(by_signal(SIGTERM), by_signal(SIGINT)), by_signal(SIGTERM));
}

TEST(exit_code, a_childs_own_code_is_kept) {
    EXPECT_EQ(to_int(of_child(W_EXITCODE(42, 0))), 42);
    EXPECT_EQ(of_child(W_EXITCODE(0, SIGKILL)), by_signal(SIGKILL));
}

TEST(exit_code, ending_at_once_leaves_with_the_code) {
    EXPECT_EXIT(end_at_once(by_signal(SIGINT)), testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace grove::cmd
