// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_connection.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::http_asked;
using grove::http_connection;
using grove::http_errc;
using grove_test::failure;
using testing::Eq;
using testing::Optional;

class connection : public testing::Test {
 protected:
    grove_test::connected ends_ = grove_test::tcp_pair();
    grove::socket peer_ = std::move(ends_.server);
    http_connection to_{std::move(ends_.client)};
};

TEST_F(connection, sends_a_request_as_it_is) {
    to_.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    to_.close();
    EXPECT_EQ(grove_test::read_to_end(peer_), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST_F(connection, tells_what_came_back) {
    peer_.write_all("HTTP/1.1 418 Tea\r\nX-Pot:  short \r\nContent-Length: 6\r\n\r\nspout\n");
    const grove::http_answer& got = to_.receive(5s, http_asked::with_body, 3);
    EXPECT_EQ(got.status, 418U);
    EXPECT_EQ(got.body, "spo");
    EXPECT_EQ(got.body_size, 6U);
    EXPECT_EQ(got.wire_size, 61U);
    EXPECT_TRUE(got.keep_alive);
    EXPECT_THAT(got.find("x-POT"), Optional(Eq("short")));
    EXPECT_THAT(got.find("content-length"), Optional(Eq("6")));
    EXPECT_FALSE(got.find("HTTP/1.1 418 Tea").has_value());
    EXPECT_FALSE(got.find("pot").has_value());
}

TEST_F(connection, knows_when_the_first_and_the_last_byte_came) {
    auto answering = grove::spawn([&] {
        peer_.write_all("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
        grove::sleep_for(20ms);
        peer_.write_all("x");
    });
    const grove::deadline before = grove::deadline::now();
    const grove::http_answer& got = to_.receive(5s);
    EXPECT_GE(got.first_byte, before);
    EXPECT_GE(got.last_byte - got.first_byte, 10ms);
    EXPECT_LE(got.last_byte, grove::deadline::now());
    answering.get();
}

TEST_F(connection, gets_answers_in_the_order_of_its_requests) {
    to_.send("1");
    to_.send("2");
    peer_.write_all(
        "HTTP/1.1 201 A\r\nContent-Length: 0\r\n\r\nHTTP/1.1 202 B\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(to_.receive(5s).status, 201U);
    EXPECT_FALSE(to_.rest().empty());
    EXPECT_EQ(to_.receive(5s).status, 202U);
    EXPECT_TRUE(to_.rest().empty());
}

TEST_F(connection, expects_no_body_of_an_answer_to_head) {
    peer_.write_all("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n");
    EXPECT_EQ(to_.receive(5s, http_asked::head).body_size, 0U);
}

TEST_F(connection, gives_a_body_as_it_comes) {
    peer_.write_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const grove::http_answer& got = to_.receive_head(5s);
    EXPECT_EQ(got.status, 200U);
    EXPECT_FALSE(got.keep_alive);
    peer_.write_all("3\r\none\r\n");
    EXPECT_EQ(to_.read_some(5s), "one");
    EXPECT_EQ(failure([&] { (void)to_.read_some(10ms); }), std::errc::timed_out);
    peer_.write_all("3\r\ntwo\r\n0\r\n\r\n");
    EXPECT_EQ(to_.read_some(5s), "two");
    EXPECT_EQ(to_.read_some(5s), "");
    EXPECT_EQ(to_.read_some(5s), "");
    EXPECT_EQ(got.body_size, 6U);
    EXPECT_TRUE(got.keep_alive);
}

TEST_F(connection, reads_a_body_no_faster_than_it_is_asked) {
    const std::string large(std::size_t{32} << 20, 'x');
    auto answering = grove::spawn([&] {
        peer_.write_all("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large.size()) +
                        "\r\n\r\n");
        peer_.write_all(large);
    });
    (void)to_.receive_head(5s);
    EXPECT_FALSE(answering.join(50ms));
    std::size_t size = 0;
    for (auto piece = to_.read_some(5s); !piece.empty(); piece = to_.read_some(5s)) {
        size += piece.size();
        EXPECT_LE(piece.size(), std::size_t{64} << 10);
    }
    EXPECT_EQ(size, large.size());
    answering.get();
}

TEST_F(connection, tells_a_body_that_breaks_off) {
    peer_.write_all("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
    peer_.close();
    (void)to_.receive_head(5s);
    EXPECT_EQ(to_.read_some(5s), "hello");
    EXPECT_EQ(failure([&] { (void)to_.read_some(5s); }), http_errc::truncated);
}

TEST_F(connection, tells_all_fields_in_their_order) {
    peer_.write_all("HTTP/1.1 204 No\r\nSet-Cookie: a\r\nX:\r\nset-cookie:  b \r\n\r\n");
    const auto fields = to_.receive_head(5s).fields();
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_EQ(fields[0].name, "Set-Cookie");
    EXPECT_EQ(fields[0].value, "a");
    EXPECT_EQ(fields[1].value, "");
    EXPECT_EQ(fields[2].name, "set-cookie");
    EXPECT_EQ(fields[2].value, "b");
    EXPECT_THAT(grove::http_answer{}.fields(), testing::IsEmpty());
}

TEST_F(connection, fails_by_what_went_wrong) {
    EXPECT_EQ(failure([&] { (void)to_.receive(10ms); }), std::errc::timed_out);
    peer_.write_all("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
    peer_.close();
    EXPECT_EQ(failure([&] { (void)to_.receive(5s); }), http_errc::truncated);
    EXPECT_EQ(failure([&] { (void)to_.receive(5s); }), http_errc::closed);
}

TEST_F(connection, says_what_is_wrong_with_an_answer) {
    peer_.write_all("SSH-2.0-OpenSSH_9.2\r\n");
    EXPECT_EQ(failure([&] { (void)to_.receive(5s); }), http_errc::malformed);
}

TEST_F(connection, tells_a_reset) {
    peer_.abort();
    EXPECT_EQ(failure([&] { (void)to_.receive(5s); }), std::errc::connection_reset);
}

TEST_F(connection, ends_its_wait_when_it_is_killed_or_closed) {
    auto waiting = grove::spawn([&] { (void)to_.receive(); });
    grove::yield();
    waiting.kill();
    EXPECT_TRUE(waiting.ready());
    auto other = grove::spawn([&] { return failure([&] { (void)to_.receive(); }); });
    grove::yield();
    to_.close();
    EXPECT_EQ(other.get(5s), std::errc::bad_file_descriptor);
}

TEST_F(connection, leaves_the_stream_to_the_protocol_it_was_switched_to) {
    peer_.write_all("HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst");
    EXPECT_EQ(to_.receive(5s).status, 101U);
    EXPECT_EQ(to_.rest(), "first");
    peer_.write_all("then\n");
    EXPECT_EQ(to_.stream().read_line(5s), "then\n");
}

}  // namespace
