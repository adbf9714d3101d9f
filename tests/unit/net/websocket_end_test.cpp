// SPDX-License-Identifier: MIT
#include "tests/unit/net/websocket_ends.hpp"

#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

// How connections end: by a handshake, by a fault, by silence, by a kill.

namespace {

using namespace std::chrono_literals;
using grove::websocket_errc;
using grove::websocket_kind;
using grove::websocket_role;
using grove::ws::opcode;
using grove_test::complaint;
using grove_test::failure;
using grove_test::half_websocket;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::told;

std::string close_frame(std::uint16_t code, const std::string& reason = {}) {
    std::string out;
    grove::ws::append_close(out, code, reason, std::nullopt);
    return out;
}

class ending_server : public half_websocket {};

class ending_client : public half_websocket {
 protected:
    ending_client() : half_websocket(websocket_role::client) {}
};

TEST_F(ending_server, answers_the_goodbye_and_closes) {
    peer_.write_all(masked_close(1001, "bye"));
    EXPECT_EQ(told(end_.receive(5s)), "end");
    EXPECT_EQ(end_.end().code, 1001);
    EXPECT_EQ(end_.end().reason, "bye");
    EXPECT_EQ(read_to_end(peer_), close_frame(1001));
    EXPECT_EQ(told(end_.receive(5s)), "end");
    EXPECT_EQ(failure([&] { end_.send("late"); }), websocket_errc::closed);
    EXPECT_FALSE(end_.stream().is_open());
}

TEST_F(ending_server, answers_a_goodbye_without_a_code_without_one) {
    peer_.write_all(masked_close(grove::ws::close_code::no_code));
    EXPECT_EQ(told(end_.receive(5s)), "end");
    EXPECT_EQ(end_.end().code, 1005);
    EXPECT_EQ(read_to_end(peer_), std::string("\x88\x00", 2));
}

TEST_F(ending_client, waits_for_the_server_to_close_first) {
    peer_.write_all(close_frame(1000));
    auto receiving = grove::spawn([&] { return told(end_.receive()); });
    let_it_park(receiving);
    EXPECT_EQ(read_text(peer_, 5s).size(), 8U);
    peer_.close();
    EXPECT_EQ(receiving.get(5s), "end");
    EXPECT_EQ(end_.end().code, 1000);
}

TEST_F(ending_server, that_closes_drops_what_nobody_receives) {
    peer_.write_all(masked(opcode::text, "late") + masked_close(1000));
    EXPECT_TRUE(end_.close(1000, "done", 5s));
    EXPECT_EQ(read_to_end(peer_), close_frame(1000, "done"));
}

TEST_F(ending_server, that_closes_leaves_messages_to_who_receives) {
    auto receiving = grove::spawn([&] {
        const std::string first = told(end_.receive());
        return first + '|' + told(end_.receive());
    });
    let_it_park(receiving);
    auto closing = grove::spawn([&] { return end_.close(); });
    let_it_park(closing);
    peer_.write_all(masked(opcode::text, "late") + masked_close(1000));
    EXPECT_EQ(receiving.get(5s), "text:late|end");
    EXPECT_TRUE(closing.get(5s));
}

TEST_F(ending_server, that_closes_says_so_to_who_receives_afterwards) {
    auto closing = grove::spawn([&] { return end_.close(); });
    let_it_park(closing);
    auto receiving = grove::spawn([&] { return told(end_.receive()); });
    let_it_park(receiving);
    EXPECT_EQ(failure([&] { (void)end_.receive(1ms); }), std::errc::timed_out);
    EXPECT_EQ(failure([&] { end_.send("late"); }), websocket_errc::closed);
    peer_.write_all(masked_close(1000));
    EXPECT_TRUE(closing.get(5s));
    EXPECT_EQ(receiving.get(5s), "end");
}

TEST_F(ending_server, closed_twice_says_goodbye_once) {
    auto one = grove::spawn([&] { return end_.close(1000); });
    let_it_park(one);
    auto other = grove::spawn([&] { return end_.close(1001); });
    let_it_park(other);
    peer_.write_all(masked_close(1000));
    EXPECT_TRUE(one.get(5s));
    EXPECT_TRUE(other.get(5s));
    EXPECT_TRUE(end_.close());
    EXPECT_EQ(read_to_end(peer_), close_frame(1000));
}

class websocket_farewell : public testing::Test {
 protected:
    grove::simulation world_;
    grove_test::websocket_ends ends_{grove_test::unix_pair(), {.farewell = 3s}};
};

TEST_F(websocket_farewell, is_waited_for_as_long_as_the_options_say) {
    EXPECT_FALSE(ends_.client.close());
    EXPECT_EQ(world_.elapsed(), 3s);
    EXPECT_FALSE(ends_.client.is_open());
    EXPECT_EQ(ends_.client.end().code, 1006);
}

TEST_F(websocket_farewell, is_waited_for_no_longer_than_the_call_says) {
    auto receiving = grove::spawn([&] { return told(ends_.client.receive()); });
    grove::yield();
    EXPECT_FALSE(ends_.client.close(1000, {}, 1s));
    EXPECT_EQ(world_.elapsed(), 1s);
    EXPECT_EQ(receiving.get(), "end");
}

TEST_F(websocket_farewell, waits_until_the_message_under_way_is_there) {
    const std::string large = pattern(1 << 20);
    auto sending = grove::spawn(
        [&] { return failure([&] { ends_.server.send(websocket_kind::binary, large); }); });
    grove::yield();
    auto closing = grove::spawn([&] { return ends_.client.close(1000, {}, 10s); });
    grove::yield();
    EXPECT_EQ(told(ends_.server.receive()), "end");
    EXPECT_EQ(sending.get(), std::error_code());
    EXPECT_TRUE(closing.get());
}

TEST_F(websocket_farewell, cannot_be_answered_while_a_sender_is_stuck) {
    auto [mine, theirs] = grove::socket::pair();
    grove::websocket end(std::move(mine), websocket_role::server, {.farewell = 1s});
    const std::string large = pattern(4 << 20);
    auto sending =
        grove::spawn([&] { return failure([&] { end.send(websocket_kind::binary, large); }); });
    grove::yield();
    std::string goodbye;
    grove::ws::append_close(goodbye, 1000, {}, grove::ws::mask_key{0});
    theirs.write_all(goodbye);
    EXPECT_EQ(told(end.receive()), "end");
    EXPECT_EQ(world_.elapsed(), 1s);
    EXPECT_EQ(sending.get(), websocket_errc::closed);
    EXPECT_EQ(end.end().code, 1000);
}

TEST_F(ending_server, tells_the_peer_what_it_did_wrong) {
    peer_.write_all("\x83");
    auto receiving = grove::spawn([&] { return complaint([&] { (void)end_.receive(); }); });
    let_it_park(receiving);
    EXPECT_EQ(read_to_end(peer_), close_frame(1002, "an unknown opcode"));
    peer_.close();
    EXPECT_EQ(receiving.get(5s), "an unknown opcode: the peer broke the WebSocket protocol");
    EXPECT_EQ(end_.end().code, 1002);
    EXPECT_EQ(told(end_.receive()), "end");
}

TEST_F(ending_server, fails_by_what_the_peer_did_wrong) {
    peer_.write_all(masked(opcode::text, "\xff"));
    peer_.shutdown_write();
    EXPECT_EQ(failure([&] { (void)end_.receive(5s); }), websocket_errc::not_utf8);
    EXPECT_EQ(read_to_end(peer_), close_frame(1007, "text that is not UTF-8"));
}

TEST_F(ending_server, refuses_a_message_above_its_limit) {
    peer_.write_all(masked(opcode::binary, std::string(600, 'x'), false) +
                    masked(opcode::continuation, std::string(401, 'x')));
    peer_.shutdown_write();
    EXPECT_EQ(failure([&] { (void)end_.receive(5s); }), websocket_errc::too_large);
    EXPECT_EQ(read_to_end(peer_), close_frame(1009, "the message is too large"));
}

TEST_F(ending_server, takes_a_stream_that_ends_for_a_lost_connection) {
    peer_.write_all(masked(opcode::text, "half a mess", false));
    peer_.close();
    EXPECT_EQ(told(end_.receive(5s)), "end");
    EXPECT_EQ(end_.end().code, 1006);
    EXPECT_FALSE(end_.close());
}

TEST(websocket_reset, is_an_error_of_the_socket) {
    auto ends = grove_test::tcp_pair();
    grove::websocket end(std::move(ends.server), websocket_role::server);
    ends.client.abort();
    EXPECT_EQ(failure([&] { (void)end.receive(5s); }), std::errc::connection_reset);
    EXPECT_FALSE(end.is_open());
    EXPECT_EQ(told(end.receive()), "end");
}

TEST_F(ending_server, receives_what_was_said_before_the_peer_closed_though_it_cannot_send) {
    peer_.write_all(masked(opcode::text, "last words") + masked_close(1000));
    peer_.close();
    EXPECT_NE(failure([&] {
                  for (;;) end_.send("more");
              }),
              std::error_code());
    EXPECT_EQ(told(end_.receive(5s)), "text:last words");
    EXPECT_EQ(told(end_.receive(5s)), "end");
    EXPECT_EQ(end_.end().code, 1000);
}

TEST_F(ending_server, killed_inside_a_message_can_only_receive_and_close) {
    const std::string large = pattern(4 << 20);
    auto sending = grove::spawn([&] { end_.send(websocket_kind::binary, large); });
    let_it_park(sending);
    auto waiting = grove::spawn([&] { return failure([&] { end_.send("next"); }); });
    let_it_park(waiting);
    sending.kill();
    EXPECT_EQ(waiting.get(5s), websocket_errc::cut_off);
    EXPECT_EQ(failure([&] { end_.send("more"); }), websocket_errc::cut_off);
    peer_.write_all(masked(opcode::ping, "") + masked(opcode::text, "still here"));
    EXPECT_EQ(told(end_.receive(5s)), "text:still here");
    EXPECT_FALSE(end_.close());  // at once: the peer would not understand a goodbye
    EXPECT_FALSE(end_.is_open());
}

TEST_F(ending_server, killed_before_its_turn_has_sent_nothing) {
    const std::string large = pattern(4 << 20);
    auto sending = grove::spawn([&] { end_.send(websocket_kind::binary, large); });
    let_it_park(sending);
    auto waiting = grove::spawn([&] { end_.send("never"); });
    let_it_park(waiting);
    waiting.kill();
    EXPECT_EQ(failure([&] { end_.send("late", 1ms); }), std::errc::timed_out);
    std::string got(10 + large.size(), '\0');
    peer_.read_exactly(std::as_writable_bytes(std::span(got)), 20s);
    sending.get();
    end_.send("then");
    EXPECT_EQ(read_text(peer_, 5s), "\x81\x04then");
}

TEST_F(ending_server, closing_while_another_sends_waits_for_the_message) {
    const std::string large = pattern(4 << 20);
    auto sending = grove::spawn([&] { end_.send(websocket_kind::binary, large); });
    let_it_park(sending);
    auto closing = grove::spawn([&] { return end_.close(); });
    let_it_park(closing);
    std::string got(10 + large.size() + 4, '\0');
    peer_.read_exactly(std::as_writable_bytes(std::span(got)), 20s);
    EXPECT_EQ(got.substr(10 + large.size()), close_frame(1000));
    peer_.write_all(masked_close(1000));
    EXPECT_TRUE(closing.get(5s));
}

TEST_F(ending_server, killed_while_it_closes_is_closed) {
    auto closing = grove::spawn([&] { end_.close(); });
    let_it_park(closing);
    closing.kill();
    EXPECT_FALSE(end_.is_open());
    EXPECT_EQ(read_to_end(peer_), close_frame(1000));
}

TEST_F(ending_server, aborted_ends_who_receives) {
    auto receiving = grove::spawn([&] { return told(end_.receive()); });
    let_it_park(receiving);
    end_.abort();
    EXPECT_EQ(receiving.get(5s), "end");
    EXPECT_EQ(end_.end().code, 1006);
    EXPECT_EQ(read_to_end(peer_), "");
}

TEST(websocket_destroyed, says_that_it_goes_away) {
    auto ends = grove_test::unix_pair();
    { const grove::websocket end(std::move(ends.server), websocket_role::server); }
    EXPECT_EQ(read_to_end(ends.client), close_frame(1001));
}

TEST(websocket_destroyed, by_a_kill_says_so_too) {
    auto ends = grove_test::unix_pair();
    auto serving = grove::spawn([&] {
        grove::websocket end(std::move(ends.server), websocket_role::server);
        (void)end.receive();
    });
    let_it_park(serving);
    serving.kill();
    EXPECT_EQ(read_to_end(ends.client), close_frame(1001));
}

}  // namespace
