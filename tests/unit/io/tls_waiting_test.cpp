// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>

// The calls on a socket with TLS that block, for the suite of tests/support/waiting_cases.hpp.

namespace {

using namespace grove_test;

/// For a call whose lateness is an error.
template <class F>
bool unless_late(F call) {
    try {
        call();
        return true;
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::timed_out) throw;
        return false;
    }
}

struct both_handles {
    trusted trust{};
    grove::tls_client client{trust.client_options()};
    grove::tls_server server{trust.server_options()};
};

/// The client's end waits.
struct tls_sockets {
    tls_sockets() {
        static const both_handles handles;
        shake_hands(ends, handles.client, handles.server);
        grove::socket& server = ends.server;
        server.write_all("x");
        EXPECT_EQ(read_text(ends.client), "x");  // and the tickets before it
    }

    void close() { mine.close(); }

    connected ends = unix_pair();
    grove::socket& mine = ends.client;
    grove::socket& theirs = ends.server;
};

struct peer_writes : tls_sockets {
    void allow() { theirs.write_all("line\n"); }
};

struct tls_read_some : peer_writes {
    bool wait(grove::deadline until) {
        return unless_late([&] { EXPECT_EQ(read_text(mine, until), "line\n"); });
    }
};

struct tls_read_line : peer_writes {
    bool wait(grove::deadline until) {
        return unless_late([&] { EXPECT_EQ(mine.read_line(until), "line\n"); });
    }
};

struct tls_read_exactly : peer_writes {
    bool wait(grove::deadline until) {
        std::array<std::byte, 5> five{};
        return unless_late([&] { mine.read_exactly(five, until); });
    }
};

/// There is no room for what is written until the peer has taken what was written before.
struct full : tls_sockets {
    full() {
        const std::string much(std::size_t{64} << 10, 'x');
        while (::write(mine.fd(), much.data(), much.size()) > 0) {
        }
        while (::write(mine.fd(), much.data(), 1) > 0) {
        }
    }

    void allow() {
        std::string much(std::size_t{64} << 10, '\0');
        pollfd readable{.fd = theirs.fd(), .events = POLLIN, .revents = 0};
        while (::poll(&readable, 1, 0) > 0 && ::read(theirs.fd(), much.data(), much.size()) > 0) {
        }
    }
};

struct tls_write_all : full {
    bool wait(grove::deadline until) {
        return unless_late([&] { mine.write_all("x", until); });
    }
};

struct tls_shutdown_write : full {
    bool wait(grove::deadline until) {
        return unless_late([&] { mine.shutdown_write(until); });
    }
};

const blocking_traits for_one{
    .waiters = company::alone, .wakes = wake_up::later, .at_end = ending::outlives};

INSTANTIATE_TEST_SUITE_P(tls, waiting,
                         testing::Values(kind_of<tls_read_some>("read_some", for_one),
                                         kind_of<tls_read_line>("read_line", for_one),
                                         kind_of<tls_read_exactly>("read_exactly", for_one),
                                         kind_of<tls_write_all>("write_all", for_one),
                                         kind_of<tls_shutdown_write>("shutdown_write", for_one)),
                         name_of_kind);

}  // namespace
