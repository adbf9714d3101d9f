// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"

#include <gtest/gtest.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using grove_test::connected;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::tcp_pair;
using grove_test::tls_pair;
using grove_test::unix_pair;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

unsigned segments_sent(const grove::socket& by) {
    tcp_info info{};
    socklen_t size = sizeof info;
    ::getsockopt(by.fd(), IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_data_segs_out;
}

/// Cut into pieces of 0, 1, 2, ... bytes.
std::vector<std::string_view> in_growing_pieces(std::string_view text) {
    std::vector<std::string_view> made;
    for (std::size_t size = 0; !text.empty(); ++size) {
        made.push_back(text.substr(0, size));
        text.remove_prefix(std::min(size, text.size()));
    }
    return made;
}

/// What `read_some` and its like took, as text.
std::optional<std::string> try_text(grove::socket& from) {
    std::string got(256, '\0');
    const auto size = from.try_read_some(std::span(got));
    if (!size) return std::nullopt;
    got.resize(*size);
    return got;
}

TEST(gathered_write, of_small_pieces_is_one_segment) {
    auto [client, server] = tcp_pair();
    client.write_gathered(std::array{"head,"sv, ""sv, "body"sv});
    EXPECT_EQ(read_text(server), "head,body");
    EXPECT_EQ(segments_sent(client), 1U);
}

TEST(gathered_write, of_nothing_sends_nothing) {
    auto [client, server] = tcp_pair();
    client.write_gathered({});
    client.write_gathered(std::array{""sv, ""sv});
    EXPECT_EQ(segments_sent(client), 0U);
    client.close();
    EXPECT_EQ(read_text(server), "");
}

TEST(gathered_write, of_many_pieces_waits_for_a_slow_reader) {
    const std::string sent = pattern(more_than_fits);
    const auto pieces = in_growing_pieces(sent);
    for (const auto& make : {tcp_pair, unix_pair}) {
        connected ends = make();
        auto writer = grove::spawn([&] {
            ends.client.write_gathered(pieces);
            ends.client.close();
        });
        let_it_park(writer);
        EXPECT_TRUE(read_to_end(ends.server) == sent);
        writer.get();
    }
}

TEST(gathered_write, that_is_late_is_timed_out) {
    auto [client, server] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    const std::array pieces{std::string_view(sent), std::string_view(sent)};
    EXPECT_EQ(failure([&, &client = client] { client.write_gathered(pieces, 1ms); }),
              std::errc::timed_out);
}

TEST(gathered_write, to_who_is_gone_fails) {
    auto [client, server] = unix_pair();
    server.close();
    EXPECT_EQ(failure([&, &client = client] { client.write_gathered(std::array{"x"sv}); }),
              std::errc::broken_pipe);
}

class tls_gathered_write : public grove_test::tls_fixture {};

TEST_F(tls_gathered_write, of_small_pieces_is_one_record) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_gathered(std::array{"head,"sv, "body"sv});
    std::array<unsigned char, 4096> raw{};
    const ssize_t size = ::recv(server.fd(), raw.data(), raw.size(), MSG_PEEK);
    constexpr unsigned char application_data = 23;  // RFC 8446 section 5.1
    EXPECT_EQ(raw[0], application_data);
    EXPECT_EQ(5 + raw[3] * 256 + raw[4], size);
    EXPECT_EQ(read_text(server), "head,body");
}

TEST_F(tls_gathered_write, of_many_pieces_waits_for_a_slow_reader) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(more_than_fits);
    const auto pieces = in_growing_pieces(sent);
    auto writer = grove::spawn([&, &client = client] {
        client.write_gathered(pieces);
        client.close();
    });
    let_it_park(writer);
    EXPECT_TRUE(read_to_end(server) == sent);
    writer.get();
}

TEST_F(tls_gathered_write, of_long_pieces_keeps_their_order) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(100'000);
    const std::string_view all = sent;
    auto writer = grove::spawn([&, &client = client] {
        client.write_gathered(
            std::array{all.substr(0, 10), all.substr(10, 40'000), all.substr(40'010)});
        client.close();
    });
    EXPECT_TRUE(read_to_end(server) == sent);
    writer.get();
}

TEST(read_that_does_not_wait, takes_what_has_come_and_says_when_there_is_nothing) {
    for (const auto& make : {tcp_pair, unix_pair}) {
        connected ends = make();
        EXPECT_EQ(try_text(ends.server), std::nullopt);
        ends.client.write_all("ping");
        grove::idle();  // the hub looks
        EXPECT_EQ(try_text(ends.server), "ping");
        EXPECT_EQ(try_text(ends.server), std::nullopt);
        ends.client.close();
        grove::idle();
        EXPECT_EQ(try_text(ends.server), "");
        EXPECT_EQ(try_text(ends.server), "");
    }
}

TEST(read_that_does_not_wait, begins_with_what_was_read_ahead) {
    auto [near, far] = unix_pair();
    far.write_all("line\nrest");
    EXPECT_EQ(near.read_line(), "line\n");
    EXPECT_EQ(try_text(near), "rest");
    EXPECT_EQ(near.try_read_some(std::span<char>()), 0U);
}

TEST(read_that_does_not_wait, fails_when_the_peer_has_reset) {
    auto [near, far] = tcp_pair();
    far.abort();
    EXPECT_EQ(failure([&near = near] { (void)try_text(near); }), std::errc::connection_reset);
}

class tls_read_that_does_not_wait : public grove_test::tls_fixture {};

TEST_F(tls_read_that_does_not_wait, takes_what_has_come_and_says_when_there_is_nothing) {
    auto [client, server] = tls_pair(client_, server_);
    EXPECT_EQ(try_text(server), std::nullopt);
    client.write_all("ping");
    grove::idle();
    EXPECT_EQ(try_text(server), "ping");
    EXPECT_EQ(try_text(server), std::nullopt);
    client.close();
    grove::idle();
    EXPECT_EQ(try_text(server), "");
}

}  // namespace
