// SPDX-License-Identifier: MIT
#include "io/file_backing.hpp"
#include "tests/support/leak_check.hpp"
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/greenlet.hpp>
#include <grove/standard_streams.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pty.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <termios.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::file;
using grove::detail::file_backing;
using grove::detail::make_stream_backing;
using grove::detail::stream_manner;
using grove::detail::unique_fd;
using grove_test::complaint;
using grove_test::content_of;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::raw_pipe;
using grove_test::scratch_folder;
using testing::StartsWith;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// While one lives, 0, 1 or 2 is this descriptor, as a shell would have it. At the end its flags
/// must be what they were: others share them.
class inherited {
 public:
    inherited(int number, int fd)
        : number_(number), former_(::fcntl(number, F_DUPFD_CLOEXEC, 100)) {
        if (fd < 0) {
            ::close(number);
            return;
        }
        ::dup2(fd, number);
        flags_ = ::fcntl(number, F_GETFL);
    }

    inherited(const inherited&) = delete;
    inherited& operator=(const inherited&) = delete;

    ~inherited() {
        const int flags = ::fcntl(number_, F_GETFL);
        ::dup2(former_.get(), number_);  // before anything is said
        EXPECT_EQ(flags, flags_.value_or(flags)) << "the flags of descriptor " << number_;
    }

 private:
    int number_;
    unique_fd former_;
    std::optional<int> flags_;
};

std::string some_of(file& from, grove::deadline until = grove::never) {
    std::string got(256, '\0');
    got.resize(from.read_some(std::span(got), until));
    return got;
}

std::string drained(int fd) {
    std::string all;
    std::array<char, 4096> piece{};
    for (ssize_t n = 0; (n = ::read(fd, piece.data(), piece.size())) > 0;)
        all.append(piece.data(), static_cast<std::size_t>(n));
    return all;
}

struct pseudo_terminal {
    pseudo_terminal() {
        int ends[2];
        if (::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) != 0)
            grove::throw_errno("openpty");
        master.reset(ends[0]);
        slave.reset(ends[1]);
        termios as_is{};
        ::tcgetattr(ends[1], &as_is);
        ::cfmakeraw(&as_is);
        as_is.c_lflag |= ICANON;  // lines, and nothing changed or echoed
        ::tcsetattr(ends[1], TCSANOW, &as_is);
    }

    unique_fd master;
    unique_fd slave;
};

// --- input ---

TEST(standard_input, from_a_pipe_waits_in_the_hub) {
    raw_pipe pipe;
    const inherited in(STDIN_FILENO, pipe.reading.get());
    auto reading = grove::spawn([] { return grove::standard_input().read_line(); });
    let_it_park(reading);
    ASSERT_EQ(::write(pipe.writing.get(), "one\ntwo", 7), 7);
    EXPECT_EQ(reading.get(), "one\n");
    pipe.writing.reset();
    EXPECT_EQ(grove::standard_input().read_line(), "two");
    EXPECT_EQ(grove::standard_input().read_line(), "");
}

TEST(standard_input, from_a_pipe_whose_writer_has_gone_gives_what_it_left) {
    raw_pipe pipe;
    ASSERT_EQ(::write(pipe.writing.get(), "left\n", 5), 5);
    pipe.writing.reset();
    const inherited in(STDIN_FILENO, pipe.reading.get());
    EXPECT_EQ(grove::standard_input().read_all(100), "left\n");
}

TEST(standard_input, from_a_fifo_whose_writer_has_gone_gives_what_it_left) {
    const scratch_folder folder;
    const std::string path = folder.fifo("line");
    const unique_fd reading(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_EQ(::fcntl(reading.get(), F_SETFL, 0), 0);
    unique_fd writing(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::write(writing.get(), "left", 4), 4);
    writing.reset();
    const inherited in(STDIN_FILENO, reading.get());
    EXPECT_EQ(grove::standard_input().read_all(100), "left");
}

TEST(standard_input, is_late_killed_or_in_a_scope_that_ends_and_loses_nothing) {
    raw_pipe pipe;
    const inherited in(STDIN_FILENO, pipe.reading.get());
    file& input = grove::standard_input();
    EXPECT_THAT(complaint([&] { static_cast<void>(input.read_line(1ms)); }),
                StartsWith("read standard input: "));
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { some_of(input); }));
    auto reading = grove::spawn([&] { some_of(input); });
    let_it_park(reading);
    reading.kill();
    ASSERT_EQ(::write(pipe.writing.get(), "x", 1), 1);
    EXPECT_EQ(some_of(input), "x");
}

