// SPDX-License-Identifier: MIT
#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/serve_options.hpp"
#include "cmd/serve/site.hpp"
#include "cmd/serve/web_handler.hpp"
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_connection.hpp>
#include <grove/http_server.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::socket;
using grove_test::loopback;
using grove_test::read_to_end;
using grove_test::read_up_to;
using grove_test::without_date;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string request = "GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string last_request = "GET /api/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const std::string empty_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A proxy for /api, before an upstream that the test plays.
class proxies : public grove_test::quiet {
 protected:
    void start_for(const grove::endpoint& upstream) {
        options_.routes = {{.path = "/api",
                            .at = {},
                            .kind = grove::cmd::route_kind::proxy,
                            .argument = "http://" + upstream.text() + "/"}};
        context_.reset(new grove::cmd::serve_context{options_, faults_});
        site_ = std::make_unique<grove::cmd::site>(*context_);
        grove::http_server_options how;
        how.limits.body = options_.limit.body;
        web_ = std::make_unique<grove::http_server>(
            loopback(),
            [this](grove::http_request& asked, grove::http_response& answer) {
                site_->answer(asked, answer);
            },
            how);
    }

    /// A client that has said this.
    [[nodiscard]] socket client(const std::string& said) {
        if (!web_) start_for(door_.local());
        socket made = socket::connect(web_->local());
        made.write_all(said);
        return made;
    }

    /// The proxy's next connection.
    [[nodiscard]] socket upstream() { return door_.accept(5s); }

    grove::listener door_{loopback()};
    grove::cmd::serve_options options_;
    grove::cmd::fault_rules faults_{{}, 1};
    std::unique_ptr<grove::cmd::serve_context> context_;
    std::unique_ptr<grove::cmd::site> site_;
    std::unique_ptr<grove::http_server> web_;
};

