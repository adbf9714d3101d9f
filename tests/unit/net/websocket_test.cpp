// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"
#include "tests/unit/net/websocket_ends.hpp"

#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::websocket;
using grove::websocket_errc;
using grove::websocket_kind;
using grove::websocket_role;
using grove::ws::opcode;
using grove_test::failure;
using grove_test::half_websocket;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::told;
using grove_test::websocket_ends;
using testing::ElementsAre;

/// Over a Unix pair, over TCP, over TLS.
class websockets : public testing::TestWithParam<std::string> {
 protected:
    static grove_test::connected connect() {
        if (GetParam() == "unix") return grove_test::unix_pair();
        if (GetParam() == "tcp") return grove_test::tcp_pair();
        const grove_test::trusted trust;
        return grove_test::tls_pair(grove::tls_client(trust.client_options()),
                                    grove::tls_server(trust.server_options()));
    }

    websocket_ends ends_{connect()};
};

INSTANTIATE_TEST_SUITE_P(over, websockets, testing::Values("unix", "tcp", "tls"),
                         [](const auto& kind) { return kind.param; });

TEST_P(websockets, carry_messages_both_ways) {
    ends_.client.send("hello");
    ends_.client.send(websocket_kind::binary, std::string_view("\0\xff", 2));
    EXPECT_EQ(told(ends_.server.receive(5s)), "text:hello");
    EXPECT_EQ(told(ends_.server.receive(5s)), std::string("binary:\0\xff", 9));
    ends_.server.send("");
    EXPECT_EQ(told(ends_.client.receive(5s)), "text:");
}

