// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/datagram_server.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::datagram_request;
using grove::datagram_server;
using grove::datagram_socket;
using grove_test::complaint;
using grove_test::failure;
using grove_test::loopback;
using grove_test::scratch_folder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class datagram_servers : public grove_test::quiet {};

void echo(datagram_request& asked) {
    asked.answer(asked.message());
}

std::string answer_to(datagram_socket& client) {
    std::array<char, 2048> room{};
    return {room.data(), client.receive(room, 5s).size};
}

TEST_F(datagram_servers, answer_whoever_asks) {
    datagram_server server(loopback(), echo);
    auto one = datagram_socket::connected(server.local());
    auto other = datagram_socket::connected(server.local());
    one.send("one");
    other.send("");
    EXPECT_EQ(answer_to(one), "one");
    EXPECT_EQ(answer_to(other), "");
}

TEST_F(datagram_servers, know_who_asks) {
    std::string from;
    datagram_server server(loopback(), [&](datagram_request& asked) {
        from = asked.from().text();
        echo(asked);
    });
    auto client = datagram_socket::connected(server.local());
    client.send("hello");
    EXPECT_EQ(answer_to(client), "hello");
    EXPECT_EQ(from, client.local().text());
}

TEST_F(datagram_servers, have_a_greenlet_for_each_message) {
    grove::event go_on;
    datagram_server server(loopback(), [&](datagram_request& asked) {
        if (asked.message() == "wait") go_on.wait();
        echo(asked);
    });
    auto client = datagram_socket::connected(server.local());
    client.send("wait");
    client.send("at once");
    EXPECT_EQ(answer_to(client), "at once");
    EXPECT_EQ(server.at_work(), 1U);
    go_on.set();
    EXPECT_EQ(answer_to(client), "wait");
}

TEST_F(datagram_servers, leave_in_the_kernel_what_is_more_than_they_may_serve) {
    grove::event go_on;
    std::vector<std::string> begun;
    datagram_server server(loopback(),
                           [&](datagram_request& asked) {
                               begun.emplace_back(asked.message());
                               go_on.wait();
                               echo(asked);
                           },
                           {.most_at_once = 2});
    auto client = datagram_socket::connected(server.local());
    for (const char* text : {"a", "b", "c"}) client.send(text);
    while (server.at_work() < 2) grove::sleep_for(1ms);
    grove::sleep_for(5ms);
    EXPECT_THAT(begun, ElementsAre("a", "b"));
    go_on.set();
    for (const char* text : {"a", "b", "c"}) EXPECT_EQ(answer_to(client), text);
}

TEST_F(datagram_servers, outlive_a_message_that_fails_and_tell_whose_it_was) {
    datagram_server server(loopback(), [](datagram_request& asked) {
        if (asked.message() == "bad") throw std::runtime_error("bad day");
        echo(asked);
    });
    auto client = datagram_socket::connected(server.local());
    client.send("bad");
    client.send("good");
    EXPECT_EQ(answer_to(client), "good");
    EXPECT_THAT(reported, ElementsAre("message from " + client.local().text()));
}

TEST_F(datagram_servers, outlive_clients_that_are_gone_before_their_answer) {
    grove::event go_on;
    datagram_server server(loopback(), [&](datagram_request& asked) {
        if (asked.message() == "late") go_on.wait();
        echo(asked);
    });
    {
        auto gone = datagram_socket::connected(server.local());
        gone.send("late");
        while (server.at_work() < 1) grove::sleep_for(1ms);
    }
    go_on.set();
    auto client = datagram_socket::connected(server.local());
    client.send("still there");
    EXPECT_EQ(answer_to(client), "still there");
}

TEST_F(datagram_servers, drop_and_tell_of_a_message_that_is_too_long) {
    datagram_server server(loopback(), echo, {.message_limit = 4});
    auto client = datagram_socket::connected(server.local());
    client.send("12345");
    client.send("1234");
    EXPECT_EQ(answer_to(client), "1234");
    EXPECT_THAT(reported, ElementsAre("receiving on " + server.local().text()));
}

TEST_F(datagram_servers, serve_unix_clients_that_have_a_name) {
    const scratch_folder in;
    datagram_server server("unix:" + in / "server", echo);
    datagram_socket client(loopback("unix:" + in / "client"));
    client.send_to("hello", server.local());
    EXPECT_EQ(answer_to(client), "hello");
}

