// SPDX-License-Identifier: MIT
#pragma once

#include "net/origin.hpp"

#include <grove/http_connection.hpp>
#include <grove/websocket.hpp>

#include <string>
#include <string_view>

/// A client's half of the opening handshake (RFC 6455 section 4.1), without input or output.

namespace grove::ws {

/// Where a URL leads.
struct target {
    http::origin at;
    std::string host;      ///< as the field `Host` has it
    std::string resource;  ///< path and query
};

/// Throws: `http::error` (`url`).
[[nodiscard]] target parse_url(std::string_view url);

/// Throws: `std::invalid_argument` for what cannot stand in a head, or is the handshake's own.
[[nodiscard]] std::string opening_request(const target& to, std::string_view key,
                                          const websocket_connect_options& options);

/// Result: the subprotocol that the server has chosen; empty: none.
/// Throws: `std::system_error` with `refused` or `handshake`.
[[nodiscard]] std::string check_opening(const http_answer& answer, std::string_view key,
                                        const websocket_connect_options& options);

}  // namespace grove::ws
