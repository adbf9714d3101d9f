// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/socket.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::complaint;
using grove_test::connect_through;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::read_text;
using testing::StartsWith;

/// The limit of open descriptors; what it was comes back with the end of the scope.
class descriptor_limit {
 public:
    descriptor_limit() { ::getrlimit(RLIMIT_NOFILE, &before_); }

    descriptor_limit(const descriptor_limit&) = delete;
    descriptor_limit& operator=(const descriptor_limit&) = delete;

    ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

    /// No descriptor can be opened from now on.
    void forbid_more() const {
        const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(lowest_free);
        set(static_cast<rlim_t>(lowest_free));
    }

    /// As many as the system grants.
    void raise() const { set(before_.rlim_max); }

 private:
    void set(rlim_t soft) const {
        const rlimit wanted{soft, before_.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &wanted) != 0) grove::throw_errno("setrlimit");
    }

    rlimit before_{};
};

TEST(listener, tells_the_port_that_it_was_given) {
    const grove::listener door(loopback());
    const grove::listener other(loopback());
    EXPECT_EQ(door.local().address()->text(), "127.0.0.1");
    EXPECT_NE(door.local().port(), 0);
    EXPECT_NE(door.local().port(), other.local().port());
}

TEST(listener, of_a_port_in_use_is_refused_by_name) {
    const grove::listener door(loopback());
    const grove::endpoint at = door.local();
    EXPECT_THAT(complaint([&] { const grove::listener again(at); }),
                StartsWith("bind " + at.text() + ": "));
    EXPECT_EQ(failure([&] { const grove::listener again(at); }), std::errc::address_in_use);
}

TEST(listener, of_an_address_that_is_not_ours_is_refused) {
    const auto at = grove::endpoint::parse("192.0.2.1:0").value();
    EXPECT_EQ(failure([&] { const grove::listener door(at); }), std::errc::address_not_available);
}

TEST(listener, comes_again_on_a_port_with_connections_that_linger) {
    grove::listener door(loopback());
    const grove::endpoint at = door.local();
    auto [client, server] = connect_through(door);
    server.shutdown_write();  // the side that ends first is the one that lingers
    EXPECT_EQ(read_text(client), "");
    client.close();
    EXPECT_EQ(read_text(server), "");
    server.close();
    door.close();
    grove::listener again(at);
    EXPECT_EQ(connect_through(again).server.local(), at);
}

TEST(listener, shares_its_port_with_those_that_share_theirs) {
    const grove::listen_options shared{.share_port = true};
    const grove::listener door(loopback(), shared);
    const grove::listener other(door.local(), shared);
    EXPECT_EQ(other.local(), door.local());
    EXPECT_EQ(failure([&] { const grove::listener third(door.local()); }),
              std::errc::address_in_use);
}

TEST(listener, on_a_path_that_exists_is_refused) {
    const grove_test::scratch_path path;
    const auto at = grove::endpoint::unix_path(path.text());
    const grove::listener door(at);
    EXPECT_EQ(door.local(), at);
    EXPECT_EQ(failure([&] { const grove::listener again(at); }), std::errc::address_in_use);
}

TEST(listener, has_abstract_names) {
    using namespace std::string_literals;
    const auto at = grove::endpoint::unix_path("\0grove "s + std::to_string(::getpid()));
    grove::listener door(at);
    EXPECT_EQ(door.local(), at);
    auto [client, server] = connect_through(door);
    EXPECT_EQ(client.peer(), at);
    client.write_all("x");
    EXPECT_EQ(read_text(server), "x");
}

TEST(listener, accepts_in_the_order_they_came) {
    grove::listener door(loopback());
    const grove::socket first = grove::socket::connect(door.local());
    const grove::socket second = grove::socket::connect(door.local());
    EXPECT_EQ(door.accept().peer(), first.local());
    EXPECT_EQ(door.accept().peer(), second.local());
}

TEST(listener, waits_for_the_next_connection) {
    grove::listener door(loopback());
    auto acceptor = grove::spawn([&] { return door.accept(); });
    let_it_park(acceptor);
    const grove::socket client = grove::socket::connect(door.local());
    EXPECT_EQ(acceptor.get().peer(), client.local());
}

TEST(listener, a_late_accept_is_timed_out) {
    grove::listener door(loopback());
    EXPECT_EQ(failure([&] { (void)door.accept(1ms); }), std::errc::timed_out);
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { (void)door.accept(); }));
    const grove::socket client = grove::socket::connect(door.local());
    EXPECT_EQ(door.accept().peer(), client.local());
}

