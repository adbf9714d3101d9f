// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/greenlet.hpp>
#include <grove/socket.hpp>

#include <array>
#include <system_error>

// An echo server with a greenlet for each connection. Prints its port and serves until killed.

namespace {

void echo(grove::socket& peer) {
    std::array<char, 4096> buffer;
    while (const auto got = peer.read_some(buffer)) {
        peer.write_all(std::string_view(buffer.data(), got));
    }
}

}  // namespace

int main() {
    grove::listener door(*grove::endpoint::parse("127.0.0.1:0"));
    measure::report("echo.port", door.local().port(), "port");
    std::fflush(stdout);
    for (;;) {
        grove::spawn_detached([peer = door.accept()]() mutable {
            try {
                echo(peer);
            } catch (const std::system_error&) {
                // The client ends with requests in flight: a reset or a broken pipe.
            }
        });
    }
}
