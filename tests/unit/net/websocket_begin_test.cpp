// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/unit/io/tls_ends.hpp"
#include "tests/unit/net/websocket_ends.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_connection.hpp>
#include <grove/stream_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>

// `connect` and `accept`, with each other and with peers that know only half of it.

namespace {

using namespace std::chrono_literals;
using grove::stream_server;
using grove::websocket;
using grove::websocket_connect_options;
using grove::websocket_errc;
using grove_test::complaint;
using grove_test::failure;
using grove_test::loopback;
using grove_test::read_to_end;
using grove_test::told;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string url_of(const stream_server& server, const std::string& scheme = "ws") {
    return scheme + "://" + server.local().text() + "/chat?room=1";
}

void echo(grove::socket& peer, const grove::websocket_accept_options& options = {}) {
    websocket ws = websocket::accept(std::move(peer), options, 5s);
    while (const auto got = ws.receive(5s)) ws.send(got->kind, got->data);
}

class opening : public grove_test::quiet {
 protected:
    stream_server server_{loopback(), [](grove::socket& peer) { echo(peer); }};
};

TEST_F(opening, connects_and_is_accepted) {
    websocket ws = websocket::connect(url_of(server_), {}, 5s);
    EXPECT_EQ(ws.subprotocol(), "");
    ws.send("hello");
    EXPECT_EQ(told(ws.receive(5s)), "text:hello");
    EXPECT_EQ(ws.stream().peer().text(), server_.local().text());
    EXPECT_TRUE(ws.close(1000, {}, 5s));
}

TEST_F(opening, agrees_on_a_subprotocol) {
    stream_server server(loopback(), [](grove::socket& peer) {
        echo(peer, {.answer = {.subprotocols = {"v2", "v1"}}});
    });
    websocket ws = websocket::connect(url_of(server), {.subprotocols = {"v1", "v2"}}, 5s);
    EXPECT_EQ(ws.subprotocol(), "v2");
}

TEST_F(opening, goes_through_tls) {
    const grove_test::trusted trust;
    stream_server server(loopback(), [](grove::socket& peer) { echo(peer); },
                         {.tls = grove::tls_server(trust.server_options())});
    const websocket_connect_options trusting{.tls = grove::tls_client(trust.client_options())};
    websocket ws = websocket::connect(url_of(server, "wss"), trusting, 5s);
    ws.send("hello");
    EXPECT_EQ(told(ws.receive(5s)), "text:hello");
    EXPECT_TRUE(ws.stream().is_tls());
    EXPECT_TRUE(ws.close(1000, {}, 5s));
    EXPECT_NE(failure([&] { (void)websocket::connect(url_of(server, "wss"), {}, 5s); }),
              std::error_code());
}

TEST_F(opening, tells_a_client_why_it_is_refused) {
    grove::socket peer = grove::socket::connect(server_.local(), 5s);
    peer.write_all("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(read_to_end(peer), StartsWith("HTTP/1.1 426 only WebSockets are served here\r\n"));
    peer = grove::socket::connect(server_.local(), 5s);
    peer.write_all("GET / HTTP/9.9\r\n\r\n");
    EXPECT_THAT(read_to_end(peer), StartsWith("HTTP/1.1 505 "));
    EXPECT_EQ(reported.size(), 2U);
}

TEST_F(opening, that_is_refused_throws_at_the_server) {
    auto ends = grove_test::unix_pair();
    ends.client.write_all("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(complaint([&] { (void)websocket::accept(std::move(ends.server), {}, 5s); }),
              "answered 400 a handshake has no body: the opening handshake failed");
    ends = grove_test::unix_pair();
    ends.client.close();
    EXPECT_EQ(failure([&] { (void)websocket::accept(std::move(ends.server), {}, 5s); }),
              websocket_errc::handshake);
}

TEST_F(opening, takes_frames_that_came_with_the_request) {
    auto ends = grove_test::unix_pair();
    std::string early =
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
    grove::ws::append_frame(early, grove::ws::opcode::text, true, "early", grove::ws::mask_key{0});
    ends.client.write_all(early);
    websocket ws = websocket::accept(std::move(ends.server), {}, 5s);
    EXPECT_EQ(told(ws.receive(5s)), "text:early");
}

/// A server whose answer is written here.
class answered : public grove_test::quiet {
 protected:
    std::error_code connect(const websocket_connect_options& options = {}) {
        stream_server server(loopback(), [this](grove::socket& peer) {
            for (std::string line; (line = peer.read_line(5s)) != "\r\n"; request_ += line) {
            }
            peer.write_all(answer_);
            (void)read_to_end(peer);
        });
        return failure([&] { (void)websocket::connect(url_of(server), options, 5s); });
    }

    std::string request_;
    std::string answer_ = "HTTP/1.1 404 Not Found\r\nContent-Length: 900000\r\n\r\n";
};

TEST_F(answered, by_another_status_is_refused) {
    EXPECT_EQ(connect(), websocket_errc::refused);
    EXPECT_THAT(request_, StartsWith("GET /chat?room=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(request_, HasSubstr("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"));
    EXPECT_THAT(request_, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
}

TEST_F(answered, gets_the_fields_of_the_options) {
    (void)connect({.fields = {{"Cookie", "a=b"}},
                   .subprotocols = {"v1", "v2"},
                   .origin = "https://example.com"});
    EXPECT_THAT(request_, HasSubstr("\r\nCookie: a=b\r\n"));
    EXPECT_THAT(request_, HasSubstr("\r\nSec-WebSocket-Protocol: v1, v2\r\n"));
    EXPECT_THAT(request_, HasSubstr("\r\nOrigin: https://example.com\r\n"));
}

TEST_F(answered, without_the_proof_is_no_handshake) {
    const std::string start = "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    for (const char* rest : {"", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"}) {
        answer_ = start + rest + "\r\n";
        EXPECT_EQ(connect(), websocket_errc::handshake) << rest;
    }
    answer_ = "HTTP/1.1 101 Go\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
    EXPECT_EQ(connect(), websocket_errc::handshake);
}

TEST_F(answered, by_what_is_no_http_is_an_error_of_http) {
    answer_ = "SSH-2.0-OpenSSH\r\n";
    EXPECT_EQ(connect().category(), grove::http_category());
}

TEST(websocket_request_of_a_client, cannot_be_what_the_handshake_says_itself) {
    const auto refused = [](const websocket_connect_options& options) {
        EXPECT_THROW((void)websocket::connect("ws://127.0.0.1:1/", options, 1s),
                     std::invalid_argument);
    };
    refused({.fields = {{"Sec-WebSocket-Key", "x"}}});
    refused({.fields = {{"host", "x"}}});
    refused({.fields = {{"X", "a\r\nY: b"}}});
    refused({.fields = {{"X Y", "a"}}});
    refused({.subprotocols = {"a,b"}});
    refused({.origin = "x\n"});
}

TEST(websocket_url, is_read_strictly) {
    for (const char* url : {"http://127.0.0.1/", "127.0.0.1", "ws://", "ws://user:pass@127.0.0.1/",
                            "ws://127.0.0.1/#part", "ws://127.0.0.1/a b", "ws://127.0.0.1:0/",
                            "ws://127.0.0.1:99999/"})
        EXPECT_THROW((void)websocket::connect(url, {}, 1s), grove::http::error) << url;
}

}  // namespace
