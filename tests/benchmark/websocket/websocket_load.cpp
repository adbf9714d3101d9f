// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/dial.hpp>
#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/http_connection.hpp>
#include <grove/socket.hpp>

#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Loads a server that echoes WebSocket messages: texts of 64 bytes, a burst of them in flight on
// each connection, for a fixed time.
//
//     websocket_load METRIC PORT CONNECTIONS BURST SECONDS SERVER_PID
//
// Frames are made once and answers compared as bytes, so that the client costs less than any
// server. Prints messages a second and, from the server's own CPU clock, CPU microseconds a
// message.

namespace {

constexpr std::string_view text =
    "A message of sixty-four bytes, as long as a line of a chat is...";
static_assert(text.size() == 64);

constexpr auto patience = std::chrono::seconds(10);

struct load {
    std::string request;
    std::string answer;
    std::uint64_t burst = 1;
    std::uint64_t messages = 0;
};

std::string masked_frame() {
    constexpr std::string_view key = "\x37\xfa\x21\x3d";
    std::string frame = "\x81\xc0";
    frame += key;
    for (std::size_t n = 0; n < text.size(); ++n)
        frame += static_cast<char>(text[n] ^ key[n % key.size()]);
    return frame;
}

std::string repeated(const std::string& part, std::uint64_t times) {
    std::string whole;
    for (std::uint64_t n = 0; n < times; ++n) whole += part;
    return whole;
}

grove::socket open(std::uint16_t port) {
    grove::http_connection asking(grove::dial("127.0.0.1", port, {}, patience));
    asking.send(
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    if (asking.receive(patience, grove::http_asked::head).status != 101)
        throw std::runtime_error("the server opens no WebSocket");
    return std::move(asking.stream());
}

void exchange(grove::socket& peer, load& of) {
    std::string got(of.answer.size(), '\0');
    for (;;) {
        peer.write_all(of.request, patience);
        peer.read_exactly(std::as_writable_bytes(std::span(got)), patience);
        if (got != of.answer) throw std::runtime_error("an answer is not what was sent");
        of.messages += of.burst;
    }
}

double seconds_of(clockid_t clock) {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) throw std::runtime_error("the server is gone");
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct counted {
    double time;
    double cpu;
    std::uint64_t messages;
};

counted look(const load& of, clockid_t server) {
    return {seconds_of(CLOCK_MONOTONIC), seconds_of(server), of.messages};
}

void run(const std::string& metric, std::uint16_t port, int connections, load& of,
         std::chrono::seconds time, clockid_t server) {
    std::vector<grove::socket> peers;  // all of them before the first speaks
    for (int n = 0; n < connections; ++n) peers.push_back(open(port));
    grove::group loading;
    for (grove::socket& peer : peers) loading.spawn([&of, &peer] { exchange(peer, of); });
    grove::sleep_for(std::chrono::milliseconds(300));
    const counted begin = look(of, server);
    grove::sleep_for(time);
    const counted end = look(of, server);
    if (loading.size() != static_cast<std::size_t>(connections))
        throw std::runtime_error("a connection has ended");
    const auto messages = static_cast<double>(end.messages - begin.messages);
    measure::report(metric + ".rate", messages / (end.time - begin.time), "messages/s");
    measure::report(metric + ".cpu", (end.cpu - begin.cpu) * 1e6 / messages, "us");
}

}  // namespace

int main(int count, char** words) {
    if (count != 7) {
        std::fputs("usage: websocket_load METRIC PORT CONNECTIONS BURST SECONDS SERVER_PID\n",
                   stderr);
        return 2;
    }
    try {
        load of;
        of.burst = std::strtoull(words[4], nullptr, 10);
        of.request = repeated(masked_frame(), of.burst);
        of.answer = repeated("\x81\x40" + std::string(text), of.burst);
        clockid_t server = 0;
        if (::clock_getcpuclockid(std::atoi(words[6]), &server) != 0)
            throw std::runtime_error("there is no such server");
        run(words[1], static_cast<std::uint16_t>(std::atoi(words[2])), std::atoi(words[3]), of,
            std::chrono::seconds(std::atoi(words[5])), server);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "websocket_load: %s\n", e.what());
        return 1;
    }
    return 0;
}
