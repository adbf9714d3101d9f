// SPDX-License-Identifier: MIT
#include "cmd/serve/relay.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove_test::failure;
using grove_test::read_to_end;

class relays : public testing::Test {
 protected:
    grove_test::connected left_ = grove_test::with_bounded_buffers(grove_test::tcp_pair());
    grove_test::connected right_ = grove_test::with_bounded_buffers(grove_test::tcp_pair());
    grove::greenlet<void> between_ = grove::spawn([this] {
        grove::cmd::relay(left_.server, right_.client);
        left_.server.close();
        right_.client.close();
    });
    grove::socket& client_ = left_.client;
    grove::socket& server_ = right_.server;
};

TEST_F(relays, pass_the_end_of_one_direction_and_go_on_in_the_other) {
    client_.write_all("asked");
    client_.shutdown_write();
    EXPECT_EQ(read_to_end(server_), "asked");
    EXPECT_FALSE(between_.join(10ms));
    server_.write_all("answered");
    server_.shutdown_write();
    EXPECT_EQ(read_to_end(client_), "answered");
    EXPECT_TRUE(between_.join(5s));
}

TEST_F(relays, take_no_more_than_the_other_side_takes) {
    const std::string large(std::size_t{32} << 20, 'x');
    auto sending = grove::spawn([&] {
        client_.write_all(large);
        client_.shutdown_write();
    });
    EXPECT_FALSE(sending.join(50ms));
    // The other direction is free meanwhile.
    server_.write_all("hello\n");
    EXPECT_EQ(client_.read_line(5s), "hello\n");
    EXPECT_EQ(read_to_end(server_).size(), large.size());
    sending.get();
    server_.close();
    EXPECT_TRUE(between_.join(5s));
}

TEST_F(relays, tell_one_side_that_the_other_has_failed) {
    client_.write_all("a\n");
    EXPECT_EQ(server_.read_line(5s), "a\n");
    client_.abort();
    EXPECT_EQ(failure([&] { (void)server_.read_line(5s); }), std::errc::connection_reset);
    EXPECT_TRUE(between_.join(5s));
}

}  // namespace
