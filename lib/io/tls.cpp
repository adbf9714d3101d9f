// SPDX-License-Identifier: MIT
#include "io/fd_wait.hpp"
#include "io/tls_context.hpp"
#include "io/tls_error.hpp"
#include "io/tls_stream.hpp"

#include <grove/endpoint.hpp>
#include <grove/error.hpp>
#include <grove/socket.hpp>
#include <grove/tls.hpp>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace grove {

using detail::tls_stream;

namespace {

/// Of a peer that has gone already there is no address.
endpoint peer_of(const socket& of) {
    try {
        return of.peer();
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::not_connected) throw;
        return {};
    }
}

/// How error texts name it.
std::string text_of(const endpoint& peer, std::string_view server_name = {}) {
    const std::string where = peer == endpoint() ? "an unnamed peer" : peer.text();
    if (server_name.empty() || ip_address::parse(server_name)) return where;
    return std::string(server_name) + " at " + where;
}

/// What tells the servers of one name apart. The address does not: a name may have many.
std::string port_of(const endpoint& peer, std::string_view server_name) {
    if (server_name.empty() || !peer.address()) return peer.text();
    return std::to_string(peer.port());
}

}  // namespace

tls_client::tls_client(const tls_client_options& options)
    : context_(std::make_shared<detail::tls_client_context>(options)) {}

tls_server::tls_server(const tls_server_options& options)
    : context_(std::make_shared<detail::tls_server_context>(options)) {}

void socket::start_tls(const tls_client& with, std::string_view server_name,
                       deadline handshake_until) {
    try {
        const endpoint to = peer_of(*this);
        using context = detail::tls_client_context;
        shake_hands(
            std::make_unique<tls_stream>(
                *wait_, context::start(with.context_, server_name, port_of(to, server_name)),
                text_of(to, server_name)),
            handshake_until);
    } catch (...) {
        close();
        throw;
    }
}

void socket::start_tls(const tls_server& with, deadline handshake_until) {
    try {
        const endpoint from = peer_of(*this);
        using context = detail::tls_server_context;
        shake_hands(
            std::make_unique<tls_stream>(*wait_, context::start(with.context_), text_of(from)),
            handshake_until);
    } catch (...) {
        close();
        throw;
    }
}

void socket::shake_hands(std::unique_ptr<tls_stream> stream, deadline until) {
    if (tls_) throw std::logic_error("start_tls: the socket has TLS already");
    if (!buffer_.empty()) {
        detail::throw_tls(
            tls_errc::read_ahead,
            "start_tls: " + std::to_string(buffer_.size() - begin_) + " bytes are in the buffer");
    }
    stream->handshake(until);
    tls_ = std::move(stream);
}

tls_info socket::tls() const {
    if (!tls_) throw std::logic_error("tls: the socket has none");
    return tls_->info();
}

}  // namespace grove
