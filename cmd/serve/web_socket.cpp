// SPDX-License-Identifier: MIT
#include "cmd/serve/web_socket.hpp"

#include <algorithm>
#include <stdexcept>

namespace grove::cmd {
namespace {

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

bool wants_websocket(const http_request& asked) noexcept {
    const auto protocol = asked.find("Upgrade");
    return protocol && same_word(*protocol, "websocket");
}

std::optional<websocket> accept_websocket(const web_call& call, const serve_context& context) {
    websocket_accept_options how;
    how.connection.message_limit = static_cast<std::size_t>(context.options.limit.body);
    return websocket::upgrade(call.asked, call.answer, how);
}

void send_line(websocket& to, std::string_view line) {
    try {
        to.send(line);
    } catch (const std::invalid_argument&) {
        to.send(websocket_kind::binary, line);  // it is not UTF-8
    }
}

}  // namespace grove::cmd
