// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/socket.hpp>
#include <grove/websocket.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

/// The other end of a connection that a bench has made, spoken to in its protocol.

namespace grove::cmd {

/// What came back for one request.
struct load_answer {
    unsigned status = 0;  ///< of HTTP; of DNS the RCODE
    std::uint64_t bytes_in = 0;
    deadline first_byte = never;
    deadline last_byte = never;
    bool reusable = true;  ///< another request may follow
};

class load_peer {
 public:
    load_peer() = default;
    load_peer(const load_peer&) = delete;
    load_peer& operator=(const load_peer&) = delete;
    virtual ~load_peer() = default;

    /// Sends `request` and waits for its answer. Throws: `std::system_error`; then, and when
    /// interrupted, it can be used no more.
    virtual load_answer ask(std::string_view request, deadline until) = 0;
};

enum class asks_head : bool { no, yes };

/// HTTP/1.1.
[[nodiscard]] std::unique_ptr<load_peer> http_peer(socket connected, asks_head head);

/// Who sends back what it is sent: anything else is `errc::bad_message`.
[[nodiscard]] std::unique_ptr<load_peer> echo_peer(socket connected);

/// A WebSocket whose other end sends back what it is sent: anything else is `errc::bad_message`.
[[nodiscard]] std::unique_ptr<load_peer> websocket_peer(websocket connected);

/// A name server, asked over UDP from a socket of its own. Answers to older queries are passed
/// over. Throws: `std::system_error`.
[[nodiscard]] std::unique_ptr<load_peer> dns_peer(const endpoint& server);

}  // namespace grove::cmd
