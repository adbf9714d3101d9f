// SPDX-License-Identifier: MIT
#pragma once

#include "net/websocket_frames.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/websocket.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the tests of WebSockets share.

namespace grove_test {

/// Both ends, past their handshake.
struct websocket_ends {
    explicit websocket_ends(connected of = unix_pair(), grove::websocket_options options = {})
        : client(std::move(of.client), grove::websocket_role::client, options),
          server(std::move(of.server), grove::websocket_role::server, options) {}

    grove::websocket client;
    grove::websocket server;
};

/// One end, and the bytes of the other.
class half_websocket : public testing::Test {
 protected:
    explicit half_websocket(grove::websocket_role role = grove::websocket_role::server,
                            grove::websocket_options options = {.message_limit = 1000,
                                                                .farewell = std::chrono::hours(1)})
        : half_websocket(unix_pair(), role, options) {}

    /// What a client sends, with a key of zeroes.
    static std::string masked(grove::ws::opcode what, std::string_view payload, bool last = true) {
        std::string out;
        grove::ws::append_frame(out, what, last, payload, grove::ws::mask_key{0});
        return out;
    }

    static std::string masked_close(std::uint16_t code, std::string_view reason = {}) {
        std::string out;
        grove::ws::append_close(out, code, reason, grove::ws::mask_key{0});
        return out;
    }

    grove::socket peer_;
    grove::websocket end_;

 private:
    half_websocket(connected of, grove::websocket_role role, grove::websocket_options options)
        : peer_(std::move(of.client)), end_(std::move(of.server), role, options) {}
};

/// A message as text that outlives it: `text:hello`; `end` when there is none.
inline std::string told(const std::optional<grove::websocket_message>& message) {
    if (!message) return "end";
    const bool text = message->kind == grove::websocket_kind::text;
    return (text ? "text:" : "binary:") + std::string(message->data);
}

}  // namespace grove_test
