// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/http_client.hpp>
#include <grove/http_field.hpp>

#include <string>
#include <string_view>
#include <vector>

/// A server's half of the opening handshake (RFC 6455 section 4.2), for whoever reads requests:
/// what came in, and what to answer. It neither reads nor writes.
///
///     const grove::websocket_answer answer =
///         grove::answer_websocket(grove::websocket_request::of("GET", 1, request.fields()));
///     send(answer.text());
///     if (answer.accepted()) talk(grove::websocket(std::move(peer),
///     grove::websocket_role::server));
///
/// `websocket::upgrade` does all of it for a request of `http_server`, and `websocket::accept`
/// where nothing else is served on a port.
/// Extensions are not taken: no message is compressed. Threads: any.

namespace grove {

struct websocket_request {
    std::string_view method = {};
    unsigned minor = 1;  ///< of HTTP/1
    std::vector<http_field> fields = {};

    /// Of any fields that have a `name` and a `value`, which must outlive it.
    template <class Fields>
    [[nodiscard]] static websocket_request of(std::string_view method, unsigned minor,
                                              const Fields& fields) {
        websocket_request made{.method = method, .minor = minor};
        for (const auto& field : fields) made.fields.push_back({field.name, field.value});
        return made;
    }
};

struct websocket_answer_options {
    /// What may be spoken, the best first. The first that the client offers is chosen; when none
    /// is, the connection has no subprotocol, and a client that needs one ends it.
    std::vector<std::string> subprotocols = {};
    /// Which pages may connect: `https://example.com`, compared without regard to case. A browser
    /// of another is refused (403); a client that names no origin is not. Empty: all may.
    std::vector<std::string> origins = {};
};

struct websocket_answer {
    unsigned status = 101;
    std::string reason = "Switching Protocols";  ///< what is wrong, when it is a refusal
    std::vector<http::header> fields = {};
    std::string subprotocol = {};  ///< that was chosen; empty: none

    [[nodiscard]] bool accepted() const noexcept { return status == 101; }

    /// The answer as bytes. A refusal says so in its body, and that the connection closes.
    [[nodiscard]] GROVE_API std::string text() const;
};

/// Result: 101, or 405 (not GET), 426 (no WebSocket, or not version 13), 400 (no valid key, or
/// HTTP/1.0), 403 (the origin), with the fields that go with it.
/// Throws: `std::invalid_argument` for a subprotocol of ours that is no token.
[[nodiscard]] GROVE_API websocket_answer
answer_websocket(const websocket_request& request, const websocket_answer_options& options = {});

}  // namespace grove