TEST_P(websockets, carry_messages_of_all_sizes) {
    for (const std::size_t size : {125U, 126U, 4096U, 4097U, 65535U, 65536U, 300'000U}) {
        const std::string sent = pattern(size);
        auto echo = grove::spawn([&] {
            const auto got = ends_.server.receive(5s);
            ends_.server.send(got->kind, got->data, 5s);
        });
        ends_.client.send(websocket_kind::binary, sent, 5s);
        ASSERT_EQ(told(ends_.client.receive(5s)), "binary:" + sent) << size;
        echo.get();
    }
}

TEST_P(websockets, answer_pings_while_they_receive) {
    ends_.client.ping("are you there", 5s);
    ends_.client.send("over", 5s);
    EXPECT_EQ(told(ends_.server.receive(5s)), "text:over");
    ends_.server.send("yes", 5s);  // the pong goes before it
    EXPECT_EQ(told(ends_.client.receive(5s)), "text:yes");
    EXPECT_EQ(ends_.client.pongs(), 1U);
}

TEST_P(websockets, send_each_message_whole_however_many_send) {
    constexpr int senders = 8;
    std::vector<grove::greenlet<void>> sending;
    for (int n = 0; n < senders; ++n) {
        sending.push_back(grove::spawn([this, n] {
            ends_.client.send(std::string(200'000, static_cast<char>('a' + n)), 20s);
        }));
    }
    std::string seen;
    for (int n = 0; n < senders; ++n) {
        const auto got = ends_.server.receive(20s);
        ASSERT_TRUE(got);
        EXPECT_EQ(got->data, std::string(200'000, got->data[0]));
        seen += got->data[0];
    }
    EXPECT_EQ(seen, "abcdefgh");
}

TEST_P(websockets, close_with_a_handshake) {
    auto serving = grove::spawn([&] { return told(ends_.server.receive(5s)); });
    EXPECT_TRUE(ends_.client.close(3001, "enough", 5s));
    EXPECT_EQ(serving.get(), "end");
    EXPECT_EQ(ends_.server.end().code, 3001);
    EXPECT_EQ(ends_.server.end().reason, "enough");
    EXPECT_EQ(ends_.client.end().code, 3001);
    EXPECT_FALSE(ends_.server.is_open());
    EXPECT_FALSE(ends_.client.is_open());
}

class a_server : public half_websocket {};

class a_client : public half_websocket {
 protected:
    a_client() : half_websocket(websocket_role::client) {}
};

TEST_F(a_server, puts_fragments_together_and_answers_between_them) {
    peer_.write_all(masked(opcode::text, "one ", false) + masked(opcode::ping, "p") +
                    masked(opcode::continuation, "two"));
    EXPECT_EQ(told(end_.receive(5s)), "text:one two");
    end_.send("");
    EXPECT_EQ(read_text(peer_, 5s), "\x8a\x01p" + std::string("\x81\x00", 2));
}

TEST_F(a_server, keeps_what_came_when_the_deadline_passes_inside_a_message) {
    peer_.write_all(masked(opcode::text, "one ", false));
    EXPECT_EQ(failure([&] { (void)end_.receive(1ms); }), std::errc::timed_out);
    peer_.write_all(masked(opcode::continuation, "two"));
    EXPECT_EQ(told(end_.receive(5s)), "text:one two");
}

TEST_F(a_server, keeps_what_came_when_the_receiver_is_killed) {
    peer_.write_all(masked(opcode::text, "one ", false));
    auto receiving = grove::spawn([&] { (void)end_.receive(); });
    let_it_park(receiving);
    receiving.kill();
    peer_.write_all(masked(opcode::continuation, "two"));
    EXPECT_EQ(told(end_.receive(5s)), "text:one two");
}

TEST_F(a_server, receives_a_message_by_pieces) {
    peer_.write_all(masked(opcode::binary, "one", false) + masked(opcode::continuation, "two"));
    const auto first = end_.receive_piece(5s);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->data, "one");
    EXPECT_EQ(first->kind, websocket_kind::binary);
    EXPECT_FALSE(first->last);
    const auto second = end_.receive_piece(5s);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->data, "two");
    EXPECT_TRUE(second->last);
}

TEST_F(a_server, forgets_a_long_message_before_the_next) {
    peer_.write_all(masked(opcode::text, "one", false) + masked(opcode::continuation, "two") +
                    masked(opcode::text, "three", false) + masked(opcode::continuation, "four"));
    EXPECT_EQ(told(end_.receive(5s)), "text:onetwo");
    EXPECT_EQ(told(end_.receive(5s)), "text:threefour");
}

TEST_F(a_server, writes_the_answers_to_pings_of_one_read_at_once) {
    peer_.write_all(masked(opcode::ping, "1") + masked(opcode::ping, "2") +
                    masked(opcode::pong, "3"));
    auto receiving = grove::spawn([&] { (void)end_.receive(); });
    let_it_park(receiving);
    EXPECT_EQ(read_text(peer_, 5s),
              "\x8a\x01"
              "1"
              "\x8a\x01"
              "2");
    EXPECT_EQ(end_.pongs(), 1U);
}

TEST_F(a_server, answers_the_last_ping_once_a_long_message_is_written) {
    const std::string large = pattern(4 << 20);
    auto sending = grove::spawn([&] { end_.send(websocket_kind::binary, large); });
    let_it_park(sending);
    peer_.write_all(masked(opcode::ping, "1") + masked(opcode::ping, "2"));
    auto receiving = grove::spawn([&] { (void)end_.receive(); });
    let_it_park(receiving);
    std::string got(10 + large.size() + 3, '\0');
    peer_.read_exactly(std::as_writable_bytes(std::span(got)), 20s);
    EXPECT_EQ(got.substr(10 + large.size()),
              "\x8a\x01"
              "2");
}

TEST_F(a_server, writes_at_once_what_it_was_to_send_later) {
    end_.send_later(websocket_kind::text, "1");
    end_.send_later(websocket_kind::binary, "2");
    EXPECT_EQ(failure([&] { (void)read_text(peer_, 1ms); }), std::errc::timed_out);
    end_.flush();
    EXPECT_EQ(read_text(peer_, 5s),
              "\x81\x01"
              "1"
              "\x82\x01"
              "2");
    end_.send_later(websocket_kind::text, "3");
    end_.send("4");
    EXPECT_EQ(read_text(peer_, 5s),
              "\x81\x01"
              "3"
              "\x81\x01"
              "4");
}

TEST_F(a_server, writes_what_it_was_to_send_later_before_it_waits) {
    peer_.write_all(masked(opcode::text, "1") + masked(opcode::text, "2"));
    auto echoing = grove::spawn([&] {
        while (const auto got = end_.receive()) end_.send_later(got->kind, got->data);
    });
    let_it_park(echoing);
    EXPECT_EQ(read_text(peer_, 5s),
              "\x81\x01"
              "1"
              "\x81\x01"
              "2");
}

TEST_F(a_server, leaves_no_more_than_16_KiB_for_later) {
    const std::string part(4000, 'x');
    for (int n = 0; n < 4; ++n) end_.send_later(websocket_kind::binary, part);
    EXPECT_EQ(failure([&] { (void)read_text(peer_, 1ms); }), std::errc::timed_out);
    end_.send_later(websocket_kind::binary, part);
    std::string got(5 * (part.size() + 4), '\0');
    peer_.read_exactly(std::as_writable_bytes(std::span(got)), 5s);
    end_.send_later(websocket_kind::text, "small");
    end_.send_later(websocket_kind::binary, std::string(5000, 'x'));
    got.resize(7 + 4 + 5000);
    peer_.read_exactly(std::as_writable_bytes(std::span(got)), 5s);
    EXPECT_EQ(got.substr(0, 7), "\x81\x05small");
}

TEST_F(a_server, says_goodbye_behind_what_it_was_to_send_later) {
    end_.send_later(websocket_kind::text, "1");
    peer_.write_all(masked_close(1000));
    EXPECT_TRUE(end_.close());
    EXPECT_EQ(grove_test::read_to_end(peer_),
              "\x81\x01"
              "1"
              "\x88\x02\x03\xe8");
}

TEST_F(a_server, takes_what_was_read_ahead_first) {
    auto ends = grove_test::unix_pair();
    const std::string ahead =
        masked(opcode::text, std::string(5000, 'x')) + masked(opcode::text, "two").substr(0, 3);
    websocket end(std::move(ends.server), websocket_role::server, {}, ahead);
    EXPECT_EQ(told(end.receive(5s)), "text:" + std::string(5000, 'x'));
    ends.client.write_all(masked(opcode::text, "two").substr(3));
    EXPECT_EQ(told(end.receive(5s)), "text:two");
}

TEST_F(a_client, masks_each_frame_with_another_key) {
    std::string seen;
    for (int n = 0; n < 100; ++n) {
        end_.send("abcd");
        const std::string frame = read_text(peer_, 5s);
        ASSERT_EQ(frame.size(), 10U);
        ASSERT_EQ(frame.substr(0, 2), "\x81\x84");
        const std::string key = frame.substr(2, 4);
        for (std::size_t at = 0; at < 4; ++at) ASSERT_EQ(frame[6 + at] ^ key[at], "abcd"[at]);
        ASSERT_EQ(seen.find(key), std::string::npos) << n;
        seen += key + "    ";
    }
}

TEST_F(a_client, refuses_to_send_what_the_peer_would_refuse) {
    EXPECT_THROW(end_.send("\xff"), std::invalid_argument);
    EXPECT_THROW(end_.ping(std::string(126, 'x')), std::invalid_argument);
    EXPECT_THROW(end_.close(1005), std::invalid_argument);
    EXPECT_THROW(end_.close(1000, "\xff"), std::invalid_argument);
    EXPECT_TRUE(end_.is_open());
}

TEST_F(a_client, that_was_moved_goes_on) {
    websocket other = std::move(end_);
    peer_.write_all("\x81\x02hi");
    EXPECT_EQ(told(other.receive(5s)), "text:hi");
}

}  // namespace
