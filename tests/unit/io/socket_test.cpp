// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/socket.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove_test::connect_through;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

int option(const grove::socket& of, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(of.fd(), level, name, &value, &size);
    return value;
}

/// The same claims over each transport.
class connection : public testing::TestWithParam<std::string> {
 protected:
    [[nodiscard]] static grove::endpoint address(const std::string& path) {
        if (GetParam() == "v4") return loopback();
        if (GetParam() == "v6") return loopback("[::1]:0");
        return grove::endpoint::unix_path(path);
    }

    [[nodiscard]] static bool is_tcp() { return GetParam() != "local"; }

    grove_test::scratch_path path_;
    grove::listener door_{address(path_.text())};
    grove_test::connected ends_ = connect_through(door_);
    grove::socket& client_ = ends_.client;
    grove::socket& server_ = ends_.server;
};

INSTANTIATE_TEST_SUITE_P(over, connection, testing::Values("v4", "v6", "local"),
                         [](const auto& of) { return of.param; });

TEST_P(connection, carries_bytes_both_ways) {
    client_.write_all("ping");
    EXPECT_EQ(read_text(server_), "ping");
    server_.write_all("pong");
    EXPECT_EQ(read_text(client_), "pong");
}

TEST_P(connection, names_both_ends) {
    EXPECT_EQ(client_.peer(), door_.local());
    EXPECT_EQ(server_.local(), door_.local());
    EXPECT_EQ(server_.peer(), client_.local());
    if (is_tcp()) {
        EXPECT_NE(client_.local().port(), 0);
        EXPECT_NE(client_.local().port(), door_.local().port());
    } else {
        EXPECT_EQ(client_.local(), grove::endpoint());
    }
}

TEST_P(connection, a_reader_waits_for_what_comes_later) {
    auto reader = grove::spawn([&] { return read_text(server_); });
    let_it_park(reader);
    client_.write_all("late");
    EXPECT_EQ(reader.get(), "late");
}

TEST_P(connection, a_read_takes_what_there_is_and_leaves_what_does_not_fit) {
    client_.write_all("abcdef");
    std::string four(4, '\0');
    EXPECT_EQ(server_.read_some(std::span(four)), 4U);
    EXPECT_EQ(four, "abcd");
    EXPECT_EQ(server_.read_some(std::span(four)), 2U);
    EXPECT_EQ(four.substr(0, 2), "ef");
    auto next = grove::spawn([&] { return read_text(server_); });
    let_it_park(next);
    client_.write_all("g");
    EXPECT_EQ(next.get(), "g");
}

TEST_P(connection, reading_into_nothing_does_not_wait) {
    EXPECT_EQ(server_.read_some(std::span<std::byte>()), 0U);
    client_.write_all("a\nb");
    EXPECT_EQ(server_.read_line(), "a\n");
    EXPECT_EQ(server_.read_some(std::span<std::byte>()), 0U);
    EXPECT_EQ(read_text(server_), "b");
}

TEST_P(connection, writing_nothing_does_not_wait) {
    client_.write_all("");
    client_.shutdown_write();
    EXPECT_EQ(read_text(server_), "");
}

TEST_P(connection, the_end_of_the_stream_is_zero_bytes_each_time) {
    client_.write_all("last");
    client_.close();
    EXPECT_EQ(read_text(server_), "last");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read_text(server_), "");
}

TEST_P(connection, the_end_of_the_stream_wakes_a_reader) {
    auto reader = grove::spawn([&] { return read_text(server_); });
    let_it_park(reader);
    client_.close();
    EXPECT_EQ(reader.get(), "");
}

TEST_P(connection, a_half_that_was_shut_leaves_the_other_open) {
    client_.write_all("question");
    client_.shutdown_write();
    EXPECT_EQ(read_to_end(server_), "question");
    const std::string answer = pattern(more_than_fits);  // so that the writer waits after the end
    auto writer = grove::spawn([&] {
        server_.write_all(answer);
        server_.shutdown_write();
    });
    let_it_park(writer);
    EXPECT_TRUE(read_to_end(client_) == answer);
    writer.get();
}

TEST_P(connection, nothing_can_be_written_to_a_half_that_was_shut) {
    client_.shutdown_write();
    EXPECT_EQ(failure([&] { client_.write_all("x"); }), std::errc::broken_pipe);
    server_.write_all("y");
    EXPECT_EQ(read_text(client_), "y");
}

TEST_P(connection, a_writer_waits_for_a_slow_reader) {
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&] {
        client_.write_all(sent);
        client_.close();
    });
    let_it_park(writer);
    EXPECT_TRUE(read_to_end(server_) == sent);
    writer.get();
}