TEST(standard_input, from_a_file_gives_back_what_it_has_read_ahead) {
    const scratch_folder folder;
    const unique_fd opened(::open(folder.with("a", "one\ntwo\n").c_str(), O_RDONLY | O_CLOEXEC));
    const inherited in(STDIN_FILENO, opened.get());
    EXPECT_EQ(grove::standard_input().read_line(), "one\n");
    grove::standard_input().close();
    EXPECT_EQ(drained(opened.get()), "two\n");
}

TEST(standard_input, from_a_terminal_waits_in_the_hub) {
    pseudo_terminal terminal;
    const inherited in(STDIN_FILENO, terminal.slave.get());
    auto reading = grove::spawn([] { return grove::standard_input().read_line(); });
    let_it_park(reading);
    ASSERT_EQ(::write(terminal.master.get(), "typed\nmore\n", 11), 11);
    EXPECT_EQ(reading.get(), "typed\n");
    EXPECT_EQ(grove::standard_input().read_line(), "more\n");
}

TEST(standard_input, from_a_terminals_master_is_that_terminals) {
    pseudo_terminal terminal;
    const inherited in(STDIN_FILENO, terminal.master.get());
    auto reading = grove::spawn([] { return some_of(grove::standard_input()); });
    let_it_park(reading);
    ASSERT_EQ(::write(terminal.slave.get(), "said", 4), 4);
    EXPECT_EQ(reading.get(), "said");
}

TEST(standard_input, from_a_socket_waits_in_the_hub) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const unique_fd near(ends[0]);
    const unique_fd far(ends[1]);
    const inherited in(STDIN_FILENO, near.get());
    auto reading = grove::spawn([] { return some_of(grove::standard_input()); });
    let_it_park(reading);
    ASSERT_EQ(::write(far.get(), "heard", 5), 5);
    EXPECT_EQ(reading.get(), "heard");
    grove::standard_input().write_all("said");
    std::array<char, 4> got{};
    EXPECT_EQ(::read(far.get(), got.data(), got.size()), 4);
}

TEST(standard_input, from_nothing_ends_at_once) {
    const unique_fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const inherited in(STDIN_FILENO, null.get());
    EXPECT_EQ(grove::standard_input().read_line(), "");
}

TEST(standard_input, that_is_closed_is_a_bad_descriptor) {
    grove::yield();  // the hub's descriptors come before
    const inherited in(STDIN_FILENO, -1);
    EXPECT_THAT(complaint([] { some_of(grove::standard_input()); }),
                StartsWith("open standard input: "));
    EXPECT_EQ(failure([] { some_of(grove::standard_input()); }), std::errc::bad_file_descriptor);
}

TEST(standard_input, whose_number_a_hub_has_taken_is_a_bad_descriptor) {
    const unique_fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    const inherited in(STDIN_FILENO, epoll.get());
    EXPECT_EQ(failure([] { some_of(grove::standard_input()); }), std::errc::bad_file_descriptor);
}

// --- output ---

TEST(standard_output, to_a_pipe_that_is_full_lets_the_others_run) {
    raw_pipe pipe;
    const std::string text = pattern(mebibyte);
    std::string got;
    {
        const inherited out(STDOUT_FILENO, pipe.writing.get());
        auto writing = grove::spawn([&] { grove::standard_output().write_all(text); });
        let_it_park(writing);
        pipe.writing.reset();
        std::thread reader([&] {
            got.resize(text.size());
            for (std::size_t at = 0; at < got.size();) {
                const ssize_t n = ::read(pipe.reading.get(), &got[at], got.size() - at);
                if (n <= 0) break;
                at += static_cast<std::size_t>(n);
            }
        });
        writing.get();
        reader.join();
    }
    EXPECT_EQ(got, text);
}

TEST(standard_output, whose_reader_has_stopped_can_be_given_up) {
    raw_pipe pipe;
    const inherited out(STDOUT_FILENO, pipe.writing.get());
    EXPECT_EQ(failure([] { grove::standard_output().write_all(pattern(mebibyte), 1ms); }),
              std::errc::timed_out);
    auto writing = grove::spawn([] { grove::standard_output().write_all("more"); });
    let_it_park(writing);
    writing.kill();
}

TEST(standard_output, to_a_pipe_that_nobody_reads_is_broken) {
    raw_pipe pipe;
    const inherited out(STDOUT_FILENO, pipe.writing.get());
    grove::standard_output().write_all("x");
    pipe.reading.reset();
    EXPECT_EQ(failure([] { grove::standard_output().write_all("y"); }), std::errc::broken_pipe);
}

TEST(standard_output, to_a_pipe_that_nobody_reads_any_more_at_first_is_broken) {
    raw_pipe pipe;
    pipe.reading.reset();
    const inherited out(STDOUT_FILENO, pipe.writing.get());
    EXPECT_EQ(failure([] { grove::standard_output().write_all("x"); }), std::errc::broken_pipe);
}

