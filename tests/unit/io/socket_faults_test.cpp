// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::tcp_pair;
using grove_test::unix_pair;
using testing::StartsWith;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

/// A port where nobody listens.
grove::endpoint nobody() {
    return grove::listener(loopback()).local();
}

/// A listener that answers no more: its backlog is full and nobody accepts.
class full_listener {
 public:
    full_listener() {
        std::error_code error;
        while (!error) waiting_.push_back(grove::socket::connect(where(), 20ms, error));
        waiting_.pop_back();
    }

    [[nodiscard]] grove::endpoint where() const { return door_.local(); }

 private:
    grove::listener door_{loopback(), {.backlog = 0}};
    std::vector<grove::socket> waiting_;
};

// --- connect ---

TEST(socket_connect, refused_names_the_peer) {
    const grove::endpoint to = nobody();
    EXPECT_THAT(complaint([&] { (void)grove::socket::connect(to); }),
                StartsWith("connect " + to.text() + ": "));
    EXPECT_EQ(failure([&] { (void)grove::socket::connect(to); }), std::errc::connection_refused);
}

TEST(socket_connect, refused_by_code_gives_a_socket_that_is_not_open) {
    std::error_code error;
    const grove::socket none = grove::socket::connect(nobody(), grove::never, error);
    EXPECT_EQ(error, std::errc::connection_refused);
    EXPECT_FALSE(none.is_open());
    EXPECT_EQ(none.fd(), -1);
}

TEST(socket_connect, that_succeeds_clears_the_code) {
    const grove::listener door(loopback());
    auto error = std::make_error_code(std::errc::timed_out);
    const grove::socket made = grove::socket::connect(door.local(), grove::never, error);
    EXPECT_FALSE(error);
    EXPECT_TRUE(made.is_open());
}

TEST(socket_connect, to_a_path_without_a_listener_names_it) {
    const grove_test::scratch_path path;
    const auto to = grove::endpoint::unix_path(path.text());
    EXPECT_THAT(complaint([&] { (void)grove::socket::connect(to); }),
                StartsWith("connect unix:" + path.text() + ": "));
    EXPECT_EQ(failure([&] { (void)grove::socket::connect(to); }),
              std::errc::no_such_file_or_directory);
}

TEST(socket_connect, to_a_path_that_is_too_long_is_refused) {
    const auto to = grove::endpoint::unix_path("/tmp/" + std::string(103, 'a'));
    EXPECT_EQ(failure([&] { (void)grove::socket::connect(to); }), std::errc::invalid_argument);
    EXPECT_EQ(failure([&] { const grove::listener door(to); }), std::errc::invalid_argument);
}

TEST(socket_connect, to_no_path_reaches_nobody) {
    using namespace std::string_literals;
    const grove::listener other(grove::endpoint::unix_path("\0"s));
    EXPECT_EQ(failure([&] { (void)grove::socket::connect(grove::endpoint()); }),
              std::errc::invalid_argument);
}

TEST(socket_connect, that_is_not_answered_ends_at_its_deadline) {
    const full_listener deaf;
    const std::string what = complaint([&] { (void)grove::socket::connect(deaf.where(), 5ms); });
    EXPECT_THAT(what, StartsWith("connect " + deaf.where().text() + ": "));
    EXPECT_EQ(failure([&] { (void)grove::socket::connect(deaf.where(), 0ms); }),
              std::errc::timed_out);
}

TEST(socket_connect, that_is_not_answered_ends_with_its_scope) {
    const full_listener deaf;
    EXPECT_FALSE(grove::with_timeout(5ms, [&] { (void)grove::socket::connect(deaf.where()); }));
}

TEST(socket_connect, by_code_still_unwinds_when_it_is_killed) {
    const full_listener deaf;
    bool went_on = false;
    auto caller = grove::spawn([&] {
        std::error_code error;
        (void)grove::socket::connect(deaf.where(), grove::never, error);
        went_on = true;
    });
    let_it_park(caller);
    caller.kill();
    EXPECT_TRUE(caller.killed());
    EXPECT_FALSE(went_on);
}

