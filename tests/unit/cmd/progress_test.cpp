// SPDX-License-Identifier: MIT
#include "cmd/common/progress.hpp"

#include "cmd/common/terminal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

progress_model half_way() {
    progress_model model;
    model.done = 1200;
    model.failed = 3;
    model.total = 5000;
    model.active = 64;
    model.bytes = 1200000000;
    model.transfers = {{"https://host/a.iso", 50, 100},
                       {"https://host/b.iso", 7000, std::nullopt},
                       {"https://host/c.iso", 0, std::nullopt, "connecting"}};
    return model;
}

const progress_speed speed{
    .bytes_per_second = 45e6, .items_per_second = 10, .elapsed = 30s, .left = 80s};

TEST(rate_meter, a_steady_rate_is_known_after_the_second_sample) {
    rate_meter meter;
    meter.sample(0, deadline::at(0s));
    EXPECT_EQ(meter.per_second(), 0);
    meter.sample(50, deadline::at(500ms));
    EXPECT_DOUBLE_EQ(meter.per_second(), 100);
    meter.sample(150, deadline::at(1500ms));
    EXPECT_DOUBLE_EQ(meter.per_second(), 100);
}

TEST(rate_meter, a_change_is_followed_within_the_window) {
    rate_meter meter(5s);
    meter.sample(0, deadline::at(0s));
    meter.sample(100, deadline::at(1s));
    for (int second = 2; second < 5; ++second) meter.sample(100, deadline::at(second * 1s));
    EXPECT_DOUBLE_EQ(meter.per_second(), 25);
    for (int second = 5; second < 7; ++second) meter.sample(100, deadline::at(second * 1s));
    EXPECT_EQ(meter.per_second(), 0) << "nothing came for 5 s";
}

TEST(rate_meter, what_begins_with_nothing_is_true_after_a_second) {
    rate_meter meter(2s);
    for (int tenth = 0; tenth <= 10; ++tenth)
        meter.sample(std::max(0, tenth - 1), deadline::at(tenth * 100ms));
    EXPECT_DOUBLE_EQ(meter.per_second(), 9);
    for (int tenth = 11; tenth <= 60; ++tenth) meter.sample(tenth - 1, deadline::at(tenth * 100ms));
    EXPECT_NEAR(meter.per_second(), 10, 1e-9);
}

