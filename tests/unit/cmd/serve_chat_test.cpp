// SPDX-License-Identifier: MIT
#include "cmd/serve/chat.hpp"

#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

class serve_chat : public testing::Test {
 protected:
    void enter(std::string_view user, std::string_view room = "one") {
        ASSERT_NE(chat_.enter(user, *chat_.room(room)), nullptr);
    }

    void say(std::string_view text, std::string_view room = "one", std::string_view user = "ann") {
        chat_.say(*chat_.room(room), user, text, clock_ += 1s);
    }

    /// `user:text`, or `nothing`.
    std::string hear(std::string_view user, deadline until = 1s) {
        chat_user* const found = chat_.user(user);
        if (!found) return "no such user";
        const auto message = chat_.listen(*found, until);
        return message ? message->user + ":" + message->text : "nothing";
    }

    simulation world_;
    chat chat_{{"one", "two"}};

 private:
    chat_time clock_{1'700'000'000s};
};

TEST_F(serve_chat, all_who_have_entered_hear_also_who_speaks) {
    enter("ann");
    enter("bob");
    say("hello");
    EXPECT_EQ(hear("bob"), "ann:hello");
    EXPECT_EQ(hear("ann"), "ann:hello");
    EXPECT_EQ(hear("bob"), "nothing");
    EXPECT_EQ(world_.elapsed(), 1s);
}

TEST_F(serve_chat, what_was_said_before_is_not_heard) {
    say("early");
    enter("cara");
    EXPECT_EQ(hear("cara"), "nothing");
}

TEST_F(serve_chat, entering_again_loses_nothing) {
    enter("ann");
    say("hello");
    enter("ann");
    EXPECT_EQ(hear("ann"), "ann:hello");
}

TEST_F(serve_chat, another_room_is_not_heard) {
    enter("bob", "two");
    say("hello", "one");
    EXPECT_EQ(hear("bob"), "nothing");
}

TEST_F(serve_chat, a_user_of_two_rooms_hears_both_in_order) {
    enter("bob", "one");
    enter("bob", "two");
    say("first", "two");
    say("second", "one");
    say("third", "two");
    EXPECT_EQ(hear("bob"), "ann:first");
    EXPECT_EQ(hear("bob"), "ann:second");
    EXPECT_EQ(hear("bob"), "ann:third");
}

TEST_F(serve_chat, who_listens_is_woken_by_a_message) {
    enter("bob");
    const auto speaker = spawn([&] {
        sleep_for(5s);
        say("hello");
    });
    EXPECT_EQ(hear("bob", 10s), "ann:hello");
    EXPECT_EQ(world_.elapsed(), 5s);
}

TEST_F(serve_chat, of_two_who_listen_for_one_user_each_hears_another_message) {
    enter("bob");
    std::string heard;
    const auto other = spawn([&] { heard = hear("bob", 10s); });
    const auto speaker = spawn([&] {
        say("x");
        say("y");
    });
    const std::string mine = hear("bob", 10s);
    EXPECT_TRUE(other.valid());
    sleep_for(1s);
    EXPECT_NE(mine, heard);
    EXPECT_EQ(mine.size() + heard.size(), 10u);
}

TEST_F(serve_chat, a_user_who_has_gone_is_forgotten) {
    enter("ann");
    sleep_for(chat::memory - 1s);
    EXPECT_EQ(hear("ann", 0s), "nothing");
    sleep_for(chat::memory);
    EXPECT_EQ(hear("ann"), "no such user");
}

TEST_F(serve_chat, who_comes_back_after_he_was_forgotten_hears_nothing_old) {
    enter("ann");
    sleep_for(chat::memory - 1s);
    say("while she was away");
    sleep_for(1s);
    enter("ann");
    EXPECT_EQ(hear("ann"), "nothing");
}

TEST_F(serve_chat, who_is_there_is_not_forgotten) {
    enter("ann");
    const chat_user::presence here(*chat_.user("ann"));
    sleep_for(chat::memory * 3);
    EXPECT_NE(chat_.user("ann"), nullptr);
}

TEST_F(serve_chat, users_are_limited_until_some_are_forgotten) {
    for (std::size_t i = 0; i < chat::most_users; ++i) enter(std::to_string(i));
    EXPECT_EQ(chat_.enter("more", *chat_.room("one")), nullptr);
    enter("7");
    sleep_for(chat::memory);
    enter("more");
    EXPECT_EQ(chat_.user("7"), nullptr);
}

TEST_F(serve_chat, closing_ends_what_listens) {
    enter("ann");
    const auto closer = spawn([&] {
        sleep_for(2s);
        chat_.close();
    });
    EXPECT_EQ(hear("ann", never), "nothing");
    EXPECT_EQ(world_.elapsed(), 2s);
    EXPECT_FALSE(chat_.room("two")->wait(0));
}

TEST_F(serve_chat, a_room_that_is_none_is_not_found) {
    EXPECT_EQ(chat_.room("three"), nullptr);
    EXPECT_EQ(chat_.room("two")->name(), "two");
}

TEST(serve_chat_names, say_who_it_is_and_end_no_path) {
    for (const char* good : {"ann", "Ann B.", "é漢", "...", "<b>"}) EXPECT_TRUE(is_chat_name(good));
    for (const char* bad :
         {"", ".", "..", " a", "a ", "a:b", "a/b", "a\nb", "\x7f", "\xc2\x85", "\xff"})
        EXPECT_FALSE(is_chat_name(bad)) << bad;
    EXPECT_TRUE(is_chat_name(std::string(60, 'a')));
    EXPECT_FALSE(is_chat_name(std::string(61, 'a')));
}

TEST(serve_chat_texts, say_something_and_are_UTF_8) {
    EXPECT_TRUE(is_chat_text(" a\n"));
    EXPECT_FALSE(is_chat_text(" \r\n\t"));
    EXPECT_FALSE(is_chat_text(""));
    EXPECT_FALSE(is_chat_text("a\xff"));
    EXPECT_TRUE(is_chat_text(std::string(4096, 'a')));
    EXPECT_FALSE(is_chat_text(std::string(4097, 'a')));
}

TEST(serve_chat_rooms, are_listed_with_commas_or_the_usual_ones) {
    EXPECT_EQ(chat_room_names(""), (std::vector<std::string>{"topic1", "topic2"}));
    EXPECT_EQ(chat_room_names("a b,c"), (std::vector<std::string>{"a b", "c"}));
    EXPECT_EQ(chat_room_names("a,"), (std::vector<std::string>{"a", ""}));
}

}  // namespace
}  // namespace grove::cmd