// --- deadlines and kills ---

TEST(socket_faults, a_late_read_is_timed_out_and_takes_nothing) {
    auto [near, far] = unix_pair();
    EXPECT_THAT(complaint([&, &near = near] { read_text(near, 1ms); }), StartsWith("recv: "));
    EXPECT_EQ(failure([&, &near = near] { read_text(near, 0ms); }), std::errc::timed_out);
    far.write_all("x");
    EXPECT_EQ(read_text(near, 0ms), "x");
}

TEST(socket_faults, a_read_that_is_out_of_its_scope_takes_nothing) {
    auto [near, far] = unix_pair();
    EXPECT_FALSE(grove::with_timeout(1ms, [&near = near] { read_text(near); }));
    far.write_all("x");
    EXPECT_EQ(read_text(near), "x");
}

TEST(socket_faults, a_late_write_is_timed_out_with_a_part_written) {
    auto [near, far] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    EXPECT_EQ(failure([&, &near = near] { near.write_all(sent, 1ms); }), std::errc::timed_out);
    near.close();
    const std::string got = read_to_end(far);
    EXPECT_GT(got.size(), 0U);
    EXPECT_LT(got.size(), sent.size());
    EXPECT_TRUE(sent.starts_with(got));
}

TEST(socket_faults, the_deadline_of_a_write_is_for_the_whole) {
    // Each piece that is taken makes room in time, and yet the whole is late.
    auto [near, far] = unix_pair();
    auto reader = grove::spawn([&far = far] {
        std::string piece(std::size_t{64} << 10, '\0');
        for (;;) {
            far.read_some(std::span(piece));
            grove::sleep_for(1ms);
        }
    });
    const std::string sent(std::size_t{64} << 20, 'x');
    EXPECT_EQ(failure([&, &near = near] { near.write_all(sent, 20ms); }), std::errc::timed_out);
    reader.kill();
}

TEST(socket_faults, a_killed_reader_leaves_the_socket_to_the_next) {
    auto [near, far] = unix_pair();
    auto reader = grove::spawn([&near = near] { return read_text(near); });
    let_it_park(reader);
    reader.kill();
    EXPECT_TRUE(reader.killed());
    EXPECT_TRUE(near.is_open());
    auto next = grove::spawn([&near = near] { return read_text(near); });
    let_it_park(next);
    far.write_all("x");
    EXPECT_EQ(next.get(), "x");
}

TEST(socket_faults, a_killed_writer_leaves_the_socket_open) {
    auto [near, far] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&, &near = near] { near.write_all(sent); });
    let_it_park(writer);
    writer.kill();
    EXPECT_TRUE(writer.killed());
    near.shutdown_write();
    EXPECT_TRUE(sent.starts_with(read_to_end(far)));
    far.write_all("x");
    EXPECT_EQ(read_text(near), "x");
}

TEST(socket_faults, what_came_before_the_kill_is_not_lost) {
    auto [near, far] = unix_pair();
    auto reader = grove::spawn([&near = near] { return read_text(near); });
    let_it_park(reader);
    far.write_all("x");
    reader.kill();
    EXPECT_EQ(read_text(near), "x");
}

// --- a peer that is gone ---

TEST(socket_faults, a_write_to_a_closed_peer_is_an_error_and_no_signal) {
    ASSERT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);  // a signal would end the test
    auto [near, far] = unix_pair();
    far.close();
    EXPECT_THAT(complaint([&near = near] { near.write_all("x"); }), StartsWith("send: "));
    EXPECT_EQ(failure([&near = near] { near.write_all("x"); }), std::errc::broken_pipe);
}

TEST(socket_faults, a_peer_that_closes_wakes_a_waiting_writer) {
    auto [near, far] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    auto writer =
        grove::spawn([&, &near = near] { return failure([&] { near.write_all(sent); }); });
    let_it_park(writer);
    far.close();
    EXPECT_EQ(writer.get(), std::errc::broken_pipe);
}

