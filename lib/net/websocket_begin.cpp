// SPDX-License-Identifier: MIT
#include "net/request_reader.hpp"
#include "net/websocket_key.hpp"
#include "net/websocket_opening.hpp"

#include <grove/websocket.hpp>

#include <system_error>
#include <utility>

// How a WebSocket begins on a connection of its own: `connect` and `accept`.

namespace grove {
namespace {

const tls_client& usual_tls() {
    static const tls_client one({.alpn = {"http/1.1"}});
    return one;
}

socket reach(const ws::target& to, const websocket_connect_options& options, deadline until) {
    socket peer = dial(to.at.host, to.at.port, options.dial, until);
    if (to.at.scheme == "wss")
        peer.start_tls(options.tls ? *options.tls : usual_tls(), to.at.host, until);
    return peer;
}

/// Reads until there is a head. Throws: `std::system_error` with what to answer in `reader`.
void read_head(http::request_reader& reader, socket& peer, deadline until) {
    using step = http::request_reader::step;
    for (step what = reader.next(); what != step::head; what = reader.next()) {
        if (what == step::failed) return;
        const std::size_t count = peer.read_some(reader.room(), until);
        if (count == 0)
            throw std::system_error(websocket_errc::handshake, "the peer closed before a request");
        reader.filled(count);
    }
}

websocket_answer answer_to(const http::request_reader& reader,
                           const websocket_answer_options& options) {
    if (const http::request_fault& fault = reader.fault(); fault.status != 0)
        return {.status = static_cast<unsigned>(fault.status), .reason = std::string(fault.reason)};
    const http::request_head& head = reader.head();
    if (head.framing != http::body_framing::none)
        return {.status = 400, .reason = "a handshake has no body"};
    return answer_websocket(websocket_request::of(head.method, head.minor, head.headers), options);
}

}  // namespace

websocket websocket::connect(std::string_view url, const websocket_connect_options& options,
                             deadline until) {
    const ws::target to = ws::parse_url(url);
    // What cannot be sent is told before anybody is called.
    static_cast<void>(ws::opening_request(to, ws::new_key(), options));
    return connect(reach(to, options, until), url, options, until);
}

websocket websocket::connect(socket peer, std::string_view url,
                             const websocket_connect_options& options, deadline until) {
    const std::string key = ws::new_key();
    const std::string request = ws::opening_request(ws::parse_url(url), key, options);
    http_connection asking(std::move(peer));
    asking.send(request, until);
    // The body of a refusal is of no interest, however long it is.
    const http_answer& answer = asking.receive(until, http_asked::head);
    std::string chosen = ws::check_opening(answer, key, options);
    const std::string ahead(asking.rest());
    return {std::move(asking.stream()), websocket_role::client, options.connection, ahead,
            std::move(chosen)};
}

websocket websocket::accept(socket peer, const websocket_accept_options& options, deadline until) {
    http::request_reader reader;
    read_head(reader, peer, until);
    const websocket_answer answer = answer_to(reader, options.answer);
    peer.write_all(answer.text(), until);
    if (!answer.accepted()) {
        throw std::system_error(websocket_errc::handshake,
                                "answered " + std::to_string(answer.status) + ' ' + answer.reason);
    }
    (void)reader.next();  // the end of a request without a body
    return {std::move(peer), websocket_role::server, options.connection, reader.rest(),
            answer.subprotocol};
}

}  // namespace grove