TEST_F(proxies, pass_a_request_and_its_answer_on) {
    socket from = client(last_request);
    socket to = upstream();
    const std::string host = door_.local().text();
    EXPECT_EQ(read_up_to(to, "\r\n\r\n"), "GET /x HTTP/1.1\r\nHost: " + host +
                                              "\r\nVia: 1.1 grove\r\nX-Forwarded-For: 127.0.0.1"
                                              "\r\nX-Forwarded-Proto: http"
                                              "\r\nX-Forwarded-Host: a\r\n\r\n");
    to.write_all(
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nX-Own: 1\r\n"
        "Keep-Alive: timeout=5\r\nConnection: X-Hop\r\nX-Hop: 1\r\nDate: then\r\n"
        "Location: http://" +
        host + "/y\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(read_to_end(from),
              "HTTP/1.1 404 Not Found\r\nX-Own: 1\r\nDate: then\r\nLocation: /api/y\r\n"
              "Via: 1.1 grove\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
}

TEST_F(proxies, pass_an_answer_on_as_it_comes) {
    socket from = client(request);
    socket to = upstream();
    to.write_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    to.write_all("3\r\none\r\n");
    EXPECT_EQ(read_up_to(from, "one\r\n"), "3\r\none\r\n");
    to.write_all("3\r\ntwo\r\n0\r\n\r\n");
    EXPECT_EQ(read_up_to(from, "0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
}

TEST_F(proxies, pass_both_bodies_on_at_once) {
    const grove::http_server echo(
        loopback(), [](grove::http_request& asked, grove::http_response& answer) {
            asked.limit_body(std::uint64_t{1} << 30);
            for (auto piece = asked.read_some(); !piece.empty(); piece = asked.read_some())
                answer.write(piece);
        });
    options_.limit.body = std::uint64_t{1} << 30;
    start_for(echo.local());
    for (const bool chunked : {false, true}) {
        // More than all buffers between hold.
        const std::string body(std::size_t{24} << 20, 'b');
        const std::string framing = chunked ? "Transfer-Encoding: chunked"
                                            : "Content-Length: " + std::to_string(body.size());
        socket both = client("POST /api HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n");
        grove::http_connection from(socket(::dup(both.fd())));
        auto sending = grove::spawn([&] {
            if (chunked) both.write_all("1800000\r\n");
            both.write_all(body);
            if (chunked) both.write_all("\r\n0\r\n\r\n");
        });
        EXPECT_EQ(from.receive_head(20s).status, 200U);
        std::size_t size = 0;
        for (auto piece = from.read_some(20s); !piece.empty(); piece = from.read_some(20s))
            size += piece.size();
        EXPECT_EQ(size, body.size());
        sending.get();
    }
}

TEST_F(proxies, tell_a_client_to_go_on_once_there_is_an_upstream) {
    socket from = client(
        "POST /api HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    socket to = upstream();
    EXPECT_THAT(read_up_to(to, "\r\n\r\n"), Not(HasSubstr("Expect")));
    EXPECT_EQ(read_up_to(from, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    from.write_all("ab");
    EXPECT_EQ(read_up_to(to, "b"), "ab");
    to.write_all(empty_answer);
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(proxies, pass_an_answer_on_that_comes_before_the_body_has_ended) {
    socket from = client("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    socket to = upstream();
    EXPECT_THAT(read_up_to(to, "abc"), EndsWith("\r\n\r\nabc"));
    to.write_all("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(to.read_line(5s), "");  // a request that was not whole ends the connection
}

TEST_F(proxies, answer_head_with_what_a_get_would_be_told) {
    socket from = client("HEAD /api HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    socket to = upstream();
    EXPECT_THAT(read_up_to(to, "\r\n\r\n"), StartsWith("HEAD / HTTP/1.1\r\n"));
    to.write_all("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n");
    EXPECT_THAT(read_to_end(from), HasSubstr("\r\nContent-Length: 600\r\n"));
}

TEST_F(proxies, keep_a_connection_for_the_next_request) {
    socket from = client(request + last_request);
    socket to = upstream();
    for (int i = 0; i < 2; ++i) {
        EXPECT_THAT(read_up_to(to, "\r\n\r\n"), StartsWith("GET /x "));
        to.write_all(empty_answer);
    }
    EXPECT_THAT(read_to_end(from), EndsWith("\r\n\r\n"));
    EXPECT_FALSE(door_.try_accept());
}

TEST_F(proxies, ask_again_where_a_kept_connection_has_died) {
    socket from = client(request);
    socket first = upstream();
    (void)read_up_to(first, "\r\n\r\n");
    first.write_all(empty_answer);
    (void)read_up_to(from, "\r\n\r\n");
    from.write_all(request);
    (void)read_up_to(first, "\r\n\r\n");
    first.close();
    socket second = upstream();
    EXPECT_THAT(read_up_to(second, "\r\n\r\n"), StartsWith("GET /x "));
    second.write_all(empty_answer);
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(proxies, send_what_must_not_be_repeated_on_a_new_connection) {
    socket from = client(request);
    socket first = upstream();
    (void)read_up_to(first, "\r\n\r\n");
    first.write_all(empty_answer);
    (void)read_up_to(from, "\r\n\r\n");
    from.write_all("POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    socket second = upstream();
    EXPECT_THAT(read_up_to(second, "\r\n\r\n"), StartsWith("POST / "));
    second.close();
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"), StartsWith("HTTP/1.1 502 "));
}

TEST_F(proxies, say_that_an_upstream_cannot_be_reached) {
    const std::string at = door_.local().text();
    socket from = client("");
    door_.close();
    from.write_all(last_request);
    EXPECT_THAT(read_to_end(from), testing::AllOf(StartsWith("HTTP/1.1 502 Bad Gateway\r\n"),
                                                  HasSubstr("\r\n\r\nhttp://" + at + ": ")));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(proxies, say_that_an_upstream_is_late) {
    options_.timeout = 30ms;
    socket from = client(last_request);
    const socket to = upstream();
    EXPECT_THAT(read_to_end(from), testing::AllOf(StartsWith("HTTP/1.1 504 Gateway Timeout\r\n"),
                                                  EndsWith(": no answer in time\n")));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(proxies, say_that_an_upstream_speaks_something_else) {
    socket from = client(last_request);
    socket to = upstream();
    to.write_all("SSH-2.0-OpenSSH_9.2\r\n");
    EXPECT_THAT(read_to_end(from), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
}

TEST_F(proxies, say_once_whose_scripts_may_ask) {
    options_.cors = true;
    socket from = client(last_request);
    socket to = upstream();
    to.write_all(
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: http://b\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(read_to_end(from),
                testing::AllOf(HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"),
                               Not(HasSubstr("http://b"))));
}

TEST_F(proxies, break_an_answer_off_that_breaks_off) {
    socket from = client(last_request);
    socket to = upstream();
    to.write_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    EXPECT_THAT(read_up_to(from, "one\r\n"), EndsWith("one\r\n"));
    to.close();
    EXPECT_EQ(grove_test::failure([&] { (void)read_to_end(from); }), std::errc::connection_reset);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(proxies, give_up_what_nobody_waits_for) {
    for (const bool answering : {false, true}) {
        socket from = client(request);
        socket to = upstream();
        (void)read_up_to(to, "\r\n\r\n");
        if (answering) {
            to.write_all("HTTP/1.1 200 OK\r\n\r\nendless");
            (void)read_up_to(from, "endless\r\n");
        }
        from.close();
        EXPECT_EQ(to.read_line(5s), "");
    }
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(proxies, pass_a_websocket_through) {
    socket from = client(
        "GET /api/ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\nearly");
    socket to = upstream();
    EXPECT_THAT(read_up_to(to, "\r\n\r\n"),
                HasSubstr("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"));
    to.write_all(
        "HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s\r\n\r\nfirst");
    EXPECT_THAT(read_up_to(from, "\r\n\r\n"),
                testing::AllOf(StartsWith("HTTP/1.1 101 Switching Protocols\r\n"),
                               HasSubstr("\r\nSec-WebSocket-Accept: s\r\n")));
    EXPECT_EQ(read_up_to(from, "first"), "first");
    EXPECT_EQ(read_up_to(to, "early"), "early");
    from.write_all("last");
    from.shutdown_write();
    EXPECT_EQ(read_to_end(to), "last");
    to.write_all("bye");
    to.close();
    EXPECT_EQ(read_to_end(from), "bye");
}

TEST_F(proxies, pass_the_refusal_of_a_websocket_on) {
    socket from = client(
        "GET /api/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket to = upstream();
    to.write_all("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_THAT(read_up_to(from, "no"), StartsWith("HTTP/1.1 403 Forbidden\r\n"));
}

}  // namespace
