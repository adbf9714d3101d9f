// SPDX-License-Identifier: MIT
#include "cmd/pipe/map_options.hpp"
#include "cmd/pipe/ticket_size.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

TEST(pipe_ticket_size, a_fast_worker_is_given_more_and_more_up_to_a_limit) {
    ticket_size size;
    EXPECT_EQ(size.items(), 1U);
    for (int i = 0; i < 3; ++i) size.took(size.items(), 1ms);
    EXPECT_EQ(size.items(), 8U);
    for (int i = 0; i < 30; ++i) size.took(size.items(), 0ms);
    EXPECT_EQ(size.items(), ticket_size::most);
}

TEST(pipe_ticket_size, a_slow_worker_is_given_one_by_one) {
    ticket_size size;
    size.took(1, 100ms);
    EXPECT_EQ(size.items(), 1U);
}

TEST(pipe_ticket_size, one_that_becomes_slow_is_given_less) {
    ticket_size size;
    for (int i = 0; i < 4; ++i) size.took(size.items(), 1ms);
    size.took(16, 100ms);
    EXPECT_EQ(size.items(), 8U);
    size.took(8, 10ms);
    EXPECT_EQ(size.items(), 8U) << "some milliseconds are right";
}

TEST(pipe_ticket_size, fewer_items_than_wanted_say_nothing_about_more) {
    ticket_size size;
    size.took(1, 0ms);
    size.took(1, 0ms);
    EXPECT_EQ(size.items(), 2U);
}

TEST(pipe_map_options, several_words_are_a_program_and_one_quoted_line_is_for_the_shell) {
    map_options options;
    options.command = {"./classify", "-x"};
    EXPECT_EQ(worker_of(options).command, options.command);
    EXPECT_EQ(worker_of(options).shell, "");
    options.command = {"tr a-z A-Z | cat"};
    EXPECT_EQ(worker_of(options).shell, "tr a-z A-Z | cat");
    EXPECT_TRUE(worker_of(options).command.empty());
}

}  // namespace
}  // namespace grove::cmd
