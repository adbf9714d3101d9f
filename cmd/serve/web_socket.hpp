// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/web_handler.hpp"

#include <grove/websocket.hpp>

#include <optional>
#include <string_view>

/// A request that becomes a WebSocket.

namespace grove::cmd {

/// Whether it asks for one.
[[nodiscard]] bool wants_websocket(const http_request& asked) noexcept;

/// Result: nothing for a request that is no good handshake (RFC 6455 section 4.2.2): it has been
/// answered.
[[nodiscard]] std::optional<websocket> accept_websocket(const web_call& call,
                                                        const serve_context& context);

/// As a text, or where it is not UTF-8 as it is.
void send_line(websocket& to, std::string_view line);

}  // namespace grove::cmd
