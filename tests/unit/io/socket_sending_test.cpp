// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove_test::connected;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::tcp_pair;
using grove_test::tls_pair;
using grove_test::unix_pair;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

/// An open file of those bytes.
class file_of {
 public:
    explicit file_of(std::string_view bytes)
        : fd_(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
        while (!bytes.empty()) {
            const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
            if (n <= 0) grove::throw_errno("write");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    file_of(const file_of&) = delete;
    file_of& operator=(const file_of&) = delete;

    ~file_of() { ::close(fd_); }

    [[nodiscard]] int fd() const { return fd_; }

 private:
    int fd_;
};

/// The same claims with and without TLS.
class file_sending : public testing::TestWithParam<std::string> {
 protected:
    [[nodiscard]] connected ends() const {
        return GetParam() == "tls" ? tls_pair(client_, server_) : tcp_pair();
    }

    grove_test::trusted trust_;
    grove::tls_client client_{trust_.client_options()};
    grove::tls_server server_{trust_.server_options()};
};

INSTANTIATE_TEST_SUITE_P(over, file_sending, testing::Values("tcp", "tls"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(file_sending, sends_a_part_and_leaves_the_position) {
    const file_of file("0123456789");
    connected both = ends();
    both.client.send_file(file.fd(), 2, 5);
    EXPECT_EQ(read_text(both.server), "23456");
    EXPECT_EQ(::lseek(file.fd(), 0, SEEK_CUR), 10);
}

TEST_P(file_sending, waits_for_a_slow_reader) {
    const std::string bytes = pattern(more_than_fits);
    const file_of file(bytes);
    connected both = ends();
    auto writer = grove::spawn([&] {
        both.client.send_file(file.fd(), 0, bytes.size());
        both.client.close();
    });
    let_it_park(writer);
    EXPECT_TRUE(read_to_end(both.server) == bytes);
    writer.get();
}

TEST_P(file_sending, of_more_than_there_is_fails_after_what_there_is) {
    const file_of file("abc");
    connected both = ends();
    EXPECT_EQ(failure([&] { both.client.send_file(file.fd(), 1, 3); }), std::errc::io_error);
    EXPECT_EQ(read_text(both.server), "bc");
}

TEST(file_sending_late, is_timed_out) {
    const file_of file(pattern(more_than_fits));
    connected both = unix_pair();
    EXPECT_EQ(failure([&] { both.client.send_file(file.fd(), 0, more_than_fits, 1ms); }),
              std::errc::timed_out);
}

TEST(write_that_does_not_wait, says_how_much_was_taken) {
    connected both = unix_pair();
    EXPECT_EQ(both.client.try_write_some("abc"), 3U);
    EXPECT_EQ(read_text(both.server), "abc");
    const std::string sent = pattern(more_than_fits);
    std::size_t taken = 0;
    while (const std::size_t n = both.client.try_write_some(std::string_view(sent).substr(taken)))
        taken += n;
    EXPECT_LT(taken, sent.size());
    both.client.shutdown_write();
    EXPECT_TRUE(read_to_end(both.server) == sent.substr(0, taken));
}

TEST(write_that_does_not_wait, to_who_is_gone_fails) {
    connected both = unix_pair();
    both.server.close();
    EXPECT_EQ(failure([&] { (void)both.client.try_write_some("x"); }), std::errc::broken_pipe);
}

class tls_write_that_does_not_wait : public grove_test::tls_fixture {};

TEST_F(tls_write_that_does_not_wait, is_refused) {
    connected both = tls_pair(client_, server_);
    EXPECT_THROW((void)both.client.try_write_some("x"), std::logic_error);
}

TEST(wait_for_something_to_read, ends_when_it_comes_and_takes_nothing) {
    for (const auto& make : {tcp_pair, unix_pair}) {
        connected both = make();
        std::string one(1, 0);
        EXPECT_EQ(both.server.try_read_some(std::span(one)), std::nullopt);
        auto waiter = grove::spawn([&] { both.server.wait_readable(); });
        let_it_park(waiter);
        both.client.write_all("x");
        waiter.get();
        EXPECT_EQ(read_text(both.server), "x");
        EXPECT_EQ(failure([&] { both.server.wait_readable(1ms); }), std::errc::timed_out);
    }
}

TEST(wait_for_something_to_read, ends_at_once_when_it_was_read_ahead) {
    connected both = unix_pair();
    both.client.write_all("a\nb");
    EXPECT_EQ(both.server.read_line(), "a\n");
    both.server.wait_readable();
    EXPECT_EQ(read_text(both.server), "b");
}

class tls_wait_for_something_to_read : public grove_test::tls_fixture {};

TEST_F(tls_wait_for_something_to_read, ends_when_it_comes_or_was_read_ahead) {
    connected both = tls_pair(client_, server_);
    std::string one(1, '\0');
    EXPECT_EQ(both.server.try_read_some(std::span(one)), std::nullopt);
    auto waiter = grove::spawn([&] { both.server.wait_readable(); });
    let_it_park(waiter);
    both.client.write_all("xy");
    waiter.get();
    EXPECT_EQ(both.server.try_read_some(std::span(one)), 1U);
    both.server.wait_readable();
    EXPECT_EQ(read_text(both.server), "y");
}

// --- who has connected and who may not any more ---

class closing_door : public testing::TestWithParam<std::string> {
 protected:
    [[nodiscard]] grove::endpoint address() const {
        return GetParam() == "tcp" ? loopback() : grove::endpoint::unix_path(path_.text());
    }

    grove_test::scratch_path path_;
    grove::listener door_{address()};
};

INSTANTIATE_TEST_SUITE_P(over, closing_door, testing::Values("tcp", "local"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(closing_door, gives_those_who_wait_without_waiting) {
    EXPECT_FALSE(door_.try_accept());
    grove::socket client = grove::socket::connect(door_.local());
    client.write_all("x");
    grove::idle();
    auto taken = door_.try_accept();
    ASSERT_TRUE(taken);
    EXPECT_EQ(read_text(*taken), "x");
    EXPECT_FALSE(door_.try_accept());
}

TEST_P(closing_door, lets_in_who_has_connected_and_nobody_else) {
    grove::socket early = grove::socket::connect(door_.local());
    door_.refuse_more();
    std::error_code error;
    const grove::socket late = grove::socket::connect(door_.local(), 20ms, error);
    EXPECT_TRUE(error == std::errc::timed_out || error == std::errc::connection_refused);
    early.write_all("x");
    auto taken = door_.try_accept();
    ASSERT_TRUE(taken);
    EXPECT_EQ(read_text(*taken), "x");
    EXPECT_FALSE(door_.try_accept());
}

}  // namespace
