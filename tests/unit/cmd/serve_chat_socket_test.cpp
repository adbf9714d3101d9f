// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_socket.hpp"

#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/socket.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

class serve_chat_socket : public testing::Test {
 protected:
    /// Serves the room on one end of a connection.
    greenlet<void> serve(socket end, std::uint64_t seen = 0) {
        return spawn([this, seen, end = std::move(end)]() mutable {
            chat_socket one(websocket(std::move(end), websocket_role::server), room_, seen);
            one.run([this](std::string_view text) { said_.emplace_back(text); });
        });
    }

    static websocket user(socket end) { return {std::move(end), websocket_role::client}; }

    void add(const std::string& text) { room_.add("ann", text, chat_time(1'700'000'000s)); }

    static std::string hear(websocket& user) { return std::string(user.receive(10s)->data); }

    simulation world_;
    chat_room room_{"r"};
    std::vector<std::string> said_;
};

TEST_F(serve_chat_socket, tells_what_was_said_and_what_will_be) {
    auto [mine, theirs] = socket::pair();
    add("a");
    const auto serving = serve(std::move(theirs));
    websocket bob = user(std::move(mine));
    EXPECT_EQ(hear(bob), R"({"id":1700000000000000,"user":"ann","text":"a"})");
    add("b");
    EXPECT_EQ(hear(bob), R"({"id":1700000000000001,"user":"ann","text":"b"})");
}

TEST_F(serve_chat_socket, says_texts_and_answers_what_is_none) {
    auto [mine, theirs] = socket::pair();
    auto serving = serve(std::move(theirs));
    websocket bob = user(std::move(mine));
    bob.send("hello");
    bob.send(websocket_kind::binary, "bytes");
    EXPECT_EQ(hear(bob), R"({"error":"a message is a text of 4 KiB at most, and not blank"})");
    EXPECT_EQ(said_, std::vector<std::string>{"hello"});
    EXPECT_TRUE(bob.close());
    EXPECT_TRUE(serving.join(1s));
}

TEST_F(serve_chat_socket, who_gives_no_sign_of_life_is_let_go) {
    auto [mine, theirs] = socket::pair();
    auto serving = serve(std::move(theirs));
    EXPECT_TRUE(serving.join(1h));  // `mine` is open, and nobody reads it
    EXPECT_EQ(world_.elapsed(), 60s);
}

TEST_F(serve_chat_socket, who_is_only_quiet_stays) {
    auto [mine, theirs] = socket::pair();
    auto serving = serve(std::move(theirs));
    websocket bob = user(std::move(mine));
    const auto listening = spawn([&] { static_cast<void>(bob.receive()); });
    EXPECT_FALSE(serving.join(1h));
    room_.close();
    EXPECT_TRUE(serving.join(10s));
    EXPECT_EQ(bob.end().code, 1001);
}

TEST_F(serve_chat_socket, a_room_that_is_closed_ends_it) {
    auto [mine, theirs] = socket::pair();
    room_.close();
    auto serving = serve(std::move(theirs));
    websocket bob = user(std::move(mine));
    EXPECT_FALSE(bob.receive(10s));
    EXPECT_EQ(bob.end().code, 1001);
    EXPECT_TRUE(serving.join(10s));
}

}  // namespace
}  // namespace grove::cmd
