// SPDX-License-Identifier: MIT
#include "core/sanitizers.hpp"
#include "tests/support/greenlets.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/simulation.hpp>
#include <grove/stream_server.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::socket;
using grove::stream_server;
using grove_test::complaint;
using grove_test::failure;
using grove_test::loopback;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::scratch_path;
using testing::AnyOf;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class servers : public grove_test::quiet {};

void echo(socket& peer) {
    for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
}

void wait_for_the_end(socket& peer) {
    (void)read_to_end(peer);
}

socket connect_to(const stream_server& server) {
    return socket::connect(server.local(), 5s);
}

/// A client whose connection has begun.
socket talking_to(const stream_server& server) {
    socket client = connect_to(server);
    client.write_all("hello\n");
    EXPECT_EQ(client.read_line(5s), "hello\n");
    return client;
}

TEST_F(servers, have_a_greenlet_for_each_connection) {
    stream_server server(loopback(), echo);
    socket first = talking_to(server);
    socket second = talking_to(server);
    first.write_all("still here\n");
    EXPECT_EQ(first.read_line(5s), "still here\n");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(servers, close_a_connection_when_its_function_returns) {
    stream_server server(loopback(), [](socket& peer) { peer.write_all("bye"); });
    socket client = connect_to(server);
    EXPECT_EQ(read_to_end(client), "bye");
}

TEST_F(servers, outlive_a_connection_that_fails_and_tell_whose_it_was) {
    stream_server server(loopback(), [](socket&) { throw std::runtime_error("bad day"); });
    socket client = connect_to(server);
    EXPECT_EQ(read_to_end(client), "");
    EXPECT_THAT(reported, ElementsAre("connection from " + client.local().text()));
    socket other = connect_to(server);
    EXPECT_EQ(read_to_end(other), "");
}

TEST_F(servers, leave_in_the_backlog_what_is_more_than_they_may_have) {
    stream_server server(loopback(), echo, {.most_connections = 2});
    std::optional<socket> first = talking_to(server);
    socket second = talking_to(server);
    socket third = connect_to(server);
    third.write_all("patience\n");
    grove::idle();
    EXPECT_EQ(server.connections(), 2U);
    first.reset();
    EXPECT_EQ(third.read_line(5s), "patience\n");
}

TEST_F(servers, serve_a_thousand_at_once) {
    stream_server server(loopback(), echo);
    std::vector<socket> clients;
    for (int i = 0; i < 1000; ++i) clients.push_back(talking_to(server));
    EXPECT_EQ(server.connections(), 1000U);
    clients.clear();
    EXPECT_EQ(server.stop(10s), 0U);
}

TEST_F(servers, take_turns_with_other_greenlets_while_many_come) {
    stream_server server(loopback(), [](socket&) {}, {.accepts_a_turn = 1});
    std::vector<socket> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(connect_to(server));
    int others = 0;
    auto other = grove::spawn([&] {
        for (;; grove::yield()) ++others;
    });
    for (socket& client : clients) EXPECT_EQ(read_to_end(client), "");
    EXPECT_GE(others, 25);
    other.kill();
}

#ifndef GROVE_ASAN  // UndefinedBehaviorSanitizer looks at an exception through a pipe of its own
TEST_F(servers, go_on_when_there_is_a_descriptor_again_and_tell_of_it_once) {
    stream_server server(loopback(), echo);
    server.stop_accepting();
    socket client = connect_to(server);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int lowest_free = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
    ::close(lowest_free);
    const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    server.start_accepting();
    grove::sleep_for(50ms);  // 10 ms, 20 ms and the beginning of 40 ms
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_THAT(reported, ElementsAre("accepting on " + server.local().text()));
    client.write_all("at last\n");
    EXPECT_EQ(client.read_line(5s), "at last\n");
}
#endif

// --- stopping ---

TEST_F(servers, wait_for_their_connections_when_they_stop) {
    stream_server server(loopback(), [](socket& peer) {
        peer.write_all("hello\n");
        (void)peer.read_line();
        peer.write_all("done");
    });
    socket client = connect_to(server);
    EXPECT_EQ(client.read_line(5s), "hello\n");
    auto stopper = grove::spawn([&] { return server.stop(1h); });
    while (!server.closed()) grove::sleep_for(1ms);
    EXPECT_EQ(failure([&] { (void)server.local(); }), std::errc::bad_file_descriptor);
    client.write_all("go on\n");
    EXPECT_EQ(read_to_end(client), "done");
    EXPECT_EQ(stopper.get(5s), 0U);
}

TEST_F(servers, kill_what_is_left_after_their_grace) {
    stream_server server(loopback(), wait_for_the_end);
    socket one = connect_to(server);
    socket other = connect_to(server);
    while (server.connections() < 2) grove::sleep_for(1ms);
    EXPECT_EQ(server.stop(20ms), 2U);
    EXPECT_EQ(server.connections(), 0U);
    EXPECT_EQ(read_to_end(one), "");
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(servers, can_be_stopped_twice_and_by_two_at_once) {
    stream_server server(loopback(), wait_for_the_end);
    socket client = connect_to(server);
    while (server.connections() < 1) grove::sleep_for(1ms);
    auto one = grove::spawn([&] { return server.stop(10ms); });
    auto other = grove::spawn([&] { return server.stop(1h); });
    grove::join_all(one, other);
    EXPECT_EQ(one.get() + other.get(), 1U);
    EXPECT_EQ(server.stop(), 0U);
}

TEST_F(servers, can_be_stopped_by_a_connection_of_theirs) {
    std::unique_ptr<stream_server> server;
    grove::event stopped;
    server = std::make_unique<stream_server>(loopback(), [&](socket& peer) {
        EXPECT_EQ(server->stop(), 0U);
        stopped.set();
        peer.write_all("the last one");
    });
    socket client = connect_to(*server);
    server->serve_forever();
    EXPECT_EQ(read_to_end(client), "the last one");
    EXPECT_TRUE(stopped.is_set());
}

TEST_F(servers, end_their_connections_when_they_are_destroyed) {
    auto server = std::make_unique<stream_server>(loopback(), wait_for_the_end);
    socket client = connect_to(*server);
    while (server->connections() < 1) grove::sleep_for(1ms);
    server.reset();
    EXPECT_EQ(read_to_end(client), "");
}

TEST_F(servers, kill_their_connections_when_a_stop_is_interrupted) {
    stream_server server(loopback(), wait_for_the_end);
    socket client = connect_to(server);
    while (server.connections() < 1) grove::sleep_for(1ms);
    EXPECT_FALSE(grove::with_timeout(10ms, [&] { server.stop(1h); }));
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(servers, serve_until_they_are_stopped) {
    stream_server server(loopback(), echo);
    auto forever = grove::spawn([&] { server.serve_forever(); });
    socket client = talking_to(server);
    EXPECT_FALSE(forever.ready());
    client.close();
    server.stop();
    EXPECT_TRUE(forever.join(5s));
}

TEST_F(servers, accept_nothing_while_they_are_told_not_to) {
    stream_server server(loopback(), echo);
    server.stop_accepting();
    socket client = connect_to(server);
    client.write_all("hello\n");
    grove::sleep_for(10ms);
    EXPECT_EQ(server.connections(), 0U);
    server.start_accepting();
    server.start_accepting();
    EXPECT_EQ(client.read_line(5s), "hello\n");
}

TEST_F(servers, that_wait_for_connections_are_no_deadlock) {
    stream_server server(loopback(), echo);
    EXPECT_FALSE(grove::with_timeout(20ms, [&] { server.serve_forever(); }));
}

// --- where they listen ---

TEST_F(servers, listen_where_a_text_says) {
    const scratch_path path;
    EXPECT_THAT(stream_server("127.0.0.1:0", echo).local().text(), StartsWith("127.0.0.1:"));
    EXPECT_THAT(stream_server("[::1]:0", echo).local().text(), StartsWith("[::1]:"));
    EXPECT_THAT(stream_server(":0", echo).local().text(), StartsWith("0.0.0.0:"));
    stream_server of_both_kinds("*:0", echo);
    EXPECT_THAT(of_both_kinds.local().text(), AnyOf(StartsWith("[::]:"), StartsWith("0.0.0.0:")));
    EXPECT_TRUE(
        socket::connect(loopback("127.0.0.1:" + std::to_string(of_both_kinds.local().port())))
            .is_open());
    stream_server local("unix:" + path.text(), echo);
    talking_to(local);
    for (const char* bad : {"", "80", "host:80", "*", "*:x"})
        EXPECT_THROW(stream_server(bad, echo), std::invalid_argument) << bad;
}

TEST_F(servers, say_which_port_is_taken) {
    const stream_server first(loopback(), echo);
    EXPECT_THAT(complaint([&] { const stream_server second(first.local(), echo); }),
                HasSubstr("bind " + first.local().text()));
}

TEST_F(servers, take_a_listener_that_there_is) {
    grove::listener door(loopback());
    const grove::endpoint at = door.local();
    stream_server server(std::move(door), echo);
    EXPECT_EQ(server.local(), at);
    talking_to(server);
}

TEST_F(servers, may_share_a_port) {
    stream_server one(loopback(), echo, {.listen = {.share_port = true}});
    stream_server other(one.local(), echo, {.listen = {.share_port = true}});
    EXPECT_EQ(other.local(), one.local());
    talking_to(one);
}

}  // namespace
