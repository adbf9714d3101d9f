// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using grove_test::connected;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::shake_hands;
using grove_test::tcp_pair;
using grove_test::test_name;
using grove_test::tls_pair;
using grove_test::unix_pair;
using testing::StartsWith;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

class tls : public grove_test::tls_fixture {};

TEST_F(tls, carries_bytes_both_ways) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("ping");
    EXPECT_EQ(read_text(server), "ping");
    server.write_all("pong");
    EXPECT_EQ(read_text(client), "pong");
}

TEST_F(tls, sends_nothing_that_can_be_read_by_others) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("a secret of some length");
    std::string raw(4096, '\0');
    raw.resize(static_cast<std::size_t>(::recv(server.fd(), raw.data(), raw.size(), MSG_PEEK)));
    EXPECT_THAT(raw, testing::Not(testing::HasSubstr("secret")));
    EXPECT_EQ(read_text(server), "a secret of some length");
}

TEST_F(tls, tells_what_was_agreed_on) {
    auto [client, server] = tls_pair(client_, server_);
    for (const grove::socket* end : {&client, &server}) {
        ASSERT_TRUE(end->is_tls());
        const grove::tls_info info = end->tls();
        EXPECT_EQ(info.version, grove::tls_version::tls1_3);
        EXPECT_THAT(info.cipher, StartsWith("TLS_"));
        EXPECT_EQ(info.alpn, "");
        EXPECT_EQ(info.server_name, test_name);
        EXPECT_FALSE(info.resumed);
    }
    EXPECT_EQ(client.tls().peer_subject, "CN=the server");
    EXPECT_EQ(server.tls().peer_subject, "");
    ASSERT_TRUE(client.tls().peer_expires.has_value());
    EXPECT_GT(*client.tls().peer_expires, std::chrono::system_clock::now());
    EXPECT_FALSE(server.tls().peer_expires.has_value());
}

TEST_F(tls, is_not_there_before_it_was_started) {
    auto [client, server] = tcp_pair();
    EXPECT_FALSE(client.is_tls());
    EXPECT_THROW((void)client.tls(), std::logic_error);
}

TEST_F(tls, cannot_be_started_twice) {
    auto [client, server] = tls_pair(client_, server_);
    EXPECT_THROW(client.start_tls(client_, test_name), std::logic_error);
    EXPECT_FALSE(client.is_open());
}

TEST_F(tls, starts_after_plain_text) {
    connected ends = tcp_pair();
    auto serving = grove::spawn([&] {
        EXPECT_EQ(ends.server.read_line(), "STARTTLS\n");
        ends.server.write_all("go ahead\n");
        ends.server.start_tls(server_);
        EXPECT_EQ(ends.server.read_line(), "secret\n");
    });
    ends.client.write_all("STARTTLS\n");
    EXPECT_EQ(ends.client.read_line(), "go ahead\n");
    ends.client.start_tls(client_, test_name);
    ends.client.write_all("secret\n");
    serving.get();
}

TEST_F(tls, does_not_start_on_plain_text_that_was_read_ahead) {
    connected ends = tcp_pair();
    ends.client.write_all("STARTTLS\nfrom a stranger\n");
    EXPECT_EQ(ends.server.read_line(), "STARTTLS\n");
    EXPECT_EQ(failure([&] { ends.server.start_tls(server_); }), grove::tls_errc::read_ahead);
    EXPECT_FALSE(ends.server.is_open());
}

TEST_F(tls, goes_over_unix_sockets) {
    connected ends = unix_pair();
    shake_hands(ends, client_, server_);
    ends.client.write_all("ping");
    EXPECT_EQ(read_text(ends.server), "ping");
}

TEST_F(tls, gives_lines_and_exact_amounts) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("one\ntwo\nabcdef");
    EXPECT_EQ(server.read_line(), "one\n");
    EXPECT_EQ(server.read_line(), "two\n");
    std::array<std::byte, 6> six{};
    server.read_exactly(six);
    EXPECT_EQ(six[5], std::byte{'f'});
}

