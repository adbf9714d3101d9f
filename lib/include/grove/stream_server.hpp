// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>
#include <grove/socket.hpp>
#include <grove/tls.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

/// A server of stream connections, TCP or Unix: a greenlet a connection.
///
///     grove::stream_server echo(":7", [](grove::socket& peer) {
///         for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
///     });
///     echo.serve_forever();
///
/// The connection is closed when the function returns or throws. What it throws is told as an error
/// of a greenlet named after the peer, and ends nothing else. With TLS the function is called once
/// hands were shaken, which happens in the connection's own greenlet and holds up nobody else. When
/// as many connections are open as may be, no more are accepted until one ends: they wait in the
/// kernel's backlog. When there is no descriptor or memory left, accepting pauses for 10 ms, then
/// longer, up to 1 s, and is told of once; it goes on by itself. To use several cores: a server on
/// each hub, with `share_port`.
/// Threads: the hub's own.

namespace grove {

struct stream_server_options {
    std::size_t most_connections = 100'000;  ///< open at once
    /// Accepted before other greenlets run; 1 where hubs share a port, or one takes all.
    std::size_t accepts_a_turn = 100;
    listen_options listen = {};
    /// What each connection begins with; nothing: plain text. A handshake that fails is told as an
    /// error of the connection, except when the client ended it or let the time pass.
    std::optional<tls_server> tls = {};
    duration handshake = std::chrono::seconds(10);  ///< the longest that it may take
};

class GROVE_API stream_server {
 public:
    using handler = std::function<void(socket& peer)>;

    /// Listens, and starts to accept. Connections do not begin before the caller waits.
    /// Throws: `std::system_error` naming the address.
    stream_server(const endpoint& at, handler serve, stream_server_options options = {});
    /// `127.0.0.1:80`, `[::1]:80`, `:80` (every IPv4 address), `*:80` (every address, of both
    /// kinds), `unix:/path`. Throws, besides: `std::invalid_argument`.
    stream_server(std::string_view at, handler serve, stream_server_options options = {});
    /// On a listener of the caller's; its own options count.
    stream_server(listener door, handler serve, stream_server_options options = {});
    stream_server(const stream_server&) = delete;
    stream_server& operator=(const stream_server&) = delete;
    /// `stop(0s)`.
    ~stream_server();

    /// Where it listens; port 0 has become a number. Throws: `std::system_error` once it is closed.
    [[nodiscard]] endpoint local() const;

    /// Connections wait in the backlog until `start_accepting`.
    void stop_accepting() noexcept;
    void start_accepting();

    /// Waits until `stop` has ended the server. Interrupted: throws; the server goes on.
    /// Throws: `std::system_error` when the listener has failed for good.
    void serve_forever();

    /// Takes those who have connected already, unless there is no grace; listens no more, waits for
    /// the connections, and kills those that are left after `grace`.
    /// A second call waits as well. One by a connection's own greenlet does not wait for itself.
    /// Result: how many were killed. Interrupted: those that are left are killed.
    std::size_t stop(duration grace = std::chrono::seconds(1));

    /// Open connections.
    [[nodiscard]] std::size_t connections() const noexcept;
    [[nodiscard]] bool closed() const noexcept;

 private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace grove