TEST_F(datagram_servers, let_answers_wait_for_their_turn) {
    const scratch_folder in;
    datagram_server server("unix:" + in / "server", [](datagram_request& asked) {
        for (int i = 0; i < 50; ++i) asked.answer(std::string(1000, 'x'));
    });
    datagram_socket client(loopback("unix:" + in / "client"));
    for (int i = 0; i < 4; ++i) client.send_to("more", server.local());
    while (server.at_work() < 4) grove::sleep_for(1ms);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(answer_to(client).size(), 1000U);
    EXPECT_THAT(reported, IsEmpty());
}

// --- stopping ---

TEST_F(datagram_servers, let_those_that_work_answer_when_they_stop) {
    grove::event go_on;
    datagram_server server(loopback(), [&](datagram_request& asked) {
        go_on.wait();
        echo(asked);
    });
    auto client = datagram_socket::connected(server.local());
    client.send("the last one");
    while (server.at_work() < 1) grove::sleep_for(1ms);
    auto stopper = grove::spawn([&] { return server.stop(1h); });
    grove::idle();
    EXPECT_TRUE(server.closed());
    EXPECT_EQ(failure([&] { (void)server.local(); }), std::errc::bad_file_descriptor);
    go_on.set();
    EXPECT_EQ(answer_to(client), "the last one");
    EXPECT_EQ(stopper.get(5s), 0U);
}

TEST_F(datagram_servers, kill_what_is_left_after_their_grace) {
    grove::event never_set;
    datagram_server server(loopback(), [&](datagram_request&) { never_set.wait(); });
    auto client = datagram_socket::connected(server.local());
    client.send("1");
    client.send("2");
    while (server.at_work() < 2) grove::sleep_for(1ms);
    EXPECT_EQ(server.stop(10ms), 2U);
    EXPECT_EQ(server.stop(), 0U);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(datagram_servers, can_be_stopped_by_a_message) {
    std::unique_ptr<datagram_server> server;
    server = std::make_unique<datagram_server>(
        loopback(), [&](datagram_request&) { EXPECT_EQ(server->stop(), 0U); });
    auto client = datagram_socket::connected(server->local());
    client.send("stop");
    server->serve_forever();
    EXPECT_TRUE(server->closed());
}

TEST_F(datagram_servers, refuse_an_answer_after_their_end) {
    std::unique_ptr<datagram_server> server;
    std::error_code told;
    grove::event over;
    server = std::make_unique<datagram_server>(loopback(), [&](datagram_request& asked) {
        (void)server->stop();
        told = failure([&] { asked.answer("too late"); });
        over.set();
    });
    auto client = datagram_socket::connected(server->local());
    client.send("stop");
    over.wait(5s);
    EXPECT_EQ(told, std::errc::bad_file_descriptor);
}

TEST_F(datagram_servers, end_with_what_they_serve_when_they_are_destroyed) {
    grove::event never_set;
    bool unwound = false;
    auto server = std::make_unique<datagram_server>(loopback(), [&](datagram_request&) {
        const grove::on_exit tell([&] { unwound = true; });
        never_set.wait();
    });
    auto client = datagram_socket::connected(server->local());
    client.send("hello");
    while (server->at_work() < 1) grove::sleep_for(1ms);
    server.reset();
    EXPECT_TRUE(unwound);
}

TEST_F(datagram_servers, go_on_when_who_waits_for_their_end_is_interrupted) {
    datagram_server server(loopback(), echo);
    EXPECT_FALSE(grove::with_timeout(10ms, [&] { server.serve_forever(); }));
    auto client = datagram_socket::connected(server.local());
    client.send("hello");
    EXPECT_EQ(answer_to(client), "hello");
}

// --- where they listen ---

TEST_F(datagram_servers, listen_where_a_text_says) {
    EXPECT_THAT(datagram_server("127.0.0.1:0", echo).local().text(), StartsWith("127.0.0.1:"));
    EXPECT_THAT(datagram_server(":0", echo).local().text(), StartsWith("0.0.0.0:"));
    EXPECT_THROW(datagram_server("80", echo), std::invalid_argument);
}

TEST_F(datagram_servers, say_which_port_is_taken) {
    const datagram_server first(loopback(), echo);
    EXPECT_THAT(complaint([&] { const datagram_server second(first.local(), echo); }),
                HasSubstr("bind " + first.local().text()));
}

TEST_F(datagram_servers, may_share_a_port) {
    datagram_server one(loopback(), echo, {.socket = {.share_port = true}});
    datagram_server other(one.local(), echo, {.socket = {.share_port = true}});
    auto client = datagram_socket::connected(one.local());
    client.send("hello");
    EXPECT_EQ(answer_to(client), "hello");
}

}  // namespace
