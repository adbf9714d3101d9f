// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/net/websocket_ends.hpp"

#include <grove/http_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// WebSockets beside pages, on one port.

namespace {

using namespace std::chrono_literals;
using grove::websocket;
using grove_test::ask;
using grove_test::loopback;
using grove_test::told;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

void serve(grove::http_request& asked, grove::http_response& answer) {
    if (asked.path() != "/chat") return answer.send("a page\n");
    auto ws = websocket::upgrade(asked, answer, {.answer = {.subprotocols = {"chat"}}});
    if (!ws) return;
    while (const auto got = ws->receive(5s)) ws->send(got->kind, got->data);
}

class upgraded : public grove_test::quiet {
 protected:
    [[nodiscard]] std::string url(const std::string& path) const {
        return "ws://" + server_.local().text() + path;
    }

    grove::http_server server_{loopback(), serve};
};

TEST_F(upgraded, talks_on_the_connection_of_the_request) {
    websocket ws = websocket::connect(url("/chat"), {.subprotocols = {"chat"}}, 5s);
    EXPECT_EQ(ws.subprotocol(), "chat");
    ws.send("hello");
    EXPECT_EQ(told(ws.receive(5s)), "text:hello");
    EXPECT_TRUE(ws.close(1000, {}, 5s));
    EXPECT_TRUE(reported.empty());
}

TEST_F(upgraded, takes_what_was_said_before_the_answer) {
    std::string early =
        "GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    grove::ws::append_frame(early, grove::ws::opcode::text, true, "early", grove::ws::mask_key{0});
    grove::ws::append_close(early, 1000, {}, grove::ws::mask_key{0});
    const std::string answer = ask(server_.local(), early);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 "));
    EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n\x81\x05"
                                 "early"
                                 "\x88\x02\x03\xe8"));
}

TEST_F(upgraded, refuses_what_is_no_handshake_and_goes_on) {
    const std::string answer = ask(server_.local(),
                                   "GET /chat HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: "
                                   "x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
    EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
    EXPECT_THAT(answer, HasSubstr("only WebSockets are served here\n"));
    EXPECT_THAT(answer, EndsWith("a page\n"));
    EXPECT_THAT(ask(server_.local(),
                    "POST /chat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: "
                    "1\r\n\r\nx"),
                StartsWith("HTTP/1.1 400 "));
}

}  // namespace
