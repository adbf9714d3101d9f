// SPDX-License-Identifier: MIT
#include "net/head_lines.hpp"

#include <grove/http_exchange.hpp>
#include <grove/websocket.hpp>

#include <utility>

// How a WebSocket begins on a connection of an HTTP server.

namespace grove {

std::optional<websocket> websocket::upgrade(http_request& asked, http_response& answer,
                                            const websocket_accept_options& options) {
    websocket_answer found;
    if (asked.has_body())
        found = {.status = 400, .reason = "a handshake has no body"};
    else
        found = answer_websocket(
            websocket_request::of(asked.method(), asked.minor_version(), asked.fields()),
            options.answer);
    // Upgrade and Connection of an answer that is 101 are the server's, and Connection of all.
    for (const http::header& field : found.fields) {
        const bool upgrades = http::same_name(field.name, "Upgrade") && found.accepted();
        if (!upgrades && !http::same_name(field.name, "Connection"))
            answer.add(field.name, field.value);
    }
    if (!found.accepted()) {
        answer.status(found.status).add("Content-Type", "text/plain").send(found.reason + '\n');
        return std::nullopt;
    }
    http_upgraded taken = answer.upgrade("websocket");
    return websocket(std::move(taken.peer), websocket_role::server, options.connection,
                     taken.read_ahead, std::move(found.subprotocol));
}

}  // namespace grove
