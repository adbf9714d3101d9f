// SPDX-License-Identifier: MIT
#include "cmd/serve/answer_heads.hpp"
#include "cmd/serve/faulty_answer.hpp"
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/http_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using namespace std::chrono_literals;
using grove::deadline;
using grove::http_request;
using grove::http_response;
using grove::http_server;
using grove::socket;
using grove::cmd::answer_heads;
using grove::cmd::byte_rate;
using grove::cmd::fault_end;
using grove::cmd::fault_plan;
using grove::cmd::fault_rules;
using grove_test::ask;
using grove_test::loopback;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// How much of `heads + body` is taken for heads when it comes in pieces of that size.
std::size_t taken(const std::string& text, std::size_t piece) {
    answer_heads heads;
    std::size_t total = 0;
    for (std::size_t at = 0; at < text.size(); at += piece)
        total += heads.take(std::string_view(text).substr(at, piece));
    return total;
}

TEST(answer_heads, end_where_they_end_however_they_come) {
    const std::string plain = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    const std::string upgrade = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    for (const std::string& heads : {plain, interim, upgrade}) {
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U})
            EXPECT_EQ(taken(heads + "\r\n\r\nHTTP/1.1 body\r\n\r\n", piece), heads.size());
        EXPECT_EQ(taken(heads, 1000), heads.size());
    }
    EXPECT_EQ(taken("HTTP/1.1 100 Continue\r\n\r\n\r\n", 1000), 27U);
}

class faulty_answers : public grove_test::quiet {
 protected:
    /// What a client gets when the handler would answer with ten digits.
    [[nodiscard]] std::string answer_with(const fault_plan& plan,
                                          const std::string& asked = request) {
        const http_server server(loopback(), [&](http_request& what, http_response& answer) {
            make_faulty(plan, answer, context);
            reached = true;
            (void)what.body();
            answer.send("0123456789");
        });
        return ask(server.local(), asked);
    }

    bool reached = false;
    grove::cmd::serve_options options;
    fault_rules none{{}, 0};
    grove::cmd::serve_context context{options, none};
};

TEST_F(faulty_answers, without_a_fault_are_as_ever) {
    EXPECT_THAT(answer_with({}), EndsWith("Content-Length: 10\r\n\r\n0123456789"));
}

TEST_F(faulty_answers, have_a_status_of_their_own) {
    EXPECT_THAT(answer_with({.status = 503}), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_FALSE(reached);
    EXPECT_THAT(answer_with({.status = 404, .end = fault_end::close, .end_after = 3}),
                EndsWith("\r\n\r\nNot"));
}

TEST_F(faulty_answers, are_truncated_at_the_byte) {
    for (const unsigned size : {0U, 1U, 9U}) {
        EXPECT_THAT(
            answer_with({.end = fault_end::close, .end_after = size}),
            EndsWith("Content-Length: 10\r\n\r\n" + std::string("0123456789").substr(0, size)));
    }
    EXPECT_THAT(answer_with({.end = fault_end::close, .end_after = 10}, request + request),
                testing::AllOf(EndsWith("0123456789"), HasSubstr("0123456789HTTP/1.1 200")));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(faulty_answers, count_no_interim_answer) {
    const std::string asked =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
    const http_server server(loopback(), [&](http_request& what, http_response& answer) {
        make_faulty({.end = fault_end::close, .end_after = 2}, answer, context);
        (void)what.body();
        answer.send("0123456789");
    });
    socket client = socket::connect(server.local());
    client.write_all(asked);
    EXPECT_EQ(grove_test::read_up_to(client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all("x");
    EXPECT_THAT(grove_test::read_all(client), EndsWith("Content-Length: 10\r\n\r\n01"));
}

TEST_F(faulty_answers, are_reset_before_they_are_answered) {
    EXPECT_EQ(grove_test::failure([&] { (void)answer_with({.end = fault_end::reset}); }),
              std::errc::connection_reset);
    EXPECT_FALSE(reached);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(faulty_answers, stall_until_the_client_has_gone) {
    EXPECT_EQ(answer_with({.end = fault_end::stall}), "");
    EXPECT_FALSE(reached);
}

TEST_F(faulty_answers, stall_until_the_server_ends) {
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        make_faulty({.end = fault_end::stall, .end_after = 4}, answer, context);
        answer.send("0123456789");
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    EXPECT_THAT(grove_test::read_up_to(client, "\r\n\r\n0123"), EndsWith("0123"));
    context.stopping.set();
    EXPECT_EQ(grove_test::read_all(client), "");
}

TEST_F(faulty_answers, are_late) {
    const deadline began = deadline::now();
    EXPECT_THAT(answer_with({.delay = 30ms}), EndsWith("0123456789"));
    EXPECT_GE(deadline::now() - began, 30ms);
}

TEST_F(faulty_answers, are_no_longer_late_once_the_server_ends) {
    context.stopping.set();
    EXPECT_THAT(answer_with({.delay = 24h}), EndsWith("0123456789"));
}

TEST_F(faulty_answers, are_as_slow_as_they_are_told) {
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        make_faulty({.rate = byte_rate{10'000}}, answer, context);
        answer.send(std::string(3000, 'x'));
    });
    const deadline began = deadline::now();
    EXPECT_THAT(ask(server.local(), request), EndsWith("xxx"));
    EXPECT_GE(deadline::now() - began, 200ms);  // two pieces of 500 bytes go at once
}

TEST_F(faulty_answers, trickle_in_their_head_alone) {
    const std::string told = answer_with({.rate = byte_rate{1e5}, .slow_headers = true}, request);
    EXPECT_THAT(told, EndsWith("Content-Length: 10\r\n\r\n0123456789"));
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        make_faulty({.slow_headers = true}, answer, context);
        answer.send("0123456789");
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    std::string room(100, '\0');
    EXPECT_EQ(client.read_some(std::span(room)), 1U);
    EXPECT_EQ(client.read_some(std::span(room)), 1U);
}

}  // namespace
