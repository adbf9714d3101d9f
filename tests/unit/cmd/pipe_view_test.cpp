// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe_view.hpp"

#include "cmd/common/terminal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
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
    stage_row each{.name = "each", .out = 98765, .fill = 1.0};
    each.figures = {.busy = 8, .jobs = 8, .retries = 3, .dead = 1, .p99 = 12300us};
    each.in_rate = 12345;
    each.out_rate = 12340;
    stage_row match{.name = "match"};
    EXPECT_EQ(
        render_table({each, match}, 100),
        (std::vector<std::string>{
            "stage          done     in/s    out/s  queue       busy retries dead      p99",
            "each         98 765   12 345   12 340  ########     8/8       3    1  12.3 ms <",
            "match             0        0        0  ........               0    0         "}));
    EXPECT_LE(display_width(render_table({each}, 200)[1]), 79U) << "it fits a terminal";
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

TEST(pipe_view, the_sum_tells_what_went_wrong) {
    stage_row each{.name = "each", .in = 1200, .out = 1180};
    EXPECT_EQ(render_sum({each}, 10s), "1 200 items in, 1 180 out in 10s, 118/s");
    each.figures = {.retries = 3, .dead = 1, .p99 = {}};
    EXPECT_EQ(render_sum({each}, 10s),
              "1 200 items in, 1 180 out in 10s, 118/s; each 3 retries, 1 dead");
}

/// A terminal for stderr, and something else for stdout.
class pipe_view_on_a_terminal : public testing::Test {
 protected:
    pipe_view_on_a_terminal() {
        ::setenv("TERM", "xterm", 1);
        EXPECT_EQ(::openpty(&screen_, &terminal_, nullptr, nullptr, nullptr), 0);
        EXPECT_EQ(::pipe(pipe_.data()), 0);
        ::fcntl(screen_, F_SETFL, O_NONBLOCK);
    }

    ~pipe_view_on_a_terminal() override {
        for (const int fd : {screen_, terminal_, pipe_[0], pipe_[1]}) ::close(fd);
    }

    /// What is on the screen of a run that shows something, before it ends and then.
    std::vector<std::string> shown(int stdout_fd, typed_items typed) {
        output out({}, stdout_fd, terminal_);
        pipe_view view(out, typed);
        const auto look = [] { return rows({0.0}); };
        while (!view.next().is_never() && !view.next().expired()) {
        }
        view.tick(look);
        std::vector<std::string> screens{now()};
        view.finish(look);
        screens.push_back(now());
        return screens;
    }

    /// All that was written: the kernel passes it on in its own time, and a mark behind it.
    std::string now() {
        EXPECT_EQ(::write(terminal_, "$", 1), 1);
        std::string seen;
        for (char c = 0; c != '$';) {
            pollfd news{.fd = screen_, .events = POLLIN, .revents = 0};
            EXPECT_EQ(::poll(&news, 1, -1), 1);
            if (::read(screen_, &c, 1) == 1) seen += c;
        }
        seen.pop_back();
        return seen;
    }

    int screen_ = -1;
    int terminal_ = -1;
    std::array<int, 2> pipe_{};
};

TEST_F(pipe_view_on_a_terminal, draws_where_nobody_else_does_and_sums_up_everywhere) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (const int to : {terminal_, nowhere}) {
        const auto screens = shown(to, typed_items::no);
        EXPECT_THAT(screens[0], testing::HasSubstr("out/s"));
        EXPECT_THAT(screens[1], testing::HasSubstr("0 items in"));
    }
    for (const auto& [to, typed] :
         {std::pair(pipe_[1], typed_items::no), std::pair(terminal_, typed_items::yes)}) {
        const auto screens = shown(to, typed);
        EXPECT_EQ(screens[0], "");
        EXPECT_THAT(screens[1], testing::StartsWith("0 items in"));
    }
    ::close(nowhere);
}

}  // namespace
}  // namespace grove::cmd