TEST(standard_output, ends_for_its_reader_when_both_ends_are_closed) {
    raw_pipe pipe;
    {
        const inherited out(STDOUT_FILENO, pipe.writing.get());
        pipe.writing.reset();
        grove::standard_output().write_all("all");
        grove::standard_output().close();
    }
    EXPECT_EQ(drained(pipe.reading.get()), "all");
}

TEST(standard_output, to_a_file_goes_on_where_others_have_written) {
    const scratch_folder folder;
    const unique_fd opened(::open((folder / "a").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    {
        const inherited out(STDOUT_FILENO, opened.get());
        grove::standard_output().write_all("one ");
        ASSERT_EQ(::write(opened.get(), "two ", 4), 4);
        grove::standard_output().write_all("three");
    }
    EXPECT_EQ(content_of(folder / "a"), "one two three");
}

TEST(standard_output, to_a_full_device_says_so) {
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    const inherited out(STDOUT_FILENO, full.get());
    EXPECT_THAT(complaint([] { grove::standard_output().write_all("x"); }),
                StartsWith("write standard output: No space"));
}

TEST(standard_error, to_a_terminal_arrives) {
    pseudo_terminal terminal;
    const inherited err(STDERR_FILENO, terminal.slave.get());
    grove::standard_error().write_all("said\n");
    std::array<char, 16> got{};
    EXPECT_GE(::read(terminal.master.get(), got.data(), got.size()), 5);
}

// --- where a second open file is refused ---

std::string some_of(file_backing& from, grove::deadline until = grove::never) {
    std::string got(256, '\0');
    got.resize(from.read(std::as_writable_bytes(std::span(got)), until));
    return got;
}

void write_to(file_backing& to, const std::string& text, grove::deadline until = grove::never) {
    to.write(std::as_bytes(std::span(text)), until);
}

/// A stream that somebody else shares, made without a change to its flags.
std::unique_ptr<file_backing> sharing(const unique_fd& fd) {
    unique_fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    return make_stream_backing(std::move(copy), "shared", stream_manner::nowait_call);
}

TEST(shared_stream, of_a_pipe_waits_without_a_flag_and_when_others_take_its_bytes) {
    raw_pipe pipe;
    const auto from = sharing(pipe.reading);
    auto reading = grove::spawn([&] { return some_of(*from); });
    let_it_park(reading);
    char thief = 0;
    ASSERT_EQ(::write(pipe.writing.get(), "x", 1), 1);
    ASSERT_EQ(::read(pipe.reading.get(), &thief, 1), 1);
    let_it_park(reading);
    ASSERT_EQ(::write(pipe.writing.get(), "y", 1), 1);
    EXPECT_EQ(reading.get(), "y");
    EXPECT_EQ(::fcntl(pipe.reading.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(shared_stream, of_a_full_pipe_waits_without_a_flag) {
    raw_pipe pipe;
    const auto to = sharing(pipe.writing);
    EXPECT_EQ(failure([&] { write_to(*to, pattern(mebibyte), 1ms); }), std::errc::timed_out);
    EXPECT_EQ(::fcntl(pipe.writing.get(), F_GETFL) & O_NONBLOCK, 0);
    pipe.reading.reset();
    EXPECT_EQ(failure([&] { write_to(*to, "x"); }), std::errc::broken_pipe);
}

TEST(shared_stream, of_a_terminal_is_read_and_written_by_a_thread) {
    pseudo_terminal terminal;
    const auto both = sharing(terminal.slave);
    auto reading = grove::spawn([&] { return some_of(*both); });
    let_it_park(reading);
    ASSERT_EQ(::write(terminal.master.get(), "typed\n", 6), 6);
    EXPECT_EQ(reading.get(), "typed\n");
    write_to(*both, "said\n");
    std::array<char, 16> got{};
    EXPECT_GE(::read(terminal.master.get(), got.data(), got.size()), 5);
    EXPECT_EQ(::fcntl(terminal.slave.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(shared_stream, of_a_terminal_that_nobody_reads_can_be_given_up) {
    const auto open_terminals = [] {
        return std::ranges::count_if(grove_test::open_descriptors(), [](const std::string& one) {
            return one.find("/dev/pts/") != std::string::npos;
        });
    };
    const auto before = open_terminals();
    {
        pseudo_terminal terminal;
        const auto to = sharing(terminal.slave);
        EXPECT_EQ(failure([&] { write_to(*to, pattern(mebibyte), 100ms); }), std::errc::timed_out);
    }
    // The terminal's end is also that of the thread that writes, which then lets go of it.
    while (open_terminals() != before) grove::sleep_for(1ms);
}

}  // namespace