TEST_F(tls, a_read_takes_what_there_is_and_leaves_what_does_not_fit) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("abcdef");
    std::string four(4, '\0');
    EXPECT_EQ(server.read_some(std::span(four)), 4U);
    EXPECT_EQ(four, "abcd");
    EXPECT_EQ(server.read_some(std::span(four)), 2U);
    EXPECT_EQ(four.substr(0, 2), "ef");
}

TEST_F(tls, a_byte_at_a_time_arrives_in_order) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(2000);
    auto writer = grove::spawn([&, &client = client] {
        for (const char& c : sent) client.write_all({&c, 1});
        client.shutdown_write();
    });
    std::string got;
    for (char c = 0; server.read_some(std::span(&c, 1)) == 1;) got += c;
    EXPECT_TRUE(got == sent);
    writer.get();
}

TEST_F(tls, ten_mebibytes_go_both_ways_at_once) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(std::size_t{10} << 20);
    const auto write_from = [&sent](grove::socket& from) {
        from.write_all(sent);
        from.shutdown_write();
    };
    auto there = grove::spawn([&, &client = client] { write_from(client); });
    auto back = grove::spawn([&, &server = server] { write_from(server); });
    auto at_server = grove::spawn([&server = server] { return read_to_end(server); });
    auto at_client = grove::spawn([&client = client] { return read_to_end(client); });
    EXPECT_TRUE(at_server.get() == sent);
    EXPECT_TRUE(at_client.get() == sent);
    there.get();
    back.get();
}

TEST_F(tls, writing_nothing_sends_nothing) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("");
    client.write_all("x");
    EXPECT_EQ(read_text(server), "x");
}

TEST_F(tls, the_end_of_the_stream_is_zero_bytes_each_time) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("last");
    client.close();
    EXPECT_EQ(read_text(server), "last");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read_text(server), "");
}

TEST_F(tls, a_half_that_was_shut_leaves_the_other_open) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("question");
    client.shutdown_write();  // before the server's tickets were read
    EXPECT_EQ(read_to_end(server), "question");
    const std::string answer = pattern(more_than_fits);
    auto writer = grove::spawn([&, &server = server] {
        server.write_all(answer);
        server.shutdown_write();
    });
    let_it_park(writer);
    EXPECT_TRUE(read_to_end(client) == answer);
    writer.get();
}

TEST_F(tls, nothing_can_be_written_to_a_half_that_was_shut) {
    auto [client, server] = tls_pair(client_, server_);
    client.shutdown_write();
    client.shutdown_write();
    EXPECT_EQ(failure([&client = client] { client.write_all("x"); }), std::errc::broken_pipe);
    server.write_all("y");
    EXPECT_EQ(read_text(client), "y");
}

TEST_F(tls, goes_with_a_socket_that_is_moved) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("a\nb\n");
    EXPECT_EQ(server.read_line(), "a\n");
    grove::socket moved = std::move(server);
    EXPECT_EQ(moved.read_line(), "b\n");
    moved.write_all("c\n");
    EXPECT_EQ(client.read_line(), "c\n");
}

TEST_F(tls, ends_in_order_where_the_socket_is_assigned_over_or_destroyed) {
    auto [client, server] = tls_pair(client_, server_);
    {
        auto [other_client, other_server] = tls_pair(client_, server_);
        client = std::move(other_client);
        EXPECT_EQ(read_text(server), "");
        client.write_all("x");
        EXPECT_EQ(read_text(other_server), "x");
    }
    EXPECT_EQ(read_text(client), "");
}

TEST_F(tls, what_is_sent_before_the_end_arrives_though_tickets_were_not_read) {
    connected ends = tcp_pair();
    auto serving = grove::spawn([&] {
        ends.server.start_tls(server_);
        return read_to_end(ends.server);
    });
    ends.client.start_tls(client_, test_name);
    ends.client.write_all("all there is");
    ends.client.close();
    EXPECT_EQ(serving.get(), "all there is");
}

}  // namespace
