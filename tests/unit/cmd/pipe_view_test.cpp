// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe_view.hpp"

#include "cmd/common/terminal_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

std::vector<stage_row> rows(const std::vector<double>& fills) {
    std::vector<stage_row> made;
    for (const double fill : fills) made.push_back({.name = "each", .fill = fill});
    return made;
}

TEST(pipe_view, the_stage_that_others_wait_for_has_a_full_queue_before_it_and_none_behind) {
    EXPECT_EQ(bottleneck(rows({1.0, 0.1})), 0U);
    EXPECT_EQ(bottleneck(rows({1.0, 1.0})), 1U);
    EXPECT_EQ(bottleneck(rows({1.0, 1.0, 0.0})), 1U);
    EXPECT_EQ(bottleneck(rows({0.1, 0.1})), std::nullopt) << "the source is the slowest";
    EXPECT_EQ(bottleneck({}), std::nullopt);
}

TEST(pipe_view, the_table_has_a_line_a_stage) {
    stage_row each{.name = "each", .fill = 1.0};
    each.figures = {.busy = 8, .jobs = 8, .retries = 3, .dead = 1, .p99 = 12300us};
    each.in_rate = 12345;
    each.out_rate = 12340;
    stage_row match{.name = "match"};
    EXPECT_EQ(
        render_table({each, match}, 100),
        (std::vector<std::string>{
            "stage               in/s       out/s  queue       busy  retries  dead       p99",
            "each              12 345      12 340  ########     8/8        3     1   12.3 ms  <",
            "match                  0           0  ........                0     0          "}));
}

TEST(pipe_view, no_line_is_wider_than_the_terminal) {
    for (const std::string& line : render_table(rows({1.0, 0.5}), 40))
        EXPECT_LE(display_width(line), 40U);
}

TEST(pipe_view, a_log_has_it_in_one_line) {
    stage_row each{.name = "each", .in = 1200, .out = 1180};
    each.figures = {.busy = 8, .jobs = 8, .retries = 3, .dead = 1, .p99 = {}};
    each.out_rate = 320.5;
    EXPECT_EQ(render_line({each}),
              "1 200 items in, 1 180 out, 320.5/s; each 8/8 busy, 3 retries, 1 dead");
    EXPECT_EQ(render_line(rows({0.0})), "0 items in, 0 out, 0/s");
}

}  // namespace
}  // namespace grove::cmd
