// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/datagram_socket.hpp>
#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::datagram;
using grove::datagram_socket;
using grove::endpoint;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::scratch_path;
using testing::HasSubstr;

std::string receive_text(datagram_socket& by, grove::deadline until = grove::never) {
    std::array<char, 2048> room{};
    const datagram got = by.receive(room, until);
    return {room.data(), got.size};
}

TEST(udp, messages_arrive_whole_and_say_where_from) {
    datagram_socket one(loopback());
    datagram_socket other(loopback());
    one.send_to("first", other.local());
    one.send_to("", other.local());
    one.send_to("third", other.local());
    std::array<char, 100> room{};
    const datagram got = other.receive(room);
    EXPECT_EQ(got.from, one.local());
    EXPECT_EQ(got.size, 5U);
    EXPECT_FALSE(got.truncated());
    EXPECT_EQ(receive_text(other), "");
    EXPECT_EQ(receive_text(other), "third");
}

TEST(udp, speaks_ipv6) {
    datagram_socket one(loopback("[::1]:0"));
    datagram_socket other(loopback("[::1]:0"));
    one.send_to("six", other.local());
    EXPECT_EQ(receive_text(other), "six");
    EXPECT_THAT(other.local().text(), testing::StartsWith("[::1]:"));
}

TEST(udp, what_does_not_fit_is_told) {
    datagram_socket one(loopback());
    datagram_socket other(loopback());
    one.send_to("0123456789", other.local());
    one.send_to("next", other.local());
    std::array<char, 4> room{};
    const datagram got = other.receive(room);
    EXPECT_EQ(std::string(room.data(), got.size), "0123");
    EXPECT_EQ(got.whole, 10U);
    EXPECT_TRUE(got.truncated());
    EXPECT_EQ(receive_text(other), "next");
}