TEST(socket_faults, a_peer_that_closes_with_bytes_unread_resets) {
    auto [client, server] = tcp_pair();
    client.write_all("nobody reads this");
    server.close();
    EXPECT_EQ(failure([&client = client] { read_to_end(client); }), std::errc::connection_reset);
    EXPECT_EQ(failure([&client = client] { client.write_all("x"); }), std::errc::broken_pipe);
}

// --- closed by us ---

TEST(socket_faults, closing_wakes_the_reader_and_the_writer) {
    auto [near, far] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    auto reader = grove::spawn([&near = near] { return complaint([&] { read_text(near); }); });
    auto writer =
        grove::spawn([&, &near = near] { return complaint([&] { near.write_all(sent); }); });
    let_it_park(reader);
    let_it_park(writer);
    near.close();
    EXPECT_THAT(reader.get(), StartsWith("recv: the socket was closed in another greenlet: "));
    EXPECT_THAT(writer.get(), StartsWith("send: the socket was closed in another greenlet: "));
    EXPECT_TRUE(sent.starts_with(read_to_end(far)));
}

TEST(socket_faults, a_closed_one_fails_at_once_even_where_it_would_have_waited) {
    auto [near, far] = unix_pair();
    EXPECT_EQ(failure([&near = near] { read_text(near, 0ms); }), std::errc::timed_out);
    near.close();
    const auto limit = grove::deadline(10s);
    EXPECT_EQ(failure([&, &near = near] { read_text(near, limit); }),
              std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&, &near = near] { (void)near.read_line(limit); }),
              std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&, &near = near] { near.write_all("x", limit); }),
              std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&near = near] { near.shutdown_write(); }), std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&near = near] { (void)near.peer(); }), std::errc::bad_file_descriptor);
}

TEST(socket_faults, a_closed_one_can_be_closed_again) {
    auto [near, far] = unix_pair();
    near.close();
    const grove_test::connected others = unix_pair();  // one of them has the number
    near.close();
    near.abort();
    EXPECT_FALSE(near.is_open());
    EXPECT_EQ(near.fd(), -1);
    EXPECT_NO_THROW((void)others.client.local());
    EXPECT_NO_THROW((void)others.server.local());
}

TEST(socket_faults, one_that_got_the_number_of_a_closed_one_has_its_own_reader) {
    auto [near, far] = unix_pair();
    const int number = near.fd();
    auto old_reader = grove::spawn([&near = near] { return failure([&] { read_text(near); }); });
    let_it_park(old_reader);
    near.close();
    auto [again, peer] = unix_pair();
    ASSERT_EQ(again.fd(), number);
    auto new_reader = grove::spawn([&again = again] { return read_text(again); });
    EXPECT_EQ(old_reader.get(), std::errc::bad_file_descriptor);
    let_it_park(new_reader);
    far.close();
    let_it_park(new_reader);
    peer.write_all("new");
    EXPECT_EQ(new_reader.get(), "new");
}

// --- two at once ---

TEST(socket_faults, two_readers_are_an_error_that_names_both) {
    auto [near, far] = unix_pair();
    auto first = grove::spawn({.name = "first"}, [&near = near] { return read_text(near); });
    let_it_park(first);
    auto second = grove::spawn({.name = "second"}, [&near = near] {
        EXPECT_EQ(failure([&] { read_text(near); }), std::errc::connection_already_in_progress);
        return complaint([&] { read_text(near); });
    });
    EXPECT_THAT(second.get(), StartsWith("recv in second: first already reads this descriptor"));
    far.write_all("x");
    EXPECT_EQ(first.get(), "x");
}

TEST(socket_faults, two_writers_are_an_error_that_names_both) {
    auto [near, far] = unix_pair();
    const std::string sent = pattern(more_than_fits);
    auto first = grove::spawn({.name = "first"}, [&, &near = near] {
        near.write_all(sent);
        near.close();
    });
    let_it_park(first);
    auto second = grove::spawn({.name = "second"},
                               [&near = near] { return complaint([&] { near.write_all("x"); }); });
    EXPECT_THAT(second.get(), StartsWith("send in second: first already writes this descriptor"));
    EXPECT_TRUE(read_to_end(far) == sent);
    first.get();
}

}  // namespace
