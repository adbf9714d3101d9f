// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/stream_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using grove::socket;
using grove::stream_server;
using grove_test::loopback;
using grove_test::read_to_end;
using grove_test::test_name;
using testing::ElementsAre;
using testing::IsEmpty;

void echo(socket& peer) {
    for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
}

class tls_servers : public grove_test::quiet {
 protected:
    grove_test::trusted trust_;
    grove::tls_client client_{trust_.client_options()};
    grove::stream_server_options secured_{.tls = grove::tls_server(trust_.server_options())};

    [[nodiscard]] static socket connect_to(const stream_server& server) {
        return socket::connect(server.local(), 5s);
    }
};

TEST_F(tls_servers, shake_hands_before_the_function_sees_a_connection) {
    std::string asked_for;
    stream_server server(
        loopback(),
        [&](socket& peer) {
            asked_for = peer.tls().server_name;
            echo(peer);
        },
        secured_);
    socket peer = connect_to(server);
    peer.start_tls(client_, test_name, 5s);
    peer.write_all("hello\n");
    EXPECT_EQ(peer.read_line(5s), "hello\n");
    EXPECT_EQ(asked_for, test_name);
}

TEST_F(tls_servers, shake_hands_with_one_while_another_says_nothing) {
    stream_server server(loopback(), echo, secured_);
    const socket silent = connect_to(server);
    socket peer = connect_to(server);
    peer.start_tls(client_, test_name, 5s);
    peer.write_all("hello\n");
    EXPECT_EQ(peer.read_line(5s), "hello\n");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(tls_servers, end_the_connection_of_a_client_that_says_nothing_in_time) {
    secured_.handshake = 20ms;
    bool called = false;
    stream_server server(
        loopback(), [&](socket&) { called = true; }, secured_);
    socket silent = connect_to(server);
    EXPECT_EQ(read_to_end(silent), "");
    EXPECT_FALSE(called);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(tls_servers, say_nothing_of_who_looks_whether_the_port_is_open) {
    stream_server server(loopback(), echo, secured_);
    socket peer = connect_to(server);
    while (server.connections() < 1) grove::sleep_for(1ms);
    peer.close();
    while (server.connections() > 0) grove::sleep_for(1ms);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(tls_servers, tell_of_a_client_that_does_not_speak_tls_and_go_on) {
    stream_server server(loopback(), echo, secured_);
    socket plain = connect_to(server);
    const std::string name = "connection from " + plain.local().text();
    plain.write_all("GET / HTTP/1.1\r\n\r\n");
    while (reported.empty()) grove::sleep_for(1ms);
    EXPECT_THAT(reported, ElementsAre(name));
    socket peer = connect_to(server);
    peer.start_tls(client_, test_name, 5s);
    peer.write_all("hello\n");
    EXPECT_EQ(peer.read_line(5s), "hello\n");
}

TEST_F(tls_servers, stop_in_the_middle_of_a_handshake) {
    stream_server server(loopback(), echo, secured_);
    socket silent = connect_to(server);
    while (server.connections() < 1) grove::sleep_for(1ms);
    EXPECT_EQ(server.stop(0s), 1U);
    EXPECT_EQ(read_to_end(silent), "");
}

}  // namespace