TEST(udp, a_message_that_is_too_large_is_refused) {
    datagram_socket one(loopback());
    datagram_socket other(loopback());
    const std::string most = pattern(65'507);
    one.send_to(most, other.local());
    std::string room(70'000, '\0');
    EXPECT_EQ(other.receive(std::span(room)).size, most.size());
    EXPECT_EQ(failure([&] { one.send_to(most + "x", other.local()); }), std::errc::message_size);
    EXPECT_THAT(complaint([&] { one.send_to(most + "x", other.local()); }),
                HasSubstr("sendto " + other.local().text()));
}

TEST(udp, a_connected_one_hears_its_peer_alone) {
    datagram_socket server(loopback());
    datagram_socket stranger(loopback());
    datagram_socket client = datagram_socket::connected(server.local());
    EXPECT_EQ(client.peer(), server.local());
    client.send("question");
    EXPECT_EQ(receive_text(server), "question");
    stranger.send_to("noise", client.local());
    server.send_to("answer", client.local());
    EXPECT_EQ(receive_text(client), "answer");
}

TEST(udp, a_connected_one_learns_that_nobody_listens) {
    endpoint gone;
    {
        datagram_socket server(loopback());
        gone = server.local();
    }
    datagram_socket client = datagram_socket::connected(gone);
    client.send("anybody?");
    EXPECT_EQ(failure([&] { receive_text(client, 5s); }), std::errc::connection_refused);
    client.send("still usable");
}

TEST(udp, without_a_peer_there_is_nobody_to_send_to) {
    datagram_socket alone(loopback());
    EXPECT_EQ(failure([&] { alone.send("x"); }), std::errc::destination_address_required);
    EXPECT_EQ(failure([&] { (void)alone.peer(); }), std::errc::not_connected);
}

TEST(udp, a_port_that_is_taken_is_named) {
    datagram_socket first(loopback());
    EXPECT_THAT(complaint([&] { datagram_socket second(first.local()); }),
                HasSubstr("bind " + first.local().text()));
}

TEST(udp, a_port_may_be_shared_on_request) {
    datagram_socket first(loopback(), {.share_port = true});
    datagram_socket second(first.local(), {.share_port = true});
    EXPECT_EQ(second.local(), first.local());
}

TEST(udp, broadcast_is_asked_for) {
    datagram_socket plain(loopback("0.0.0.0:0"));
    const endpoint all = loopback("255.255.255.255:9");
    EXPECT_EQ(failure([&] { plain.send_to("x", all); }), std::errc::permission_denied);
    datagram_socket allowed(loopback("0.0.0.0:0"), {.broadcast = true});
    EXPECT_NE(failure([&] { allowed.send_to("x", all); }), std::errc::permission_denied);
}

TEST(udp, one_receives_while_another_sends) {
    datagram_socket here(loopback());
    auto receiver = grove::spawn([&] { return receive_text(here); });
    let_it_park(receiver);
    here.send_to("to myself", here.local());
    EXPECT_EQ(receiver.get(), "to myself");
}

TEST(udp, two_receivers_are_an_error_that_names_both) {
    datagram_socket here(loopback());
    auto first = grove::spawn({.name = "first"}, [&] { receive_text(here); });
    let_it_park(first);
    EXPECT_THAT(complaint([&] { receive_text(here); }),
                HasSubstr("main greenlet: first already reads this descriptor"));
    first.kill();
}

TEST(udp, that_is_closed_wakes_its_receiver) {
    datagram_socket here(loopback());
    auto receiver = grove::spawn([&] { return failure([&] { receive_text(here); }); });
    let_it_park(receiver);
    here.close();
    EXPECT_EQ(receiver.get(), std::errc::bad_file_descriptor);
    EXPECT_FALSE(here.is_open());
    EXPECT_EQ(failure([&] { receive_text(here); }), std::errc::bad_file_descriptor);
}

TEST(udp, a_thousand_questions_are_answered_one_by_one) {
    datagram_socket server(loopback());
    auto echo = grove::spawn([&] {
        std::array<std::byte, 100> room{};
        for (;;) {
            const datagram got = server.receive(room);
            server.send_to(std::span(room).first(got.size), got.from);
        }
    });
    datagram_socket client = datagram_socket::connected(server.local());
    for (int i = 0; i < 1000; ++i) {
        client.send(std::to_string(i));
        ASSERT_EQ(receive_text(client, 5s), std::to_string(i));
    }
    echo.kill();
}

TEST(unix_datagrams, say_the_path_of_their_sender) {
    const scratch_path path;
    datagram_socket server(endpoint::unix_path(path.text()));
    datagram_socket named(endpoint::unix_path(std::string("\0grove_datagram_test", 20)));
    named.send_to("hello", server.local());
    std::array<char, 100> room{};
    const datagram got = server.receive(room);
    EXPECT_EQ(std::string(room.data(), got.size), "hello");
    EXPECT_EQ(got.from, named.local());
    datagram_socket unnamed = datagram_socket::connected(server.local());
    unnamed.send("anonymous");
    EXPECT_EQ(server.receive(room).from, endpoint());
}

TEST(unix_datagrams, none_is_lost_though_the_receiver_is_slow) {
    const scratch_path path;
    datagram_socket server(endpoint::unix_path(path.text()));
    datagram_socket client(endpoint::unix_path(std::string("\0grove_datagram_slow", 20)));
    constexpr int count = 500;  // the kernel keeps ten or so
    auto sender = grove::spawn([&] {
        for (int i = 0; i < count / 2; ++i) client.send_to(std::to_string(i), server.local());
        client.connect(server.local());
        for (int i = count / 2; i < count; ++i) client.send(std::to_string(i));
    });
    for (int i = 0; i < count; ++i) ASSERT_EQ(receive_text(server, 5s), std::to_string(i));
    sender.join();
}

TEST(unix_datagrams, a_full_receiver_is_waited_for_until_the_deadline) {
    const grove::simulation world;
    const scratch_path path;
    datagram_socket server(endpoint::unix_path(path.text()));
    datagram_socket client = datagram_socket::connected(server.local());
    datagram_socket stranger(endpoint::unix_path(std::string("\0grove_datagram_full", 20)));
    const auto fill = [&] {
        for (;;) client.send("x", 0s);
    };
    EXPECT_EQ(failure(fill), std::errc::timed_out);
    EXPECT_EQ(failure([&] { client.send("x", 1s); }), std::errc::timed_out);
    EXPECT_EQ(world.elapsed(), 1s);
    EXPECT_EQ(failure([&] { stranger.send_to("x", server.local(), 1s); }), std::errc::timed_out);
    EXPECT_EQ(world.elapsed(), 2s);
}

}  // namespace
