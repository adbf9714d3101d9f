// SPDX-License-Identifier: MIT
#include "cmd/serve/web_socket.hpp"

#include <grove/websocket_handshake.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// What the server adds to a 101 by itself.
bool is_of_upgrade(std::string_view name) noexcept {
    return same_word(name, "Upgrade") || same_word(name, "Connection");
}

}  // namespace

bool wants_websocket(const http_request& asked) noexcept {
    const auto protocol = asked.find("Upgrade");
    return protocol && same_word(*protocol, "websocket");
}

websocket accept_websocket(const web_call& call, const serve_context& context) {
    const websocket_answer told = answer_websocket(websocket_request::of(
        call.asked.method(), call.asked.minor_version(), call.asked.fields()));
    http_error refusal(told.accepted() ? 400 : told.status, told.reason);
    for (const http::header& field : told.fields) {
        if (is_of_upgrade(field.name)) continue;
        call.answer.add(field.name, field.value);
        refusal.add(field.name, field.value);
    }
    if (!told.accepted()) throw refusal;
    http_upgraded made = call.answer.upgrade("websocket");
    const websocket_options how{.message_limit =
                                    static_cast<std::size_t>(context.options.limit.body)};
    return websocket(std::move(made.peer), websocket_role::server, how, made.read_ahead,
                     told.subprotocol);
}

void send_line(websocket& to, std::string_view line) {
    try {
        to.send(line);
    } catch (const std::invalid_argument&) {
        to.send(websocket_kind::binary, line);  // it is not UTF-8
    }
}

}  // namespace grove::cmd