TEST(rate_meter, many_samples_are_those_of_the_window) {
    rate_meter meter(1s);
    for (int ms = 0; ms <= 10'000; ++ms) meter.sample(ms < 5000 ? 0 : ms, deadline::at(ms * 1ms));
    EXPECT_NEAR(meter.per_second(), 1000, 1e-6);
}

TEST(rate_meter, samples_at_the_same_instant_do_not_divide_by_zero) {
    rate_meter meter;
    meter.sample(0, deadline::at(1s));
    meter.sample(1000, deadline::at(1s));
    EXPECT_EQ(meter.per_second(), 0);
}

TEST(progress_render, time_left_comes_from_bytes_and_else_from_items) {
    progress_model model;
    model.done = 50;
    model.total = 100;
    EXPECT_EQ(time_left(model, {.items_per_second = 10}), 5s);
    EXPECT_EQ(time_left(model, {}), std::nullopt);
    model.bytes = 100;
    model.total_bytes = 300;
    EXPECT_EQ(time_left(model, {.bytes_per_second = 100, .items_per_second = 10}), 2s);
    EXPECT_EQ(time_left(model, {.bytes_per_second = 1e-9}), std::nullopt) << "says nothing";
    model.bytes = 400;
    EXPECT_EQ(time_left(model, {.bytes_per_second = 1}), 0s) << "more came than was announced";
    EXPECT_EQ(time_left({}, speed), std::nullopt);
}

TEST(progress_render, the_overall_line_has_bar_counts_speed_and_estimate) {
    const auto lines = render_status(half_way(), speed, 100, 8);
    EXPECT_EQ(
        lines[0],
        "[=====>                  ]  24%  1 203/5 000  3 failed  1.20 GB  45.0 MB/s  1m20s left");
}

TEST(progress_render, each_transfer_has_a_line_with_its_state) {
    const auto lines = render_status(half_way(), speed, 60, 8);
    ASSERT_EQ(lines.size(), 5);
    EXPECT_THAT(lines[1], HasSubstr("https://host/a.iso"));
    EXPECT_THAT(lines[1], HasSubstr(" 50% of 100 B"));
    EXPECT_THAT(lines[2], HasSubstr("7.00 kB"));
    EXPECT_THAT(lines[3], HasSubstr("connecting"));
    EXPECT_EQ(lines[4], "  and 61 more");
}

TEST(progress_render, no_line_is_wider_than_the_terminal) {
    progress_model model = half_way();
    model.note = "2 hosts paused for a long while, and this note is long too";
    model.transfers[0].name = std::string(300, 'x');
    model.transfers[1].name =
        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E.iso";
    for (unsigned columns = 20; columns < 140; ++columns) {
        for (const std::string& line : render_status(model, speed, columns, 8)) {
            EXPECT_LE(display_width(line), columns) << line;
        }
    }
}

TEST(progress_render, no_more_rows_than_asked_for) {
    progress_model model = half_way();
    model.transfers.resize(50);
    for (unsigned rows = 0; rows < 10; ++rows) {
        EXPECT_LE(render_status(model, speed, 80, rows).size(), rows);
    }
    EXPECT_EQ(render_status(model, speed, 80, 1).size(), 1);
}

TEST(progress_render, a_name_cannot_reach_the_terminal_with_escape_codes) {
    progress_model model;
    model.active = 1;
    model.transfers = {{"x\x1b]0;title\x07", 1, std::nullopt}};
    model.note = "a\nb";
    for (const std::string& line : render_status(model, speed, 80, 8)) {
        EXPECT_THAT(line, Not(HasSubstr("\x1b")));
        EXPECT_THAT(line, Not(HasSubstr("\n")));
    }
}

TEST(progress_render, an_unknown_total_has_no_bar_and_shows_the_time_taken) {
    progress_model model;
    model.done = 5;
    EXPECT_THAT(render_status(model, {.elapsed = 12s}, 80, 8), ElementsAre("5  0 B  0 B/s  12s"));
}

TEST(progress_render, a_plain_line_holds_the_same) {
    EXPECT_EQ(render_plain(half_way(), speed),
              "1 203/5 000 done, 3 failed, 1.20 GB, 45.0 MB/s, 1m20s left");
    EXPECT_EQ(render_plain({}, {}), "0 done, 0 B, 0 B/s");
}

class progress_of_a_run : public testing::Test {
 protected:
    progress_of_a_run() {
        ::setenv("TERM", "xterm", 1);
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
        pipe_read = ends[0];
        pipe_write = ends[1];
        EXPECT_EQ(::openpty(&screen_read, &screen_write, nullptr, nullptr, nullptr), 0);
        ::fcntl(screen_read, F_SETFL, O_NONBLOCK);
    }

    ~progress_of_a_run() override {
        for (const int fd : {pipe_read, pipe_write, screen_read, screen_write}) ::close(fd);
    }

    static std::string now(int fd) {
        std::array<char, 4096> chunk{};
        const ssize_t n = ::read(fd, chunk.data(), chunk.size());
        return {chunk.data(), static_cast<std::size_t>(n > 0 ? n : 0)};
    }

    void fill(progress_model& model) {
        ++filled;
        model.done = 1;
    }

    void tick(progress& meter) {
        meter.tick([this](progress_model& model) { fill(model); });
    }

    int pipe_read = -1;
    int pipe_write = -1;
    int screen_read = -1;
    int screen_write = -1;
    int filled = 0;
};

TEST_F(progress_of_a_run, is_drawn_on_a_terminal_and_removed_at_the_end) {
    output out({}, pipe_write, screen_write);
    progress meter(out, {.redraw = 0s, .plain = 0s, .rows = 8});
    EXPECT_TRUE(meter.shows());
    tick(meter);
    EXPECT_THAT(now(screen_read), HasSubstr("1  0 B"));
    meter.finish();
    EXPECT_EQ(now(screen_read), "\r\x1b[1A\x1b[J");
    EXPECT_TRUE(meter.next().is_never());
}

TEST_F(progress_of_a_run, is_throttled) {
    output out({}, pipe_write, screen_write);
    progress meter(out, {.redraw = 1h, .plain = 1h, .rows = 8});
    for (int i = 0; i < 100; ++i) tick(meter);
    EXPECT_EQ(filled, 0) << "the model is made only when it is shown";
    EXPECT_FALSE(meter.next().expired());
}

TEST_F(progress_of_a_run, is_a_plain_line_elsewhere) {
    output out({}, pipe_write, pipe_write);
    progress meter(out, {.redraw = 0s, .plain = 0s, .rows = 8});
    tick(meter);
    EXPECT_EQ(now(pipe_read), "1 done, 0 B, 0 B/s\n");
    meter.finish();
    EXPECT_EQ(now(pipe_read), "");
}

TEST_F(progress_of_a_run, tells_a_speed_in_its_first_line) {
    output out({}, pipe_write, pipe_write);
    progress meter(out, {.redraw = 1ms, .plain = 1ms, .rows = 8});
    while (!meter.next().expired()) {
    }
    meter.tick([](progress_model& model) { model.bytes = 1000000; });
    EXPECT_THAT(now(pipe_read), Not(HasSubstr(" 0 B/s")));
}

TEST_F(progress_of_a_run, is_silent_when_told_so) {
    talk_options quiet;
    quiet.quiet = true;
    talk_options without;
    without.progress = false;
    for (const talk_options& options : {quiet, without}) {
        output out(options, pipe_write, screen_write);
        progress meter(out, {.redraw = 0s, .plain = 0s, .rows = 8});
        EXPECT_FALSE(meter.shows());
        EXPECT_TRUE(meter.next().is_never());
        tick(meter);
        EXPECT_EQ(filled, 0);
    }
}

}  // namespace
}  // namespace grove::cmd
