// SPDX-License-Identifier: MIT
// A server that greets, counts and hangs up, and a client that listens.
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/stream_server.hpp>

#include <cstdio>
#include <string>

int main() {
    grove::stream_server server("127.0.0.1:0", [](grove::socket& peer) {
        peer.write_all("Hello from a telnet!\n");
        for (int i = 0; i < 5; ++i) peer.write_all(std::to_string(i) + "\n");
    });

    grove::socket client = grove::socket::connect(server.local());
    for (std::string line; !(line = client.read_line()).empty();) std::printf("%s", line.c_str());
}
