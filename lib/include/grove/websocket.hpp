// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/dial.hpp>
#include <grove/http_client.hpp>
#include <grove/socket.hpp>
#include <grove/tls.hpp>
#include <grove/websocket_handshake.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

/// WebSockets (RFC 6455), both ends: messages both ways on one connection.
///
///     grove::stream_server echo(":7000", [](grove::socket& peer) {
///         auto ws = grove::websocket::accept(std::move(peer), {}, 10s);
///         while (auto got = ws.receive(60s)) ws.send_later(got->kind, got->data);
///     });
///
///     auto ws = grove::websocket::connect("wss://example.com/feed", {}, 10s);
///     ws.send("hello");
///     while (auto got = ws.receive()) std::puts(std::string(got->data).c_str());
///     std::printf("closed with %d\n", ws.end().code);
///
/// Any number of greenlets may send: each message goes out whole, first come first served. One may
/// receive meanwhile. Whoever receives answers pings and the peer's wish to close, so a connection
/// on which nobody receives is dead to its peer. There are no extensions: nothing is compressed.
///
/// Errors: `std::system_error` with a `websocket_errc`, or as of the socket. What a peer may not
/// send ends the connection, and the peer is told why by the close code of section 7.4. A stream
/// that ends without a goodbye is an end as well, with code 1006. When `send` fails, what the peer
/// has said before can still be received.
/// Interrupted, or too late: `receive` loses nothing and may be called again; only when that hit it
/// while it wrote a pong, no more can be sent. `send` and `ping`: while they wait for their turn
/// nothing happened; else the message was cut off, and all that is left is to receive and to close.
/// `close`: the connection is closed.
/// Threads: the hub's own.

namespace grove {

class http_request;
class http_response;

enum class websocket_errc {
    protocol = 1,  ///< the peer sent what RFC 6455 forbids; told 1002
    not_utf8,      ///< a text from the peer is not UTF-8; told 1007
    too_large,     ///< a message from the peer is above the limit; told 1009
    closed,        ///< sent after the connection was closed, or is being closed
    cut_off,       ///< sent after a message that was interrupted on its way
    refused,    ///< the handshake was answered, and not by a WebSocket; the text holds the answer
    handshake,  ///< the answer to the handshake breaks RFC 6455, or a request was refused
};

[[nodiscard]] GROVE_API const std::error_category& websocket_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(websocket_errc e) noexcept {
    return {static_cast<int>(e), websocket_category()};
}

enum class websocket_role : std::uint8_t { server, client };
enum class websocket_kind : std::uint8_t { text, binary };

/// Valid until the next call that receives or closes.
struct websocket_message {
    websocket_kind kind = websocket_kind::text;
    std::string_view data = {};
};

/// Some of a message, as it came; valid until the next call that receives or closes.
struct websocket_piece {
    websocket_kind kind = websocket_kind::text;
    std::string_view data = {};
    bool last = true;  ///< of its message
};

/// How a connection has ended.
struct websocket_end {
    /// What the peer gave, or what it was told about its own fault. 1005: it gave none; 1006: the
    /// stream ended without a word.
    std::uint16_t code = 1006;
    std::string reason = {};
};

struct websocket_options {
    std::size_t message_limit = std::size_t{1} << 20;  ///< bytes of a message that is received
    /// How long the peer is waited for at the end of the connection, at most.
    duration farewell = std::chrono::seconds(5);
};

struct websocket_connect_options {
    websocket_options connection = {};
    /// Sent besides the handshake's own: `Authorization`, `Cookie`.
    std::vector<http::header> fields = {};
    /// What we speak, the best first. Empty: no subprotocol.
    std::vector<std::string> subprotocols = {};
    std::string origin = {};  ///< empty: none is sent
    /// For `wss`. Nothing: the system's authorities.
    std::optional<tls_client> tls = {};
    dial_options dial = {};
};

struct websocket_accept_options {
    websocket_options connection = {};
    websocket_answer_options answer = {};
};

class GROVE_API websocket {
 public:
    /// On a connection whose handshake is over. `read_ahead`: what was read beyond it.
    websocket(socket peer, websocket_role role, websocket_options options = {},
              std::string_view read_ahead = {}, std::string subprotocol = {});
    websocket(websocket&&) noexcept;
    websocket& operator=(websocket&&) noexcept;
    /// Closes. The peer is told 1001 (going away) if that can be written at once.
    ~websocket();

