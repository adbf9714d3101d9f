// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/web_handler.hpp"

#include <grove/websocket.hpp>

/// A request that becomes a WebSocket.

namespace grove::cmd {

/// Whether it asks for one.
[[nodiscard]] bool wants_websocket(const http_request& asked) noexcept;

/// Throws: `http_error` for a request that is no good handshake (RFC 6455 section 4.2.2).
[[nodiscard]] websocket accept_websocket(const web_call& call, const serve_context& context);

}  // namespace grove::cmd
