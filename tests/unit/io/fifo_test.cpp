// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/file.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>
#include <pty.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Files that are waited for: FIFOs and terminals.

namespace {

using namespace std::chrono_literals;
using grove::file;
using grove::detail::unique_fd;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::scratch_folder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr grove::open_options to_write{.read = false, .write = true};
constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::string some_of(file& from, grove::deadline until = grove::never) {
    std::string got(256, '\0');
    got.resize(from.read_some(std::span(got), until));
    return got;
}

/// A FIFO with both ends open.
struct line {
    scratch_folder folder;
    std::string path = folder.fifo("line");
    file reader{path};
    file writer{path, to_write};
};

// --- opening ---

TEST(fifo, opened_for_writing_waits_for_a_reader) {
    const scratch_folder folder;
    const std::string path = folder.fifo("line");
    auto opening = grove::spawn([&] { return file(path, to_write); });
    let_it_park(opening);
    file reader(path);
    opening.get().write_all("x");
    EXPECT_EQ(some_of(reader), "x");
}

TEST(fifo, opened_for_writing_without_a_reader_is_late_or_killed) {
    const scratch_folder folder;
    const std::string path = folder.fifo("line");
    EXPECT_EQ(failure([&] { file(path, to_write, 1ms); }), std::errc::timed_out);
    auto opening = grove::spawn([&] { file(path, to_write); });
    let_it_park(opening);
    opening.kill();
    EXPECT_TRUE(opening.ready());
}

TEST(fifo, read_before_the_first_writer_waits_for_it_and_for_its_end) {
    const scratch_folder folder;
    const std::string path = folder.fifo("line");
    file in(path);
    auto reading = grove::spawn([&] { return in.read_all(100); });
    let_it_park(reading);
    file out(path, to_write);
    out.write_all("text");
    out.close();
    EXPECT_EQ(reading.get(), "text");
}

TEST(fifo, that_ended_begins_again_with_the_next_writer) {
    const scratch_folder folder;
    const std::string path = folder.fifo("line");
    file in(path);
    for (const std::string text : {"first", "second"}) {
        file(path, to_write).write_all(text);
        EXPECT_EQ(some_of(in), text);
        EXPECT_EQ(some_of(in), "");
    }
}

// --- reading ---

TEST(fifo, read_is_ready_at_once_or_later) {
    line l;
    l.writer.write_all("one\ntwo");
    EXPECT_EQ(l.reader.read_line(), "one\n");
    EXPECT_EQ(some_of(l.reader), "two");
    auto reading = grove::spawn([&] { return some_of(l.reader); });
    let_it_park(reading);
    l.writer.write_all("later");
    EXPECT_EQ(reading.get(), "later");
}

TEST(fifo, read_is_late_with_its_path) {
    line l;
    EXPECT_THAT(complaint([&] { some_of(l.reader, 1ms); }), StartsWith("read " + l.path));
    EXPECT_EQ(failure([&] { some_of(l.reader, 1ms); }), std::errc::timed_out);
}

TEST(fifo, read_that_is_interrupted_keeps_what_came) {
    line l;
    l.writer.write_all("half a ");
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { static_cast<void>(l.reader.read_line()); }));
    auto reading = grove::spawn([&] { static_cast<void>(l.reader.read_line()); });
    let_it_park(reading);
    reading.kill();
    l.writer.write_all("line\n");
    EXPECT_EQ(l.reader.read_line(), "half a line\n");
}

TEST(fifo, closed_wakes_its_reader) {
    line l;
    auto reading = grove::spawn([&] { return complaint([&] { some_of(l.reader); }); });
    let_it_park(reading);
    l.reader.close();
    EXPECT_THAT(reading.get(), AllOf(HasSubstr(l.path + " was closed in another greenlet"),
                                     HasSubstr("Bad file")));
}

TEST(fifo, read_by_two_greenlets_names_both) {
    line l;
    auto first = grove::spawn({.name = "first"}, [&] { return some_of(l.reader); });
    let_it_park(first);
    grove::this_greenlet::set_name("second");
    EXPECT_THAT(complaint([&] { some_of(l.reader); }),
                AllOf(HasSubstr("in second"), HasSubstr("first already reads")));
    l.writer.write_all("x");
    EXPECT_EQ(first.get(), "x");
}

