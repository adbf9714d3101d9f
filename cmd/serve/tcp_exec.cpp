// SPDX-License-Identifier: MIT
#include "cmd/serve/tcp_exec.hpp"

#include "cmd/serve/cgi_environment.hpp"
#include "cmd/serve/exec_program.hpp"

#include <grove/group.hpp>

#include <chrono>
#include <string_view>
#include <system_error>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t room_size = std::size_t{16} << 10;
/// For a peer to take the last of the output while it still sends.
constexpr duration parting = 1s;

/// Result: false when the peer has failed.
bool pass_input(socket& peer, exec_program& program) {
    std::string room(room_size, '\0');
    for (;;) {
        std::size_t count = 0;
        try {
            count = peer.read_some(room);
        } catch (const std::system_error&) {
            return false;
        }
        try {
            if (count != 0) {
                program.in().write_all(std::string_view(room.data(), count));
                continue;
            }
        } catch (const std::system_error&) {
            return true;  // it reads no more
        }
        program.in().close();
        return true;
    }
}

/// What came and was not read would make the kernel reset the connection, and the last of the
/// output be lost with it.
void part_from(socket& peer) {
    try {
        const deadline until = parting;
        peer.shutdown_write(until);
        std::string dropped(room_size, '\0');
        while (peer.read_some(dropped, until) != 0) continue;
    } catch (const std::system_error&) {
        return;  // it has gone, or goes on sending
    }
}

}  // namespace

void serve_by_program(socket& peer, const std::string& command) {
    {
        exec_program program(command, client_environment(peer.peer(), own_environment()),
                             exec_input::ours);
        group beside;
        beside.spawn([&] {
            if (!pass_input(peer, program)) program.end();
        });
        std::string room(room_size, '\0');
        while (const std::size_t count = program.out().read_some(room))
            peer.write_all(std::string_view(room.data(), count));
    }
    part_from(peer);
}

}  // namespace grove::cmd
