// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/standard_streams.hpp>
#include <grove/stream_server.hpp>
#include <grove/tls.hpp>
#include <grove/websocket.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// One end of a WebSocket for the scripts here:
//
//     websocket_end serve [CERT KEY]        echoes; prints its port; ends with its input
//     websocket_end connect URL [CA]        sends each line of its input, prints each answer and
//                                           at last how the connection ended

namespace {

using namespace std::chrono_literals;

void echo(grove::socket& peer) {
    auto ws = grove::websocket::accept(
        std::move(peer), {.answer = {.subprotocols = {"chat"}, .origins = {"https://example.com"}}},
        10s);
    while (const auto got = ws.receive(30s)) ws.send(got->kind, got->data, 30s);
}

int serve(std::span<char* const> words) {
    grove::stream_server_options options;
    if (words.size() == 2) {
        options.tls = grove::tls_server({.identities = {{.chain = grove::pem::file(words[0]),
                                                         .key = grove::pem::file(words[1])}}});
    }
    grove::stream_server server("127.0.0.1:0", echo, options);
    std::printf("%d\n", server.local().port());
    std::fflush(stdout);
    while (!grove::standard_input().read_line().empty()) {
    }
    return 0;
}

void show(const grove::websocket_message& got) {
    const bool text = got.kind == grove::websocket_kind::text;
    if (got.data.size() > 100)
        std::printf("%s of %zu\n", text ? "text" : "binary", got.data.size());
    else
        std::printf("%s %s\n", text ? "text" : "binary", std::string(got.data).c_str());
}

/// `ping`, `close CODE`, `large SIZE`, or a text.
void say(grove::websocket& ws, std::string_view line) {
    if (line == "ping")
        ws.ping("p", 10s);
    else if (line.starts_with("close "))
        ws.close(static_cast<std::uint16_t>(std::stoi(std::string(line.substr(6)))), "bye", 10s);
    else if (line.starts_with("large "))
        ws.send(grove::websocket_kind::binary,
                std::string(std::stoul(std::string(line.substr(6))), 'x'), 10s);
    else
        ws.send(line, 10s);
}

int connect(std::span<char* const> words) {
    grove::websocket_connect_options options{.subprotocols = {"v9", "chat"}};
    if (words.size() == 2)
        options.tls = grove::tls_client({.authorities = {grove::pem::file(words[1])}});
    auto ws = grove::websocket::connect(words[0], options, 10s);
    std::printf("subprotocol %s\n", ws.subprotocol().c_str());
    for (std::string line; !(line = grove::standard_input().read_line()).empty();) {
        line.pop_back();
        say(ws, line);
        if (line == "ping" || line.starts_with("close ")) continue;
        if (const auto got = ws.receive(10s)) show(*got);
    }
    if (ws.is_open()) (void)ws.receive(10s);
    std::printf("pongs %llu\nended %d %s\n", static_cast<unsigned long long>(ws.pongs()),
                ws.end().code, ws.end().reason.c_str());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::span<char* const> words(arguments, static_cast<std::size_t>(count));
    try {
        if (count >= 2 && std::string_view(words[1]) == "serve") return serve(words.subspan(2));
        if (count >= 3 && std::string_view(words[1]) == "connect") return connect(words.subspan(2));
    } catch (const std::exception& e) {
        std::printf("failed %s\n", e.what());
        return 1;
    }
    std::fputs("usage: websocket_end serve [CERT KEY] | connect URL [CA]\n", stderr);
    return 2;
}
