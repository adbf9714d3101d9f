// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_connector.hpp"

#include <grove/dial.hpp>
#include <grove/dns.hpp>

#include <stdexcept>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t largest = std::size_t{1} << 30;  // bytes of an echo

}  // namespace

load_connector::load_connector(const load_plan& plan)
    : plan_(plan), known_(plan.destinations.size()) {}

load_connection load_connector::connect(std::size_t to, deadline until) {
    const load_destination& where = plan_.destinations[to];
    if (plan_.protocol == load_protocol::dns) return {.peer = dns_peer(name_server(to, until))};
    const deadline begun = deadline::now();
    socket stream = reach(to, until);
    const deadline connected = deadline::now();
    load_connection made{.peer = nullptr, .connect = connected - begun};
    if (where.tls) {
        stream.start_tls(*where.tls, where.server_name, until);
        made.tls = deadline::now() - connected;
    }
    made.peer = speak(where, std::move(stream), until);
    return made;
}

std::unique_ptr<load_peer> load_connector::speak(const load_destination& where, socket stream,
                                                 deadline until) const {
    switch (plan_.protocol) {
        case load_protocol::echo:
            return echo_peer(std::move(stream));
        case load_protocol::websocket:
            return websocket_peer(websocket::connect(
                std::move(stream), where.url,
                {.connection = {.message_limit = largest}, .fields = where.fields}, until));
        default:
            return http_peer(std::move(stream), plan_.head);
    }
}

socket load_connector::reach(std::size_t to, deadline until) {
    const load_destination& where = plan_.destinations[to];
    if (known_[to]) return socket::connect(*known_[to], until);
    if (where.at.empty()) {
        socket made = dial(where.host, where.port, {.names = {.family = where.family}}, until);
        known_[to] = made.peer();
        return made;
    }
    for (const grove::endpoint& at : where.at) {
        std::error_code error;
        socket made = socket::connect(at, until, error);
        if (error && &at == &where.at.back())
            throw std::system_error(error, "connect " + at.text());
        if (error) continue;
        known_[to] = at;
        return made;
    }
    throw std::logic_error("a destination without an address");
}

/// Datagrams cannot be raced: the first address is taken.
grove::endpoint load_connector::name_server(std::size_t to, deadline until) {
    if (known_[to]) return *known_[to];
    const load_destination& where = plan_.destinations[to];
    const grove::endpoint at =
        where.at.empty()
            ? grove::endpoint(
                  dns::resolve(where.host, {.family = where.family}, until).addresses.at(0),
                  where.port)
            : where.at[0];
    known_[to] = at;
    return at;
}

}  // namespace grove::cmd