TEST(listener, a_killed_accept_leaves_the_listener_to_others) {
    grove::listener door(loopback());
    auto acceptor = grove::spawn([&] { (void)door.accept(); });
    let_it_park(acceptor);
    acceptor.kill();
    EXPECT_TRUE(acceptor.killed());
    const grove::socket client = grove::socket::connect(door.local());
    EXPECT_EQ(door.accept().peer(), client.local());
}

TEST(listener, closed_wakes_the_one_who_accepts) {
    grove::listener door(loopback());
    auto acceptor = grove::spawn([&] { return complaint([&] { (void)door.accept(); }); });
    let_it_park(acceptor);
    door.close();
    EXPECT_THAT(acceptor.get(), StartsWith("accept: the socket was closed in another greenlet: "));
    EXPECT_EQ(failure([&] { (void)door.accept(10s); }), std::errc::bad_file_descriptor);
    door.close();
    EXPECT_EQ(door.fd(), -1);
}

TEST(listener, that_was_moved_from_is_closed) {
    grove::listener door(loopback());
    grove::listener moved = std::move(door);
    // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_EQ(door.fd(), -1);
    door.close();
    auto [client, server] = connect_through(moved);
    EXPECT_EQ(server.peer(), client.local());
}

TEST(listener, two_who_accept_are_an_error_that_names_both) {
    grove::listener door(loopback());
    auto first = grove::spawn({.name = "first"}, [&] { return door.accept(); });
    let_it_park(first);
    auto second =
        grove::spawn({.name = "second"}, [&] { return complaint([&] { (void)door.accept(); }); });
    EXPECT_THAT(second.get(), StartsWith("accept in second: first already reads"));
    const grove::socket client = grove::socket::connect(door.local());
    EXPECT_EQ(first.get().peer(), client.local());
}

/// The code of what `f` throws while no descriptor can be opened. It is looked at when there are
/// some again: UBSan opens a pipe to look at an object.
std::error_code failure_without_descriptors(const std::function<void()>& f) {
    std::exception_ptr thrown;
    {
        const descriptor_limit limit;
        limit.forbid_more();
        try {
            f();
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    return failure([&] {
        if (thrown) std::rethrow_exception(thrown);
    });
}

TEST(listener, without_a_free_descriptor_leaves_the_connection_for_later) {
    grove::listener door(loopback());
    const grove::socket client = grove::socket::connect(door.local());
    const auto accept = [&] { (void)door.accept(); };
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(failure_without_descriptors(accept), std::errc::too_many_files_open);
    }
    EXPECT_EQ(failure_without_descriptors([&] { (void)grove::socket::connect(door.local()); }),
              std::errc::too_many_files_open);
    EXPECT_EQ(failure_without_descriptors([] { (void)grove::socket::pair(); }),
              std::errc::too_many_files_open);
    EXPECT_EQ(door.accept(10s).peer(), client.local());
}

TEST(listener, that_had_no_free_descriptor_waits_again) {
    grove::listener door(loopback());
    const grove::socket first = grove::socket::connect(door.local());
    EXPECT_EQ(failure_without_descriptors([&] { (void)door.accept(); }),
              std::errc::too_many_files_open);
    EXPECT_EQ(door.accept().peer(), first.local());
    auto acceptor = grove::spawn([&] { return door.accept(); });
    let_it_park(acceptor);
    const grove::socket second = grove::socket::connect(door.local());
    EXPECT_EQ(acceptor.get().peer(), second.local());
}

void echo_lines(grove::socket& peer) {
    for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
}

TEST(listener, serves_a_thousand_connections_at_once) {
    constexpr std::size_t many = 1000;
    const descriptor_limit limit;
    limit.raise();
    grove::listener door(loopback());
    grove::group servers;
    auto acceptor = grove::spawn([&] {
        for (std::size_t i = 0; i < many; ++i) {
            servers.spawn([peer = door.accept()]() mutable { echo_lines(peer); });
        }
    });
    std::vector<grove::socket> open;
    std::vector<std::string> answers(many);
    grove::group clients;
    for (std::size_t i = 0; i < many; ++i) {
        clients.spawn([&, i] {
            grove::socket peer = grove::socket::connect(door.local());
            peer.write_all(std::to_string(i) + '\n');
            answers[i] = peer.read_line();
            open.push_back(std::move(peer));
        });
    }
    clients.join();
    acceptor.get();
    ASSERT_EQ(open.size(), many);
    EXPECT_EQ(servers.size(), many);
    for (std::size_t i = 0; i < many; ++i) ASSERT_EQ(answers[i], std::to_string(i) + '\n');
    open.clear();
    EXPECT_TRUE(servers.join(10s));
}

}  // namespace
