// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/http_connection.hpp>
#include <grove/http_server.hpp>
#include <grove/queue.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

// Bodies of requests, and handlers that fail.

namespace {

using namespace std::chrono_literals;
using grove::http_request;
using grove::http_response;
using grove::http_server;
using grove::socket;
using grove_test::ask;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_all;
using grove_test::read_up_to;
using grove_test::without_date;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string last_request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

std::string post(const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

class http_bodies : public grove_test::quiet {};

TEST_F(http_bodies, are_given_whole_or_as_they_come) {
    const std::string body = pattern(300'000);
    std::size_t pieces = 0;
    const http_server server(loopback(), [&](http_request& asked, http_response& answer) {
        EXPECT_TRUE(asked.has_body());
        EXPECT_EQ(asked.content_length(), body.size());
        std::string all(asked.body());
        for (auto piece = asked.read_some(); !piece.empty(); piece = asked.read_some()) {
            ++pieces;
            all += piece;
        }
        answer.send(std::to_string(all.size()));
    });
    EXPECT_THAT(ask(server.local(), post(body)), EndsWith("\r\n\r\n300000"));
    EXPECT_EQ(pieces, 0U);
}

TEST_F(http_bodies, are_read_no_faster_than_the_handler_takes_them) {
    grove::queue<int> go_on(1);
    std::size_t taken = 0;
    const http_server server(loopback(),
                             [&](http_request& asked, http_response&) {
                                 taken = asked.read_some().size();
                                 (void)go_on.get();
                                 while (const std::size_t size = asked.read_some().size())
                                     taken += size;
                             },
                             {.limits = {.body = 1 << 30}});
    const std::string body = pattern(std::size_t{16} << 20);
    socket client = socket::connect(server.local());
    auto writer = grove::spawn([&] {
        client.write_all(post(body));
        client.shutdown_write();
    });
    grove_test::let_it_park(writer);
    EXPECT_GT(taken, 0U);
    EXPECT_LT(taken, std::size_t{1} << 20);
    go_on.put(1);
    (void)read_all(client);
    EXPECT_EQ(taken, body.size());
}

TEST_F(http_bodies, are_refused_when_they_are_larger_than_the_handler_takes) {
    const auto handler = [](http_request& asked, http_response& answer) {
        asked.limit_body(10);
        answer.send(asked.body());
    };
    const http_server server(loopback(), handler);
    EXPECT_THAT(ask(server.local(), post("0123456789")), EndsWith("\r\n\r\n0123456789"));
    for (const std::string& large :
         {post("01234567890"),
          std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n")}) {
        EXPECT_THAT(ask(server.local(), large + request),
                    testing::AllOf(StartsWith("HTTP/1.1 413 Content Too Large\r\n"),
                                   HasSubstr("Connection: close\r\n"),
                                   EndsWith("\r\n\r\nthe body is larger than 10 bytes\n")));
    }
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_bodies, that_are_long_and_for_nobody_end_the_connection) {
    const http_server server(loopback(),
                             [](http_request&, http_response& answer) { answer.send("no"); });
    socket client = socket::connect(server.local());
    client.write_all("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_EQ(without_date(read_up_to(client, "no")),
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    client.write_all(pattern(100'000));  // is taken, so that the answer is not lost
    client.shutdown_write();
    EXPECT_EQ(read_all(client), "");
}

TEST_F(http_bodies, are_read_beside_an_answer_that_is_written) {
    // Each way holds more than the kernel: neither could go first.
    const std::string body = pattern(std::size_t{16} << 20);
    const http_server server(loopback(),
                             [](http_request& asked, http_response& answer) {
                                 asked.limit_body(std::uint64_t{1} << 30);
                                 grove::queue<std::string> between(1);
                                 auto reading = grove::spawn([&] {
                                     for (auto piece = asked.read_some(); !piece.empty();
                                          piece = asked.read_some())
                                         between.put(std::string(piece));
                                     between.close();
                                 });
                                 for (const std::string& piece : between) answer.write(piece);
                                 reading.get();
                             },
                             {});
    socket client = socket::connect(server.local());
    auto sending = grove::spawn([&] {
        client.write_all(post(body));
        client.shutdown_write();
    });
    std::string got;
    grove::http_connection reader(socket(::dup(client.fd())));
    (void)reader.receive_head(20s);
    for (auto piece = reader.read_some(20s); !piece.empty(); piece = reader.read_some(20s))
        got += piece;
    EXPECT_TRUE(got == body);
    sending.get();
}

class http_failures : public grove_test::quiet {
 protected:
    /// What `last_request` is answered.
    [[nodiscard]] static std::string answer_of(http_server::handler handler) {
        const http_server server(loopback(), std::move(handler));
        return ask(server.local(), last_request);
    }
};

TEST_F(http_failures, of_a_handler_are_answered_500) {
    const http_server server(loopback(), [](http_request& asked, http_response& answer) {
        answer.add("X-Not", "sent");
        if (asked.path() == "/bad") throw std::runtime_error("bad day");
        answer.send("fine");
    });
    socket client = socket::connect(server.local());
    client.write_all("GET /bad HTTP/1.1\r\nHost: a\r\n\r\n" + last_request);
    EXPECT_EQ(
        without_date(read_all(client)),
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 22\r\n\r\nInternal Server Error\n"
        "HTTP/1.1 200 OK\r\nX-Not: sent\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine");
    EXPECT_THAT(reported, ElementsAre("GET /bad of " + client.local().text()));
}

TEST_F(http_failures, inside_an_answer_cut_the_connection) {
    const http_server server(loopback(), [](http_request&, http_response& answer) {
        answer.write("half");
        answer.flush();
        throw std::runtime_error("bad day");
    });
    socket client = socket::connect(server.local());
    client.write_all(request + request);
    EXPECT_EQ(grove_test::failure([&] { (void)read_all(client); }), std::errc::connection_reset);
    EXPECT_EQ(reported.size(), 1U);
}

TEST_F(http_failures, that_are_a_status_are_answered_so) {
    EXPECT_THAT(
        answer_of([](http_request&, http_response&) { throw grove::http_error(403); }),
        testing::AllOf(StartsWith("HTTP/1.1 403 Forbidden\r\n"), EndsWith("\r\n\r\nForbidden\n")));
    EXPECT_THAT(
        answer_of([](http_request&, http_response&) { throw grove::http_error(418, "short"); }),
        testing::AllOf(StartsWith("HTTP/1.1 418 Unknown\r\n"), EndsWith("\r\n\r\nshort\n")));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_failures, of_a_wait_in_time_are_answered_500) {
    grove::queue<int> never_put(1);
    EXPECT_THAT(answer_of([&](http_request&, http_response&) {
                    const grove::timeout limit(0s);
                    (void)never_put.get();
                }),
                StartsWith("HTTP/1.1 500 "));
    EXPECT_EQ(reported.size(), 1U);
}

TEST_F(http_failures, of_a_client_are_not_told_of) {
    bool failed = false;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        const std::string piece(100'000, 'x');
        try {
            for (;;) answer.write(piece);
        } catch (const std::system_error&) {
            failed = true;
            throw;
        }
    });
    {
        socket client = socket::connect(server.local());
        client.write_all(request);
        (void)read_up_to(client, "\r\n\r\n");
        client.abort();
    }
    {
        socket client = socket::connect(server.local());
        client.write_all("GET / HT");
        client.abort();
    }
    while (server.connections() != 0) grove::yield();
    EXPECT_TRUE(failed);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_failures, of_a_client_that_goes_away_are_seen_while_nothing_is_sent) {
    int gone = 0;
    const http_server server(loopback(), [&](http_request& asked, http_response&) {
        EXPECT_FALSE(asked.wait_gone(1ms));
        gone += asked.wait_gone(5s) ? 1 : 0;
    });
    const auto leave_after = [&](const std::string& said) {
        socket client = socket::connect(server.local());
        client.write_all(said);
        grove::sleep_for(10ms);
        client.close();
        while (server.connections() != 0) grove::sleep_for(1ms);
    };
    leave_after(request);
    EXPECT_EQ(gone, 1);
    leave_after(request + "GET /");  // has begun its next request
    EXPECT_EQ(gone, 2);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_failures, of_a_client_inside_its_body_are_not_told_of) {
    const http_server server(
        loopback(), [](http_request& asked, http_response& answer) { answer.send(asked.body()); });
    EXPECT_EQ(ask(server.local(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"),
              "");
    EXPECT_THAT(reported, IsEmpty());
}

}  // namespace
