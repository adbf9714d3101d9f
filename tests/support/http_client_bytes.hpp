// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>
#include <grove/socket.hpp>

#include <span>
#include <string>
#include <string_view>

/// A client of an HTTP server that says bytes and gives back bytes.

namespace grove_test {

/// Without its `Date` fields, which change.
inline std::string without_date(std::string text) {
    for (std::size_t at = 0; (at = text.find("Date: ", at)) != std::string::npos;)
        text.erase(at, text.find("\r\n", at) + 2 - at);
    return text;
}

inline std::string read_all(grove::socket& from) {
    std::string all;
    std::string piece(4096, '\0');
    while (const std::size_t count = from.read_some(std::span(piece))) all.append(piece, 0, count);
    return all;
}

/// What comes up to and with `end`; less when the server closes before.
inline std::string read_up_to(grove::socket& from, std::string_view end) {
    std::string all;
    char next = 0;
    while (!all.ends_with(end) && from.read_some(std::span(&next, 1)) != 0) all += next;
    return all;
}

/// All that a server says to these requests, after which the client says no more.
inline std::string ask(const grove::endpoint& server, std::string_view requests,
                       std::size_t piece = ~std::size_t{0}) {
    grove::socket client = grove::socket::connect(server);
    for (std::string_view rest = requests; !rest.empty();) {
        const std::string_view now = rest.substr(0, piece);
        client.write_all(now);
        rest.remove_prefix(now.size());
    }
    client.shutdown_write();
    return without_date(read_all(client));
}

}  // namespace grove_test
