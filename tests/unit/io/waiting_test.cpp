// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/datagram_socket.hpp>
#include <grove/greenlet.hpp>
#include <grove/pipe.hpp>
#include <grove/process.hpp>
#include <grove/select.hpp>
#include <grove/signals.hpp>
#include <grove/socket.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// The calls of this layer that block, for the suite of tests/support/waiting_cases.hpp.

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

struct unix_sockets {
    unix_sockets() : unix_sockets(grove::socket::pair()) {}

    explicit unix_sockets(std::pair<grove::socket, grove::socket> ends)
        : mine(std::move(ends.first)), theirs(std::move(ends.second)) {}

    void close() { mine.close(); }

    grove::socket mine;
    grove::socket theirs;
};

struct peer_writes : unix_sockets {
    void allow() { theirs.write_all("line\n"); }
};

struct socket_read_some : peer_writes {
    bool wait(grove::deadline until) {
        return unless_late([&] { EXPECT_EQ(read_text(mine, until), "line\n"); });
    }
};

struct socket_read_line : peer_writes {
    bool wait(grove::deadline until) {
        return unless_late([&] { EXPECT_EQ(mine.read_line(until), "line\n"); });
    }
};

struct socket_read_exactly : peer_writes {
    bool wait(grove::deadline until) {
        std::array<std::byte, 5> five{};
        return unless_late([&] { mine.read_exactly(five, until); });
    }
};

/// Whatever the kernel takes is written; `drain` makes room again.
void fill(int fd) {
    const std::string much(std::size_t{64} << 10, 'x');
    while (::write(fd, much.data(), much.size()) > 0) {
    }
    while (::write(fd, much.data(), 1) > 0) {
    }
}

void drain(int fd) {
    std::string much(std::size_t{64} << 10, '\0');
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    while (::poll(&readable, 1, 0) > 0 && ::read(fd, much.data(), much.size()) > 0) {
    }
}

struct socket_write_all : unix_sockets {
    socket_write_all() { fill(mine.fd()); }

    bool wait(grove::deadline until) {
        return unless_late([&] { mine.write_all("x", until); });
    }

    void allow() { drain(theirs.fd()); }
};

struct listener_accept {
    grove::listener door{loopback()};
    std::vector<grove::socket> came = {};

    bool wait(grove::deadline until) {
        return unless_late([&] { came.push_back(door.accept(until)); });
    }

    void allow() { came.push_back(grove::socket::connect(door.local())); }

    void close() { door.close(); }
};

struct wait_read : peer_writes {
    bool wait(grove::deadline until) { return grove::wait_read(mine.fd(), until); }
};

struct wait_write : unix_sockets {
    wait_write() { fill(mine.fd()); }

    bool wait(grove::deadline until) { return grove::wait_write(mine.fd(), until); }

    void allow() { drain(theirs.fd()); }
};

struct poll : peer_writes {
    bool wait(grove::deadline until) {
        pollfd one{.fd = mine.fd(), .events = POLLIN, .revents = 0};
        return grove::poll({&one, 1}, until) == 1 && (one.revents & POLLIN) != 0;
    }
};

struct select : peer_writes {
    bool wait(grove::deadline until) { return !grove::select({mine.fd()}, {}, {}, until).empty(); }
};

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) grove::throw_errno("pipe2");
        reader = grove::pipe_reader(ends[0]);
        writer = grove::pipe_writer(ends[1]);
    }

    grove::pipe_reader reader;
    grove::pipe_writer writer;
};

struct pipe_read : pipe_ends {
    bool wait(grove::deadline until) {
        return unless_late([&] { EXPECT_EQ(reader.read_line(until), "line\n"); });
    }

    void allow() { writer.write_all("line\n"); }

    void close() { reader.close(); }
};

struct pipe_write : pipe_ends {
    pipe_write() { fill(writer.fd()); }

    bool wait(grove::deadline until) {
        return unless_late([&] { writer.write_all("x", until); });
    }

    void allow() { drain(reader.fd()); }

    void close() { writer.close(); }
};

struct datagram_receive {
    grove::datagram_socket mine{loopback()};
    grove::datagram_socket theirs = grove::datagram_socket::connected(mine.local());

    bool wait(grove::deadline until) {
        std::array<char, 10> room{};
        return unless_late([&] { EXPECT_EQ(mine.receive(room, until).size, 1U); });
    }

    void allow() { theirs.send("x"); }

    void close() { mine.close(); }
};

struct process_wait {
    grove::process child{{.command = {"cat"}, .input = grove::stdio::pipe}};

    bool wait(grove::deadline until) { return child.wait(until).has_value(); }

    void allow() {
        child.kill();
        siginfo_t end;
        ::waitid(P_PID, static_cast<id_t>(child.pid()), &end, WEXITED | WNOWAIT);
    }
};

struct signal_wait {
    grove::signal_handle usr1 = grove::on_signal(SIGUSR1);

    bool wait(grove::deadline until) { return usr1.wait(until); }

    void allow() { ::raise(SIGUSR1); }
};

const blocking_traits for_one{
    .waiters = company::alone, .wakes = wake_up::later, .at_end = ending::outlives};
const blocking_traits one_by_one{.wakes = wake_up::later, .at_end = ending::outlives};
const blocking_traits for_all{
    .lets = passage::all, .wakes = wake_up::later, .at_end = ending::outlives};

INSTANTIATE_TEST_SUITE_P(
    io, waiting,
    testing::Values(kind_of<socket_read_some>("socket_read_some", for_one),
                    kind_of<socket_read_line>("socket_read_line", for_one),
                    kind_of<socket_read_exactly>("socket_read_exactly", for_one),
                    kind_of<socket_write_all>("socket_write_all", for_one),
                    kind_of<listener_accept>("listener_accept", for_one),
                    kind_of<wait_read>("wait_read", for_all),
                    kind_of<wait_write>("wait_write", for_all), kind_of<poll>("poll", for_all),
                    kind_of<select>("select", for_all), kind_of<pipe_read>("pipe_read", for_one),
                    kind_of<datagram_receive>("datagram_receive", for_one),
                    kind_of<pipe_write>("pipe_write", for_one),
                    kind_of<process_wait>("process_wait", for_all),
                    kind_of<signal_wait>("signal_wait", one_by_one)),
    name_of_kind);

}  // namespace
