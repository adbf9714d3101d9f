// SPDX-License-Identifier: MIT
#include "cmd/serve/tcp_service.hpp"

#include "cmd/serve/relay.hpp"
#include "cmd/serve/tcp_exec.hpp"

#include <grove/dial.hpp>
#include <grove/socket.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr std::size_t room_size = std::size_t{16} << 10;

void echo(socket& peer) {
    std::array<char, room_size> room;
    while (const std::size_t count = peer.read_some(room))
        peer.write_all(std::string_view(room.data(), count));
}

void discard(socket& peer) {
    std::array<char, room_size> room;
    while (peer.read_some(room) != 0) {
    }
}

/// Each line comes back with its number before it.
void lines(socket& peer) {
    peer.write_all("Welcome to grove: lines come back numbered, \"quit\" ends.\n");
    std::size_t number = 0;
    for (std::string line; !(line = peer.read_line()).empty();) {
        if (line == "quit\n" || line == "quit\r\n") return;
        peer.write_all(std::to_string(++number) + ": " + line);
    }
}

/// RFC 864: lines of 72 of the 95 characters that can be printed, each begun one further.
void chargen(socket& peer, const serve_context& context) {
    constexpr std::size_t first = ' ';
    constexpr std::size_t characters = 95;
    constexpr std::size_t width = 72;
    std::string round;
    for (std::size_t line = 0; line < characters; ++line) {
        for (std::size_t i = 0; i < width; ++i)
            round += static_cast<char>(first + (line + i) % characters);
        round += "\r\n";
    }
    while (!context.stopping.is_set()) peer.write_all(round);
}

/// Who goes away is no error of ours.
template <class Work>
stream_server::handler until_gone(Work work) {
    return [work](socket& peer) {
        try {
            work(peer);
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::connection_reset && e.code() != std::errc::broken_pipe)
                throw;
        }
    };
}

}  // namespace

stream_server::handler tcp_service(const route& what, serve_context& context) {
    switch (what.kind) {
        case route_kind::tcp_echo:
            return until_gone(echo);
        case route_kind::tcp_lines:
            return until_gone(lines);
        case route_kind::tcp_discard:
            return until_gone(discard);
        case route_kind::tcp_chargen:
            return until_gone([&context](socket& peer) { chargen(peer, context); });
        case route_kind::tcp_proxy:
            return until_gone([&context, to = what.argument](socket& peer) {
                socket other = dial(to, {}, context.options.timeout);
                relay(peer, other);
            });
        case route_kind::tcp_exec:
            return until_gone(
                [command = what.argument](socket& peer) { serve_by_program(peer, command); });
        default:
            throw std::logic_error("a handler of HTTP is no TCP server");
    }
}

}  // namespace grove::cmd
