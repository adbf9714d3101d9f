// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/stream_server.hpp>
#include <grove/websocket.hpp>

#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

// Echoes WebSocket messages. Prints its port and serves until killed.

namespace {

void echo(grove::socket& peer) {
    try {
        auto ws = grove::websocket::accept(std::move(peer), {}, std::chrono::seconds(10));
        while (const auto got = ws.receive()) ws.send_later(got->kind, got->data);
    } catch (const std::system_error&) {
        // The client ends with messages in flight: a reset or a broken pipe.
    }
}

}  // namespace

int main() {
    try {
        grove::stream_server server("127.0.0.1:0", echo);
        measure::report("websocket.port", server.local().port(), "port");
        std::fflush(stdout);
        server.serve_forever();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "grove_websocket_echo: %s\n", e.what());
        return 1;
    }
    return 0;
}
