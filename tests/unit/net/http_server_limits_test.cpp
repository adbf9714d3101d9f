// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/http_server.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

// What a server waits for and for how long. Time is virtual.

namespace {

using namespace std::chrono_literals;
using grove::http_request;
using grove::http_response;
using grove::http_server;
using grove::socket;
using grove_test::ask;
using grove_test::loopback;
using grove_test::read_all;
using grove_test::read_up_to;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

void hello(http_request& asked, http_response& answer) {
    (void)asked.body();
    answer.send("hello");
}

class http_limits : public grove_test::quiet {
 protected:
    grove::simulation world_;
    const http_server server_{loopback(), hello};
    socket client_ = socket::connect(server_.local());

    void expect_elapsed(grove::duration expected) const {
        EXPECT_GE(world_.elapsed(), expected);
        EXPECT_LT(world_.elapsed(), expected + 50ms);
    }
};

TEST_F(http_limits, end_a_connection_that_never_asks_without_a_word) {
    EXPECT_EQ(read_all(client_), "");
    expect_elapsed(75s);
}

TEST_F(http_limits, end_a_kept_connection_that_asks_no_more) {
    client_.write_all(request);
    EXPECT_THAT(read_all(client_), EndsWith("hello"));
    expect_elapsed(75s);
}

TEST_F(http_limits, give_a_head_its_time_from_its_first_byte_on) {
    grove::sleep_for(74s);
    auto drips = grove::spawn([&] {
        for (const char c : std::string("GET / HTTP/1.1\r\n")) {
            client_.write_all(std::string(1, c));
            grove::sleep_for(1s);
        }
    });
    EXPECT_THAT(read_all(client_), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
    expect_elapsed(84s);
    drips.kill();
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_limits, give_a_second_head_its_own_time) {
    for (int i = 0; i < 3; ++i) {
        client_.write_all(request.substr(0, 10));
        grove::sleep_for(9s);
        client_.write_all(request.substr(10));
        EXPECT_THAT(read_up_to(client_, "hello"), StartsWith("HTTP/1.1 200 "));
    }
}

TEST_F(http_limits, refuse_a_body_that_pauses) {
    client_.write_all("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    grove::sleep_for(29s);
    client_.write_all("a");
    grove::sleep_for(29s);
    client_.write_all("b");
    EXPECT_THAT(read_all(client_), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
    expect_elapsed(29s + 29s + 30s);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_limits, refuse_what_is_too_large) {
    const std::string x(70'000, 'x');
    EXPECT_THAT(ask(server_.local(), "GET /" + x + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                StartsWith("HTTP/1.1 414 URI Too Long\r\n"));
    EXPECT_THAT(ask(server_.local(), "GET / HTTP/1.1\r\nHost: a\r\nX: " + x + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
}

TEST_F(http_limits, are_those_of_the_options) {
    const http_server strict(loopback(), hello,
                             {.limits = {.target = 10, .head = 200, .fields = 2, .body = 3}});
    const auto status = [&](const std::string& bytes) {
        return ask(strict.local(), bytes).substr(9, 3);
    };
    EXPECT_EQ(status("GET /123456789 HTTP/1.1\r\nHost: a\r\n\r\n"), "200");
    EXPECT_EQ(status("GET /1234567890 HTTP/1.1\r\nHost: a\r\n\r\n"), "414");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n"), "431");
    EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(200, 'b') + "\r\n\r\n"),
              "431");
    EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"), "413");
}

TEST(http_request_time, ends_a_handler_that_takes_too_long) {
    const grove::simulation world;
    const http_server server(loopback(),
                             [](http_request& asked, http_response& answer) {
                                 if (asked.path() == "/begun") answer.flush();
                                 grove::sleep_for(1h);
                             },
                             {.limits = {.request_time = 5s}});
    EXPECT_THAT(ask(server.local(), request), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_GE(world.elapsed(), 5s);
    EXPECT_LT(world.elapsed(), 6s);
    EXPECT_EQ(grove_test::failure(
                  [&] { (void)ask(server.local(), "GET /begun HTTP/1.1\r\nHost: a\r\n\r\n"); }),
              std::errc::connection_reset);
}

TEST(http_write_pause, ends_a_connection_whose_client_does_not_read) {
    const grove::simulation world;
    grove::event ended;
    std::error_code failed;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        const grove::on_exit tell([&] { ended.set(); });
        failed = grove_test::failure([&] {
            const std::string piece(1'000'000, 'x');
            for (;;) answer.write(piece);
        });
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    ended.wait();
    EXPECT_EQ(failed, std::errc::timed_out);
    EXPECT_GE(world.elapsed(), 60s);
    EXPECT_LT(world.elapsed(), 61s);
}

}  // namespace
