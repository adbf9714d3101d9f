// SPDX-License-Identifier: MIT
#include <grove/websocket_handshake.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using grove::answer_websocket;
using grove::websocket_answer;
using grove::websocket_answer_options;
using grove::websocket_request;
using grove::http::header;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class handshake : public testing::Test {
 protected:
    websocket_answer answer(const websocket_answer_options& options = {}) const {
        return answer_websocket(websocket_request::of(method_, minor_, fields_), options);
    }

    void set(const std::string& name, const std::string& value) {
        remove(name);
        fields_.push_back({name, value});
    }

    void remove(const std::string& name) {
        std::erase_if(fields_, [&](const header& field) { return field.name == name; });
    }

    std::string method_ = "GET";
    unsigned minor_ = 1;
    std::vector<header> fields_{{"Host", "server.example.com"},
                                {"Upgrade", "websocket"},
                                {"Connection", "Upgrade"},
                                {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                {"Sec-WebSocket-Version", "13"}};
};

TEST_F(handshake, proves_that_the_key_was_read) {
    EXPECT_EQ(answer().text(),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST_F(handshake, finds_its_words_in_lists_and_in_any_case) {
    set("Connection", "keep-alive, UPGRADE");
    set("Upgrade", "h2c, WebSocket");
    EXPECT_TRUE(answer().accepted());
    remove("Connection");
    fields_.push_back({"connection", "keep-alive"});
    fields_.push_back({"CONNECTION", "upgrade"});
    EXPECT_TRUE(answer().accepted());
}

TEST_F(handshake, takes_no_other_method) {
    method_ = "POST";
    EXPECT_EQ(answer().status, 405U);
    EXPECT_THAT(answer().fields, ElementsAre(header{"Allow", "GET"}));
}

TEST_F(handshake, takes_no_http_1_0) {
    minor_ = 0;
    EXPECT_EQ(answer().status, 400U);
}

TEST_F(handshake, says_which_version_is_spoken) {
    for (const char* version : {"8", "14", "013", ""}) {
        set("Sec-WebSocket-Version", version);
        EXPECT_EQ(answer().status, 426U) << version;
        EXPECT_THAT(answer().fields, Contains(header{"Sec-WebSocket-Version", "13"}));
    }
    remove("Sec-WebSocket-Version");
    EXPECT_EQ(answer().status, 426U);
}

TEST_F(handshake, asks_for_an_upgrade_where_there_is_none) {
    for (const char* field : {"Upgrade", "Connection"}) {
        set(field, "close");
        EXPECT_EQ(answer().status, 426U) << field;
        EXPECT_THAT(answer().fields, Contains(header{"Upgrade", "websocket"}));
    }
}

TEST_F(handshake, refuses_a_key_that_is_not_16_bytes) {
    for (const char* key :
         {"", "short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
          "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25 ZQ==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
        set("Sec-WebSocket-Key", key);
        EXPECT_EQ(answer().status, 400U) << key;
    }
    remove("Sec-WebSocket-Key");
    EXPECT_EQ(answer().status, 400U);
}

TEST_F(handshake, refuses_two_keys) {
    fields_.push_back({"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="});
    EXPECT_EQ(answer().status, 400U);
}

TEST_F(handshake, chooses_the_best_of_our_subprotocols) {
    set("Sec-WebSocket-Protocol", "chat, v1.news");
    const websocket_answer got = answer({.subprotocols = {"v2.news", "v1.news", "chat"}});
    EXPECT_EQ(got.subprotocol, "v1.news");
    EXPECT_THAT(got.fields, Contains(header{"Sec-WebSocket-Protocol", "v1.news"}));
    EXPECT_EQ(answer({.subprotocols = {"CHAT"}}).subprotocol, "");
    EXPECT_EQ(answer().fields.size(), 3U);
    EXPECT_THROW((void)answer({.subprotocols = {"a b"}}), std::invalid_argument);
}

TEST_F(handshake, takes_no_extension) {
    set("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
    EXPECT_TRUE(answer().accepted());
    EXPECT_EQ(answer().fields.size(), 3U);
}

TEST_F(handshake, lets_in_the_pages_of_the_origins_that_may) {
    const websocket_answer_options ours{.origins = {"https://example.com"}};
    EXPECT_TRUE(answer(ours).accepted());
    set("Origin", "https://EXAMPLE.com");
    EXPECT_TRUE(answer(ours).accepted());
    set("Origin", "https://example.com.evil.test");
    EXPECT_EQ(answer(ours).status, 403U);
    EXPECT_TRUE(answer().accepted());
    fields_.push_back({"Origin", "https://example.com"});
    EXPECT_EQ(answer(ours).status, 403U);
}

TEST_F(handshake, refuses_in_words_and_closes) {
    remove("Upgrade");
    EXPECT_EQ(answer().text(),
              "HTTP/1.1 426 only WebSockets are served here\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n"
              "Content-Type: text/plain\r\nContent-Length: 32\r\n\r\n"
              "only WebSockets are served here\n");
    method_ = "PUT";
    EXPECT_THAT(answer().text(), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer().text(), HasSubstr("Allow: GET\r\nConnection: close\r\n"));
}

}  // namespace
