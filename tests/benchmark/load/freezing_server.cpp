// SPDX-License-Identifier: MIT
// An HTTP/1.1 server that answers at once, except that once it stops for a while:
//
//     freezing_server AFTER LENGTH [SERVICE]
//
// Both in milliseconds, AFTER from the first request; a LENGTH of 0 is no stop. SERVICE is what
// each request takes, in microseconds; without it nothing. Prints its port, and after the stop how
// long it was: `port<TAB>N<TAB>`, `frozen<TAB>SECONDS<TAB>s`. Ends when stdin does.
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/standard_streams.hpp>
#include <grove/stream_server.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace {

using namespace std::chrono_literals;

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view end_of_head = "\r\n\r\n";

/// The whole thread stops, and with it all connections.
void freeze(grove::duration after, grove::duration length) {
    grove::sleep_for(after);
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(length);
    const std::chrono::duration<double> frozen = std::chrono::steady_clock::now() - begin;
    std::printf("frozen\t%.6f\ts\n", frozen.count());
    std::fflush(stdout);
}

/// Requests have no body; one may come in pieces, or several at once.
void serve(grove::socket& peer, grove::duration service) {
    std::array<char, 16384> room;
    std::string got;
    std::string answers;
    while (const std::size_t count = peer.read_some(room)) {
        got.append(room.data(), count);
        answers.clear();
        std::size_t begin = 0;
        for (std::size_t at; (at = got.find(end_of_head, begin)) != std::string::npos;) {
            answers += answer;
            begin = at + end_of_head.size();
        }
        got.erase(0, begin);
        if (answers.empty()) continue;
        if (service > 0ms) grove::sleep_for(service);
        peer.write_all(answers);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) {
        std::fprintf(stderr, "usage: freezing_server AFTER_MS LENGTH_MS [SERVICE_US]\n");
        return 2;
    }
    const grove::duration after = std::chrono::milliseconds(std::atoi(argv[1]));
    const grove::duration length = std::chrono::milliseconds(std::atoi(argv[2]));
    const grove::duration service = std::chrono::microseconds(argc == 4 ? std::atoi(argv[3]) : 0);
    std::optional<grove::greenlet<void>> freezing;
    grove::stream_server server("127.0.0.1:0", [&](grove::socket& peer) {
        if (!freezing && length > 0ms) freezing = grove::spawn([&] { freeze(after, length); });
        try {
            serve(peer, service);
        } catch (const std::system_error&) {  // some generators end with a reset
        }
    });
    std::printf("port\t%d\t\n", server.local().port());
    std::fflush(stdout);
    while (!grove::standard_input().read_line().empty()) {
    }
    server.stop(0ms);
    return 0;
}
