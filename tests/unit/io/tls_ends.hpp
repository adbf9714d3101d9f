// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/certificates.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/deadline.hpp>
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/tls.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

/// What the tests of TLS share.

namespace grove_test {

inline constexpr const char* test_name = "server.grove.test";

inline grove::tls_identity identity(const certificate& of) {
    return {.chain = grove::pem::text(of.pem), .key = grove::pem::text(of.key)};
}

/// An authority, a server it has signed and a client that trusts it.
struct trusted {
    authority root{};
    certificate server =
        root.sign({.subject = "the server",
                   .names = {"DNS:" + std::string(test_name), "DNS:*.wild.test", "IP:127.0.0.1"}});

    [[nodiscard]] grove::tls_client_options client_options() const {
        return {.authorities = {grove::pem::text(root.pem())}};
    }

    [[nodiscard]] grove::tls_server_options server_options() const {
        return {.identities = {identity(server)}};
    }
};

class tls_fixture : public testing::Test {
 protected:
    trusted trust_;
    grove::tls_client client_{trust_.client_options()};
    grove::tls_server server_{trust_.server_options()};
};

/// Makes the handshake on both ends. Throws what the client's has failed with, then the server's.
inline void shake_hands(connected& ends, const grove::tls_client& client,
                        const grove::tls_server& server,
                        const std::string& server_name = test_name) {
    auto accepting = grove::spawn([&] { ends.server.start_tls(server); });
    ends.client.start_tls(client, server_name);
    accepting.get();
}

inline connected tls_pair(const grove::tls_client& client, const grove::tls_server& server,
                          const std::string& server_name = test_name) {
    connected ends = tcp_pair();
    shake_hands(ends, client, server, server_name);
    return ends;
}

/// Sessions are kept by the server's port.
inline connected tls_through(grove::listener& door, const grove::tls_client& client,
                             const grove::tls_server& server,
                             const std::string& server_name = test_name) {
    connected ends = connect_through(door);
    shake_hands(ends, client, server, server_name);
    return ends;
}

/// What the handshake fails with at each end.
struct handshake_failures {
    std::error_code client;
    std::error_code server;
    std::string at_client;
    std::string at_server;
};

inline handshake_failures failing_handshake(const grove::tls_client& client,
                                            const grove::tls_server& server,
                                            const std::string& server_name = test_name) {
    connected ends = tcp_pair();
    handshake_failures found;
    const auto note = [](std::error_code& code, std::string& text, auto handshake) {
        try {
            handshake();
        } catch (const std::system_error& e) {
            code = e.code();
            text = e.what();
        }
    };
    auto accepting = grove::spawn(
        [&] { note(found.server, found.at_server, [&] { ends.server.start_tls(server); }); });
    note(found.client, found.at_client, [&] { ends.client.start_tls(client, server_name); });
    accepting.get();
    return found;
}

}  // namespace grove_test
