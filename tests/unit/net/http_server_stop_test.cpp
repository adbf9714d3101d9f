// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <grove/event.hpp>
#include <grove/http_server.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

// How a server ends. Time is virtual.

namespace {

using namespace std::chrono_literals;
using grove::http_request;
using grove::http_response;
using grove::http_server;
using grove::socket;
using grove_test::loopback;
using grove_test::read_all;
using grove_test::read_up_to;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class http_stop : public grove_test::quiet {
 protected:
    grove::simulation world_;
    grove::event go_on_;
    http_server server_{loopback(), [this](http_request& asked, http_response& answer) {
                            if (asked.path() == "/slow") go_on_.wait();
                            answer.send("hello");
                        }};

    /// A client whose connection has been used.
    [[nodiscard]] socket idle_client() const {
        socket client = socket::connect(server_.local());
        client.write_all(request);
        EXPECT_THAT(read_up_to(client, "hello"), Not(HasSubstr("Connection: close")));
        return client;
    }

    auto stopping(grove::duration grace = 5s) {
        auto made = grove::spawn([this, grace] { return server_.stop(grace); });
        grove::yield();
        return made;
    }
};

TEST_F(http_stop, lets_idle_connections_go_after_a_moment) {
    socket client = idle_client();
    const grove::duration before = world_.elapsed();
    auto stop = stopping();
    EXPECT_EQ(read_all(client), "");
    EXPECT_EQ(stop.get(), 0U);
    EXPECT_GE(world_.elapsed() - before, 100ms);
    EXPECT_LT(world_.elapsed() - before, 150ms);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_stop, answers_what_was_on_its_way) {
    socket client = idle_client();
    auto stop = stopping();
    grove::sleep_for(90ms);
    client.write_all(request);
    EXPECT_THAT(read_all(client),
                testing::AllOf(HasSubstr("Connection: close\r\n"), EndsWith("hello")));
    EXPECT_EQ(stop.get(), 0U);
}

TEST_F(http_stop, takes_who_has_connected_already) {
    std::vector<socket> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(socket::connect(server_.local()));
        clients.back().write_all(request);
    }
    const grove::endpoint at = server_.local();
    auto stop = stopping();
    grove::sleep_for(1ms);  // now nobody new is let in
    std::error_code error;
    const socket late = socket::connect(at, 2s, error);
    EXPECT_TRUE(error);
    for (socket& client : clients) EXPECT_THAT(read_all(client), EndsWith("hello"));
    EXPECT_EQ(stop.get(), 0U);
}

TEST_F(http_stop, waits_for_handlers_as_long_as_its_grace) {
    socket quick = socket::connect(server_.local());
    quick.write_all("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    grove::idle();
    auto stop = stopping();
    grove::sleep_for(4s);
    go_on_.set();
    EXPECT_THAT(read_all(quick),
                testing::AllOf(HasSubstr("Connection: close\r\n"), EndsWith("hello")));
    EXPECT_EQ(stop.get(), 0U);
}

TEST_F(http_stop, kills_what_is_left_after_its_grace) {
    socket slow = socket::connect(server_.local());
    slow.write_all("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    grove::idle();
    EXPECT_EQ(stopping(3s).get(), 1U);
    EXPECT_EQ(read_all(slow), "");
    EXPECT_THAT(reported, IsEmpty());
    EXPECT_TRUE(server_.closed());
    EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(http_stop, tells_of_answers_that_were_cut) {
    std::vector<std::string> told;
    http_server server(
        loopback(),
        [](http_request&, http_response& answer) {
            answer.write("half");
            grove::sleep_for(1h);
        },
        {.on_answer = [&](const grove::http_record& one) {
            told.push_back(std::string(one.target) + (one.complete ? " whole" : " cut"));
        }});
    socket client = socket::connect(server.local());
    client.write_all(request);
    (void)read_up_to(client, "half");
    EXPECT_EQ(server.stop(1s), 1U);
    EXPECT_THAT(told, testing::ElementsAre("/ cut"));
}

TEST_F(http_stop, at_once_waits_for_nobody) {
    socket client = idle_client();
    const grove::duration before = world_.elapsed();
    server_.stop(0s);
    EXPECT_EQ(server_.connections(), 0U);
    EXPECT_EQ(world_.elapsed(), before);
    EXPECT_EQ(read_all(client), "");
}

TEST_F(http_stop, ends_who_waits_for_the_end) {
    auto waiter = grove::spawn([&] { server_.serve_forever(); });
    grove_test::let_it_park(waiter);
    server_.stop();
    waiter.get();
    EXPECT_TRUE(server_.closed());
}

TEST_F(http_stop, of_a_handlers_own_does_not_wait_for_itself) {
    http_server* own = nullptr;
    http_server server(loopback(), [&](http_request&, http_response& answer) {
        own->stop(1s);
        answer.send("stopped");
    });
    own = &server;
    socket client = socket::connect(server.local());
    client.write_all(request);
    EXPECT_THAT(read_all(client), EndsWith("stopped"));
}

class https_servers : public grove_test::tls_fixture {
 protected:
    [[nodiscard]] grove::http_server_options options() const {
        auto with = trust_.server_options();
        with.alpn = {"http/1.1"};
        return {.stream = {.tls = grove::tls_server(with)}};
    }

    [[nodiscard]] socket connect_to(const http_server& server) const {
        auto with = trust_.client_options();
        with.alpn = {"h2", "http/1.1"};
        socket made = socket::connect(server.local());
        made.start_tls(grove::tls_client(with), grove_test::test_name);
        return made;
    }
};

TEST_F(https_servers, answer_in_http_1_1) {
    const http_server server(
        loopback(),
        [](http_request& asked, http_response& answer) {
            EXPECT_TRUE(asked.is_tls());
            answer.send(asked.body());
        },
        options());
    socket client = connect_to(server);
    EXPECT_EQ(client.tls().alpn, "http/1.1");
    const std::string body = grove_test::pattern(500'000);
    auto writer = grove::spawn([&] {
        client.write_all(request);
        client.write_all("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    EXPECT_TRUE(read_all(client).ends_with(body));
    writer.get();
}

TEST_F(https_servers, send_what_was_written_when_the_handler_waits) {
    grove::event go_on;
    const http_server server(
        loopback(),
        [&](http_request&, http_response& answer) {
            answer.write("one");
            answer.write("two");
            go_on.wait();
        },
        options());
    socket client = connect_to(server);
    client.write_all(request);
    EXPECT_THAT(read_up_to(client, "two\r\n"), EndsWith("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n"));
    go_on.set();
    EXPECT_EQ(read_up_to(client, "\r\n\r\n"), "0\r\n\r\n");
}

}  // namespace
