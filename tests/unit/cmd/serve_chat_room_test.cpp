// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_room.hpp"

#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr chat_time noon{1'700'000'000s};

/// Messages that say 0, 1, 2, ..
void fill(chat_room& room, int messages) {
    for (int i = 0; i < messages; ++i) room.add("ann", std::to_string(i), noon);
}

std::vector<std::string> texts(const chat_room& room, std::uint64_t seen) {
    std::vector<std::string> found;
    while (const chat_message* const next = room.after(seen)) {
        found.push_back(next->text);
        seen = next->id;
    }
    return found;
}

TEST(serve_chat_room, messages_come_in_the_order_in_which_they_were_said) {
    chat_room room("r");
    EXPECT_EQ(room.after(0), nullptr);
    fill(room, 3);
    EXPECT_EQ(texts(room, 0), (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(texts(room, room.newest()), std::vector<std::string>());
    EXPECT_EQ(room.after(0)->user, "ann");
}

TEST(serve_chat_room, a_number_is_the_time_and_grows_also_when_the_clock_does_not) {
    chat_room room("r");
    room.add("a", "first", noon);
    EXPECT_EQ(room.newest(), 1'700'000'000'000'000u);
    room.add("a", "at once", noon);
    EXPECT_EQ(room.newest(), 1'700'000'000'000'001u);
    room.add("a", "clock set back", noon - 1h);
    EXPECT_EQ(room.newest(), 1'700'000'000'000'002u);
}

TEST(serve_chat_room, the_backlog_is_the_last_25) {
    chat_room room("r");
    fill(room, 25);
    EXPECT_EQ(texts(room, room.before_backlog()).size(), 25u);
    room.add("ann", "25", noon);
    const auto backlog = texts(room, room.before_backlog());
    ASSERT_EQ(backlog.size(), 25u);
    EXPECT_EQ(backlog.front(), "1");
    EXPECT_EQ(backlog.back(), "25");
}

TEST(serve_chat_room, the_oldest_go_when_there_are_many) {
    chat_room room("r");
    fill(room, static_cast<int>(chat_room::kept) + 10);
    const auto held = texts(room, 0);
    EXPECT_EQ(held.size(), chat_room::kept);
    EXPECT_EQ(held.front(), "10");
}

TEST(serve_chat_room, a_wait_ends_with_the_next_message) {
    const simulation world;
    chat_room room("r");
    const auto speaker = spawn([&] {
        sleep_for(3s);
        room.add("ann", "late", noon);
    });
    EXPECT_TRUE(room.wait(0));
    EXPECT_EQ(world.elapsed(), 3s);
    EXPECT_TRUE(room.wait(0));
}

TEST(serve_chat_room, a_wait_ends_in_time_when_nobody_says_anything_new) {
    const simulation world;
    chat_room room("r");
    room.add("ann", "old", noon);
    EXPECT_FALSE(room.wait(room.newest(), 2s));
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST(serve_chat_room, closing_ends_waits_and_leaves_what_was_said) {
    const simulation world;
    chat_room room("r");
    fill(room, 1);
    const auto closer = spawn([&] { room.close(); });
    EXPECT_FALSE(room.wait(room.newest()));
    EXPECT_FALSE(room.wait(room.newest()));
    EXPECT_TRUE(room.wait(0));
    EXPECT_TRUE(room.closed());
}

}  // namespace
}  // namespace grove::cmd
