// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>
#include <grove/http_field.hpp>
#include <grove/socket.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a handler of an HTTP server (grove/http_server.hpp) is given: the request that came and the
/// answer that goes. Both last as long as the handler's call, and belong to its greenlet; one that
/// ends before it may read the body while the handler answers.
///
///     void count(grove::http_request& asked, grove::http_response& answer) {
///         if (asked.method() != "POST") throw grove::http_error(405);
///         std::size_t bytes = 0;
///         for (auto piece = asked.read_some(); !piece.empty(); piece = asked.read_some())
///             bytes += piece.size();
///         answer.add("Content-Type", "text/plain").send(std::to_string(bytes));
///     }
///
/// Waiting: what reads a body waits for the client as long as `http_limits::body_pause`, what
/// writes as long as `write_pause`. A client that goes away or is too slow makes the call throw
/// `std::system_error`; let it pass, it is not reported.

namespace grove {

namespace http {
class session;
}  // namespace http

/// Thrown by a handler: the answer is this status and a line of text, if nothing was sent before;
/// otherwise the connection is cut. It is no failure of the handler, and not reported.
class GROVE_API http_error : public std::runtime_error {
 public:
    /// Without a text: the status' own phrase.
    explicit http_error(unsigned status, const std::string& text = {});
    http_error(const http_error&) = default;
    ~http_error() override;

    /// A field of that answer: `throw http_error(405).add("Allow", "GET")`. Those that were added
    /// to the `http_response` before are not sent. Throws: as `http_response::add`, when it is
    /// sent.
    http_error& add(std::string name, std::string value);

    [[nodiscard]] unsigned status() const noexcept { return status_; }

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
        return fields_;
    }

 private:
    unsigned status_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// The phrase that RFC 9110 section 15 gives a status; `Unknown` for others.
[[nodiscard]] GROVE_API std::string_view http_phrase(unsigned status) noexcept;

/// The request. What it gives views of stays until the handler returns.
class GROVE_API http_request {
 public:
    http_request(const http_request&) = delete;
    http_request& operator=(const http_request&) = delete;

    [[nodiscard]] std::string_view method() const noexcept;
    /// As it was sent: `/path?query`, `http://host/path`, or `*`.
    [[nodiscard]] std::string_view target() const noexcept;
    /// The target's path, still percent-encoded: `/path`, or `*`.
    [[nodiscard]] std::string_view path() const noexcept;
    /// What is behind the `?`, still encoded.
    [[nodiscard]] std::string_view query() const noexcept;
    /// HTTP/1.0: 0, HTTP/1.1: 1.
    [[nodiscard]] unsigned minor_version() const noexcept;

    [[nodiscard]] std::span<const http_field> fields() const noexcept;
    /// The only or the first field of that name, in any case of letters.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

    /// Throws: `std::system_error` once the client has gone.
    [[nodiscard]] endpoint peer() const;
    [[nodiscard]] bool is_tls() const noexcept;

    [[nodiscard]] bool has_body() const noexcept;
    /// What the client has announced; nothing for a body in chunks.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;

    /// What is to be taken of this body, in place of `http_limits::body`.
    void limit_body(std::uint64_t bytes) noexcept;

    /// The whole body. A client that waits to be told (`Expect: 100-continue`) is told.
    /// Throws: `http_error` 413 above the limit, 400 for a body that is no HTTP, 408 when it is
    /// late; `std::system_error` when the client goes away inside it.
    [[nodiscard]] std::string_view body();

    /// What has come of the body, at least a byte; empty at its end. Valid until the next call;
    /// the client is not read from faster than this is called. Throws: as `body`.
    [[nodiscard]] std::string_view read_some();

    /// Waits until the client has closed the connection, or its side of it: for a greenlet beside
    /// the handler's, which gives up what nobody waits for any more. Once the client has sent a
    /// further request, it is looked for every 100 ms. Result: false when `until` came first.
    /// Interrupted: nothing happened. Not after `http_response::upgrade`.
    bool wait_gone(deadline until = never);

 private:
    friend class http::session;

    explicit http_request(http::session& of) noexcept : session_(of) {}

    http::session& session_;
};

/// A connection that speaks another protocol from here on.
struct http_upgraded {
    socket peer;
    std::string read_ahead;  ///< what the client has already said in that protocol
};

/// Sends bytes of an answer to the client, or does not: later, slowly, in part. They come in their
/// order and as they are on the wire: interim answers, the head, the body with its chunks. It may
/// wait, as long as it likes: `http_limits::write_pause` is for who sends by himself. It may end
/// the connection, but must not read from it.
/// Result: false: nothing more is sent, and the connection ends behind what was.
/// Throws: nothing but `std::system_error`, which ends it likewise and is not reported.
using http_outlet = std::function<bool(socket& client, std::string_view bytes)>;

/// The answer. A handler that returns without sending has sent an empty body; `Content-Length`,
/// `Transfer-Encoding`, `Connection` and `Date` are the server's, as is that answers to HEAD and of
/// status 204 and 304 have no body.
class GROVE_API http_response {
 public:
    http_response(const http_response&) = delete;
    http_response& operator=(const http_response&) = delete;

    /// 200 unless it is said. Throws: `std::invalid_argument` for what is not from 200 to 999;
    /// `std::logic_error` once the answer has begun.
    http_response& status(unsigned code);
    /// One more field. Throws: `std::invalid_argument` for a name that is no token, a value with a
    /// control character (a line break above all), or a name that is the server's own (`Date` may
    /// be given); `std::logic_error` once the answer has begun.
    http_response& add(std::string_view name, std::string_view value);
    /// How many bytes `write` will be given: they go out as they are, not in chunks. Giving others
    /// cuts the connection. For an answer to HEAD: what a GET would be told.
    http_response& length(std::uint64_t bytes);
    /// The connection ends with this answer.
    http_response& close() noexcept;

    /// What is sent of this answer goes through `outlet`, on a greenlet of the connection: for who
    /// tests clients. It is kept until the answer has ended or the connection is handed over.
    /// Blocks until earlier answers have been sent. Throws, besides what waiting does:
    /// `std::logic_error` once the answer has begun.
    http_response& send_through(http_outlet outlet);

    /// The whole answer, in one write. Throws, besides what waiting does: `std::logic_error` once
    /// an answer has begun.
    void send(std::string_view body = {});
    /// As above, with a part of a file for a body. See `socket::send_file` for what it may wait
    /// for; a file that has become shorter cuts the connection.
    void send_file(int file, std::uint64_t offset, std::uint64_t bytes);

    /// A piece of a body whose end is the handler's return; in chunks for HTTP/1.1, up to the
    /// connection's end for HTTP/1.0. Write when you like: pieces are gathered and go out when the
    /// handler waits for something, when they are many, or by `flush`. Waits while the client reads
    /// more slowly than this is written.
    void write(std::string_view piece);
    /// What was written goes out now, the head as well.
    void flush();

    /// The status and the fields can no longer change.
    [[nodiscard]] bool begun() const noexcept;

    /// Answers 101 with the fields that were added and hands the connection over: to whoever speaks
    /// `protocol` on it. The server no longer reads from it, and closes nothing.
    /// Throws, besides: `std::logic_error` when the request has a body, is HTTP/1.0 or did not ask
    /// for an upgrade.
    [[nodiscard]] http_upgraded upgrade(std::string_view protocol);

 private:
    friend class http::session;

    explicit http_response(http::session& of) noexcept : session_(of) {}

    http::session& session_;
};

}  // namespace grove