TEST_P(connection, one_reads_while_another_writes_in_both_directions) {
    const std::string sent = pattern(more_than_fits);
    const auto write_from = [&sent](grove::socket& from) {
        from.write_all(sent);
        from.shutdown_write();
    };
    auto there = grove::spawn([&] { write_from(client_); });
    auto back = grove::spawn([&] { write_from(server_); });
    auto at_server = grove::spawn([&] { return read_to_end(server_); });
    auto at_client = grove::spawn([&] { return read_to_end(client_); });
    EXPECT_TRUE(at_server.get() == sent);
    EXPECT_TRUE(at_client.get() == sent);
    there.get();
    back.get();
}

TEST_P(connection, each_descriptor_is_closed_on_exec_and_does_not_block) {
    for (const int fd : {door_.fd(), client_.fd(), server_.fd()}) {
        EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    }
}

TEST(socket, of_tcp_sends_small_pieces_at_once) {
    for (const grove_test::connected ends = grove_test::tcp_pair();
         const grove::socket* one : {&ends.client, &ends.server}) {
        EXPECT_EQ(option(*one, IPPROTO_TCP, TCP_NODELAY), 1);
    }
}

TEST(socket, of_a_listener_keeps_little_that_is_not_sent) {
    const grove_test::connected ends = grove_test::tcp_pair();
    EXPECT_EQ(option(ends.server, IPPROTO_TCP, TCP_NOTSENT_LOWAT), 128 << 10);
}

TEST(socket, aborted_resets_the_one_who_waits) {
    auto [client, server] = grove_test::tcp_pair();
    auto reader =
        grove::spawn([&, &server = server] { return failure([&] { read_text(server); }); });
    let_it_park(reader);
    client.abort();
    EXPECT_EQ(reader.get(), std::errc::connection_reset);
    EXPECT_FALSE(client.is_open());
}

TEST(socket, of_a_pair_is_as_any_other) {
    auto [one, other] = grove::socket::pair();
    for (const int fd : {one.fd(), other.fd()}) {
        EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    }
    one.write_all("x");
    EXPECT_EQ(read_text(other), "x");
    other.write_all("y");
    EXPECT_EQ(read_text(one), "y");
}

TEST(socket, takes_a_descriptor_that_blocks) {
    std::array<int, 2> fds{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    grove::socket one(fds[0]);
    grove::socket other(fds[1]);
    auto reader = grove::spawn([&] { return read_text(one); });
    let_it_park(reader);
    other.write_all("x");
    EXPECT_EQ(reader.get(), "x");
}

TEST(socket, moved_carries_what_was_read_ahead) {
    auto [one, other] = grove::socket::pair();
    other.write_all("a\nb\n");
    EXPECT_EQ(one.read_line(), "a\n");
    const int fd = one.fd();
    grove::socket moved = std::move(one);
    EXPECT_EQ(moved.fd(), fd);
    EXPECT_EQ(moved.read_line(), "b\n");
}

TEST(socket, that_was_moved_from_is_closed) {
    auto [one, other] = grove::socket::pair();
    const grove::socket moved = std::move(one);
    EXPECT_FALSE(one.is_open());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(one.fd(), -1);
    one.close();
    one.abort();
    EXPECT_EQ(failure([&one = one] { (void)one.local(); }), std::errc::bad_file_descriptor);
    EXPECT_TRUE(moved.is_open());
    one = std::move(other);
    EXPECT_TRUE(one.is_open());
}

TEST(socket, assigned_over_is_closed) {
    auto [one, other] = grove::socket::pair();
    auto [third, fourth] = grove::socket::pair();
    one = std::move(third);
    EXPECT_EQ(read_text(other), "");
    fourth.write_all("x");
    EXPECT_EQ(read_text(one), "x");
}

TEST(socket, on_two_hubs_in_two_threads) {
    const std::string sent = pattern(more_than_fits);
    std::promise<grove::endpoint> where;
    std::thread server([&] {
        grove::listener door(loopback());
        where.set_value(door.local());
        grove::socket peer = door.accept();
        for (std::string piece; !(piece = read_text(peer)).empty();) peer.write_all(piece);
    });
    auto writer = grove::spawn([&, to = where.get_future().get()] {
        grove::socket client = grove::socket::connect(to);
        auto back = grove::spawn([&] { return read_to_end(client); });
        client.write_all(sent);
        client.shutdown_write();
        return back.get();
    });
    EXPECT_TRUE(writer.get() == sent);
    server.join();
}

}  // namespace