TEST(fifo, reader_goes_on_after_a_signal) {
    line l;
    struct sigaction former = {};
    struct sigaction interrupting = {};
    interrupting.sa_handler = [](int) {};
    ASSERT_EQ(::sigaction(SIGUSR1, &interrupting, &former), 0);
    auto reading = grove::spawn([&] { return some_of(l.reader); });
    let_it_park(reading);
    std::thread sender([&, hub = ::pthread_self()] {
        for (int i = 0; i < 10; ++i) ::pthread_kill(hub, SIGUSR1);
        const unique_fd out(::open(l.path.c_str(), O_WRONLY | O_CLOEXEC));
        EXPECT_EQ(::write(out.get(), "x", 1), 1);
    });
    EXPECT_EQ(reading.get(), "x");
    sender.join();
    ::sigaction(SIGUSR1, &former, nullptr);
}

TEST(fifo, has_no_positions) {
    line l;
    EXPECT_EQ(failure([&] { l.writer.seek(0); }), std::errc::invalid_seek);
    std::array<std::byte, 1> one{};
    EXPECT_EQ(failure([&] { l.reader.read_at(0, one); }), std::errc::invalid_seek);
    EXPECT_EQ(failure([&] { l.writer.write_at(0, one); }), std::errc::invalid_seek);
}

// --- writing ---

TEST(fifo, write_of_more_than_fits_lets_the_others_run) {
    line l;
    const std::string text = pattern(mebibyte);
    auto writing = grove::spawn([&] {
        l.writer.write_all(text);
        l.writer.close();
    });
    let_it_park(writing);
    EXPECT_EQ(l.reader.read_all(text.size()), text);
    writing.get();
}

TEST(fifo, writers_take_turns_in_order_and_keep_their_bytes_together) {
    line l;
    std::vector<grove::greenlet<void>> writers;
    for (const char letter : {'a', 'b', 'c'}) {
        writers.push_back(
            grove::spawn([&, letter] { l.writer.write_all(std::string(200000, letter)); }));
    }
    let_it_park(writers.front());
    auto closing = grove::spawn([&] {
        for (auto& writer : writers) writer.join();
        l.writer.close();
    });
    EXPECT_EQ(l.reader.read_all(mebibyte),
              std::string(200000, 'a') + std::string(200000, 'b') + std::string(200000, 'c'));
    closing.get();
}

TEST(fifo, writer_that_is_killed_holding_the_turn_leaves_it_to_the_next) {
    line l;
    auto first = grove::spawn([&] { l.writer.write_all(pattern(mebibyte)); });
    let_it_park(first);
    EXPECT_EQ(failure([&] { l.writer.write_all("late", 1ms); }), std::errc::timed_out);
    first.kill();
    auto second = grove::spawn([&] {
        l.writer.write_all("second\n");
        l.writer.close();
    });
    EXPECT_THAT(l.reader.read_all(mebibyte), testing::EndsWith("second\n"));
    second.get();
}

TEST(fifo, that_nobody_reads_any_more_is_a_broken_pipe_and_no_signal) {
    line l;
    l.reader.close();
    EXPECT_EQ(failure([&] { l.writer.write_all("x"); }), std::errc::broken_pipe);
}

TEST(fifo, closed_wakes_its_writer) {
    line l;
    auto writing =
        grove::spawn([&] { return failure([&] { l.writer.write_all(pattern(mebibyte)); }); });
    let_it_park(writing);
    l.writer.close();
    EXPECT_EQ(writing.get(), std::errc::bad_file_descriptor);
}

// --- terminals ---

TEST(terminal, gives_a_line_at_a_time_and_all_that_were_typed) {
    int master = -1;
    int slave = -1;
    std::array<char, 64> name{};
    ASSERT_EQ(::openpty(&master, &slave, name.data(), nullptr, nullptr), 0);
    const unique_fd typing(master);
    const unique_fd keep(slave);
    file terminal(name.data(), {.write = true});
    auto reading = grove::spawn([&] { return some_of(terminal); });
    let_it_park(reading);
    ASSERT_EQ(::write(typing.get(), "one\ntwo\n", 8), 8);
    EXPECT_EQ(reading.get(), "one\n");
    EXPECT_EQ(some_of(terminal), "two\n");
    EXPECT_EQ(failure([&] { some_of(terminal, 1ms); }), std::errc::timed_out);
}

}  // namespace
