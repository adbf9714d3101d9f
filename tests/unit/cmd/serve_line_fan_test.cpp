// SPDX-License-Identifier: MIT
#include "cmd/serve/line_fan.hpp"

#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using grove::cmd::line_fan;

TEST(line_fans, say_each_line_to_all_who_listen) {
    line_fan lines;
    lines.say("before");
    line_fan::listener one(lines);
    lines.say("first");
    line_fan::listener two(lines);
    lines.say("second");
    lines.end();
    EXPECT_EQ(*one.next()->line, "first");
    EXPECT_EQ(*one.next()->line, "second");
    EXPECT_FALSE(one.next());
    EXPECT_EQ(*two.next()->line, "second");
    EXPECT_FALSE(two.next());
}

TEST(line_fans, tell_the_slow_how_much_they_have_lost) {
    line_fan lines;
    line_fan::listener slow(lines);
    for (std::size_t i = 0; i < line_fan::most_waiting + 3; ++i) lines.say(std::to_string(i));
    EXPECT_EQ(*slow.next()->line, "0");
    lines.say("there is room again");
    for (std::size_t i = 1; i < line_fan::most_waiting; ++i) {
        const auto heard = slow.next();
        EXPECT_EQ(*heard->line, std::to_string(i));
        EXPECT_EQ(heard->lost, 0U);
    }
    const auto heard = slow.next();
    EXPECT_EQ(*heard->line, "there is room again");
    EXPECT_EQ(heard->lost, 3U);
}

TEST(line_fans, let_who_listens_go) {
    line_fan lines;
    {
        line_fan::listener mine(lines);
        auto waiting = grove::spawn([&] { return mine.next().has_value(); });
        grove::yield();
        mine.leave();
        EXPECT_FALSE(waiting.get());
    }
    lines.say("to nobody");
}

}  // namespace