    /// Connects to `ws://` or `wss://host[:port][/path][?query]`, with the TLS and the opening
    /// handshake. Proxies are not used, redirects not followed. `until` is for all of it.
    /// Throws: `http::error` (`url`); `std::invalid_argument` for a field that cannot be sent;
    /// `std::system_error` as `dial` and `start_tls`, an `http_errc`, or `refused` or `handshake`
    /// of `websocket_errc`. Interrupted: no connection is left.
    [[nodiscard]] static websocket connect(std::string_view url,
                                           const websocket_connect_options& options = {},
                                           deadline until = never);

    /// As above on a connection that leads there already and has its TLS: `options.tls` and `dial`
    /// are not used, and of `url` only `Host` and what is asked for.
    [[nodiscard]] static websocket connect(socket peer, std::string_view url,
                                           const websocket_connect_options& options = {},
                                           deadline until = never);

    /// Reads the request on a new connection and answers it, whatever its target.
    /// Throws: `std::system_error` (`handshake` when the request was refused, with its status; the
    /// answer is sent then); `std::invalid_argument` as `answer_websocket`. Interrupted: likewise,
    /// no connection is left.
    [[nodiscard]] static websocket accept(socket peer, const websocket_accept_options& options = {},
                                          deadline until = never);

    /// Answers a request to an `http_server`, whose connection becomes the WebSocket's.
    /// Result: nothing when the request was refused; the answer is sent then.
    /// Throws: as `http_response::upgrade`; `std::invalid_argument` as `answer_websocket`.
    [[nodiscard]] static std::optional<websocket> upgrade(
        http_request& asked, http_response& answer, const websocket_accept_options& options = {});

    /// The next message. Result: nothing at the end of the connection, see `end`.
    [[nodiscard]] std::optional<websocket_message> receive(deadline until = never);

    /// The next of a message, for those too large to hold; the limit holds for the whole, and a
    /// piece of a text may end inside a character. Not to be mixed with `receive` in one message.
    [[nodiscard]] std::optional<websocket_piece> receive_piece(deadline until = never);

    /// Sends a text. Throws, besides: `std::invalid_argument` when it is not UTF-8.
    void send(std::string_view text, deadline until = never) {
        send(websocket_kind::text, text, until);
    }

    /// `data` must stay as it is until the call returns: what `receive` gave lasts only until
    /// another greenlet receives.
    void send(websocket_kind kind, std::string_view data, deadline until = never);

    /// As `send`, but the message may wait for others: it is written with the next that is sent,
    /// before `receive` waits, by `flush`, and at the latest when 16 KiB have gathered. Answers to
    /// messages that came at once then cost one write.
    void send_later(websocket_kind kind, std::string_view data, deadline until = never);
    /// Writes what waits.
    void flush(deadline until = never);

    /// Asks for a pong, which counts once it has been received. `payload`: 125 bytes at most, or
    /// `std::invalid_argument`.
    void ping(std::string_view payload = {}, deadline until = never);

    /// How many have come.
    [[nodiscard]] std::uint64_t pongs() const noexcept;

    /// Says goodbye, waits for the peer's, for `farewell` at most, and closes the connection.
    /// Messages that come meanwhile go to who receives, and are dropped when nobody does. `code`:
    /// one that may be sent (1000 to 1003, 1007 to 1014, 3000 to 4999), or
    /// `std::invalid_argument`; `reason`: UTF-8, of which 123 bytes are sent.
    /// Result: the peer has answered. False also when the connection had ended badly before.
    bool close(std::uint16_t code = 1000, std::string_view reason = {}, deadline until = never);

    /// Closes without a word. Whoever receives is told the end.
    void abort() noexcept;

    /// The connection has not ended.
    [[nodiscard]] bool is_open() const noexcept;

    /// How it ended, once it has.
    [[nodiscard]] const websocket_end& end() const noexcept;

    /// That both sides agreed on; empty: none.
    [[nodiscard]] const std::string& subprotocol() const noexcept;

    /// For its addresses and TLS: neither read nor write it.
    [[nodiscard]] const socket& stream() const noexcept;

 private:
    class connection;
    std::unique_ptr<connection> connection_;
};

}  // namespace grove

template <>
struct std::is_error_code_enum<grove::websocket_errc> : std::true_type {};
