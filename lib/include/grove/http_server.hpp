// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>
#include <grove/http_exchange.hpp>
#include <grove/stream_server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// An HTTP/1.1 server: a function that answers, on a greenlet a connection.
///
///     grove::http_server web(":8080", [](grove::http_request&, grove::http_response& answer) {
///         answer.add("Content-Type", "text/html").send("<p>Hello World</p>");
///     });
///     web.serve_forever();
///
/// Connections are kept (HTTP/1.0: when the client asks for it), requests may be pipelined, and
/// their answers go out together where they fit. Requests are read strictly (RFC 9112): what two
/// readers could understand in two ways is refused and the connection closed. A body that the
/// handler has not read is read and dropped, or the connection closed if it is long.
/// What a handler throws is reported as an error of `GET /path of 127.0.0.1:1234` and answered 500
/// if nothing was sent yet; otherwise the connection is cut, so that the client does not take a
/// part for the whole. A client that goes away is not reported.
/// TLS: `stream.tls`, whose options should offer `http/1.1` by ALPN. Several cores: a server on
/// each hub, with `stream.listen.share_port`.
/// Threads: the hub's own.

namespace grove {

/// How much is read and for how long it is waited. A client that exceeds one is answered 408, 413,
/// 414 or 431 where it can be, and its connection ends.
struct http_limits {
    std::size_t target = 8000;                        ///< bytes
    std::size_t head = std::size_t{64} << 10;         ///< bytes of request line and fields
    std::size_t fields = 100;                         ///< of a request
    std::uint64_t body = std::uint64_t{1} << 20;      ///< bytes; a handler may set another
    duration head_time = std::chrono::seconds(10);    ///< from its first byte to its last
    duration idle_time = std::chrono::seconds(75);    ///< before a request's first byte
    duration body_pause = std::chrono::seconds(30);   ///< the longest between two pieces
    duration write_pause = std::chrono::seconds(60);  ///< the longest that 256 KiB may take
    duration request_time = duration::zero();         ///< of a handler; zero: no limit. 503
};

/// What is told of each answer that was given; the views are valid during the call.
struct http_record {
    endpoint peer = {};
    std::string_view method = {};  ///< empty, as the target: what came was no request
    std::string_view target = {};
    unsigned minor_version = 1;
    unsigned status = 0;
    std::uint64_t body_bytes = 0;  ///< of the answer, as the handler gave them
    duration took = {};            ///< from the request's head to the answer's last byte
    bool complete = true;          ///< false: it was cut, or there was none
};

struct http_server_options {
    stream_server_options stream = {};
    http_limits limits = {};
    std::string server_name = {};  ///< for the `Server` field; empty: none is sent
    /// Called after each answer, also for requests that were refused. It must not wait.
    std::function<void(const http_record&)> on_answer = {};
};

class GROVE_API http_server {
 public:
    using handler = std::function<void(http_request&, http_response&)>;

    /// Listens, and starts to accept. Throws: `std::system_error` naming the address.
    http_server(const endpoint& at, handler answer, http_server_options options = {});
    /// As `stream_server` reads it: `127.0.0.1:80`, `:80`, `*:80`, `unix:/path`.
    /// Throws, besides: `std::invalid_argument`.
    http_server(std::string_view at, handler answer, http_server_options options = {});
    /// On a listener of the caller's.
    http_server(listener door, handler answer, http_server_options options = {});
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;
    /// `stop(0s)`.
    ~http_server();

    /// Where it listens; port 0 has become a number. Throws: `std::system_error` once it is closed.
    [[nodiscard]] endpoint local() const;

    /// Waits until `stop` has ended the server. Interrupted: throws; the server goes on.
    /// Throws: `std::system_error` when the listener has failed for good.
    void serve_forever();

    /// Ends without losing a request: takes who has connected already, then listens no more; says
    /// `Connection: close` in the answers to come; gives idle connections 100 ms for a request that
    /// is on its way and the others `grace`, then kills what is left. With no grace all of it ends
    /// at once. Result: how many were killed. Interrupted: those that are left are killed.
    std::size_t stop(duration grace = std::chrono::seconds(5));

    /// Open connections, those of other protocols included.
    [[nodiscard]] std::size_t connections() const noexcept;
    [[nodiscard]] bool closed() const noexcept;

 private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace grove
