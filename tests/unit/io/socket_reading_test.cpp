// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <malloc.h>

#include <chrono>
#include <span>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::read_text;
using grove_test::read_to_end;
using testing::HasSubstr;

/// What is read here was written at `far`.
class socket_reading : public testing::Test {
 protected:
    std::string exactly(std::size_t size, grove::deadline until = grove::never) {
        std::string got(size, '\0');
        near.read_exactly(std::as_writable_bytes(std::span(got)), until);
        return got;
    }

    grove_test::connected ends_ = grove_test::unix_pair();
    grove::socket& near = ends_.client;
    grove::socket& far = ends_.server;
};

TEST_F(socket_reading, of_exactly_so_much_waits_for_the_rest) {
    far.write_all("ab");
    auto reader = grove::spawn([&] { return exactly(5); });
    let_it_park(reader);
    far.write_all("cdef");
    EXPECT_EQ(reader.get(), "abcde");
    EXPECT_EQ(read_text(near), "f");
}

TEST_F(socket_reading, of_exactly_nothing_does_not_wait) {
    EXPECT_EQ(exactly(0), "");
}

TEST_F(socket_reading, of_exactly_so_much_takes_what_was_read_ahead) {
    far.write_all("a\nbc");
    EXPECT_EQ(near.read_line(), "a\n");
    far.write_all("de");
    EXPECT_EQ(exactly(4), "bcde");
}

TEST_F(socket_reading, of_exactly_so_much_fails_when_the_stream_ends_inside) {
    far.write_all("abc");
    far.close();
    const std::string what = complaint([&] { exactly(4); });
    EXPECT_THAT(what, HasSubstr("recv the stream ended early"));
    EXPECT_EQ(failure([&] { exactly(4); }), std::errc::connection_reset);
    EXPECT_EQ(exactly(3), "abc");
}

TEST_F(socket_reading, of_exactly_so_much_keeps_what_came_when_it_is_late) {
    far.write_all("a\nbc");
    EXPECT_EQ(near.read_line(), "a\n");
    EXPECT_EQ(failure([&] { exactly(4, 1ms); }), std::errc::timed_out);
    far.write_all("de");
    EXPECT_EQ(exactly(4), "bcde");
}

TEST_F(socket_reading, of_exactly_so_much_keeps_what_came_when_it_is_killed) {
    far.write_all("ab");
    auto reader = grove::spawn([&] { return exactly(4); });
    let_it_park(reader);
    reader.kill();
    EXPECT_TRUE(reader.killed());
    far.write_all("cd");
    EXPECT_EQ(exactly(4), "abcd");
}

TEST_F(socket_reading, of_exactly_so_much_keeps_what_came_when_its_scope_runs_out) {
    far.write_all("ab");
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { exactly(4); }));
    far.write_all("cd");
    EXPECT_EQ(exactly(4), "abcd");
}

TEST_F(socket_reading, of_lines_gives_each_with_its_line_feed) {
    far.write_all("one\n\r\ntwo\r\n\n");
    EXPECT_EQ(near.read_line(), "one\n");
    EXPECT_EQ(near.read_line(), "\r\n");
    EXPECT_EQ(near.read_line(), "two\r\n");
    EXPECT_EQ(near.read_line(), "\n");
}

TEST_F(socket_reading, of_a_line_waits_for_its_end) {
    far.write_all("be");
    auto reader = grove::spawn([&] { return near.read_line(); });
    let_it_park(reader);
    far.write_all("gin");
    let_it_park(reader);
    far.write_all("ning\nrest");
    EXPECT_EQ(reader.get(), "beginning\n");
    EXPECT_EQ(read_text(near), "rest");
}

TEST_F(socket_reading, of_a_line_keeps_a_nul) {
    using namespace std::string_literals;
    far.write_all("a\0b\n"s);
    EXPECT_EQ(near.read_line(), "a\0b\n"s);
}

TEST_F(socket_reading, of_lines_ends_with_what_is_left_and_then_with_nothing) {
    far.write_all("one\ntwo");
    far.close();
    EXPECT_EQ(near.read_line(), "one\n");
    EXPECT_EQ(near.read_line(), "two");
    EXPECT_EQ(near.read_line(), "");
    EXPECT_EQ(near.read_line(), "");
}

TEST_F(socket_reading, of_a_line_as_long_as_the_limit_is_allowed) {
    far.write_all("1234\n12345\n");
    EXPECT_EQ(near.read_line(grove::never, 5), "1234\n");
    EXPECT_EQ(failure([&] { (void)near.read_line(grove::never, 5); }), std::errc::message_size);
    EXPECT_EQ(near.read_line(grove::never, 6), "12345\n");
}

TEST_F(socket_reading, of_a_line_without_an_end_stops_at_the_limit) {
    far.write_all(std::string(5000, 'x'));
    EXPECT_EQ(failure([&] { (void)near.read_line(grove::never, 4999); }), std::errc::message_size);
    far.close();
    EXPECT_EQ(read_to_end(near), std::string(5000, 'x'));
}

TEST_F(socket_reading, of_a_line_stops_at_64_kib_unless_told) {
    auto writer = grove::spawn([&] {
        far.write_all(std::string((64 << 10) - 1, 'x') + '\n');
        far.write_all(std::string(64 << 10, 'x') + '\n');
    });
    EXPECT_EQ(near.read_line().size(), std::size_t{64} << 10);
    EXPECT_EQ(failure([&] { (void)near.read_line(); }), std::errc::message_size);
    writer.get();
}

TEST_F(socket_reading, of_a_line_keeps_what_came_when_it_is_late) {
    far.write_all("ab");
    EXPECT_EQ(failure([&] { (void)near.read_line(1ms); }), std::errc::timed_out);
    far.write_all("cd\n");
    EXPECT_EQ(near.read_line(), "abcd\n");
}

TEST_F(socket_reading, of_a_line_keeps_what_came_when_it_is_killed) {
    far.write_all("ab");
    auto reader = grove::spawn([&] { return near.read_line(); });
    let_it_park(reader);
    reader.kill();
    far.write_all("cd\n");
    EXPECT_EQ(near.read_line(), "abcd\n");
}

TEST_F(socket_reading, of_many_lines_loses_none) {
    constexpr int lines = 20'000;
    auto writer = grove::spawn([&] {
        for (int i = 0; i < lines; ++i) far.write_all(std::to_string(i) + '\n');
        far.close();
    });
    for (int i = 0; i < lines; ++i) ASSERT_EQ(near.read_line(), std::to_string(i) + '\n');
    EXPECT_EQ(near.read_line(), "");
    writer.get();
}

TEST_F(socket_reading, of_lines_for_ever_keeps_only_what_is_unread) {
    // Each line ends at an odd place of the stream and each block at an even one, so no read ends
    // with a line.
    const std::string block = std::string(98, 'x') + "\nx";
    std::string blocks;
    for (int i = 0; i < 100; ++i) blocks += block;
    auto writer = grove::spawn([&] {
        for (int i = 0; i < 400; ++i) far.write_all(blocks);
        far.close();
    });
    const auto allocated = [] {
        const struct mallinfo2 now = ::mallinfo2();
        return now.uordblks + now.hblkhd;
    };
    ASSERT_EQ(near.read_line().size(), 99U);
    const std::size_t before = allocated();
    std::size_t read = 0;
    for (int i = 0; i < 39'000; ++i) read += near.read_line().size();
    EXPECT_EQ(read, 3'900'000U);
    EXPECT_LT(allocated(), before + (std::size_t{1} << 20));
    while (!near.read_line().empty()) continue;
    writer.get();
}

}  // namespace
