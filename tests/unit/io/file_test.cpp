// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/file.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::file;
using grove::seek_from;
using grove_test::busy_pool;
using grove_test::complaint;
using grove_test::content_of;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::scratch_folder;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr grove::open_options to_create{.read = false, .write = true, .create = true};
constexpr grove::open_options to_append{.read = false, .append = true, .create = true};
constexpr grove::open_options to_change{.write = true};
constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::string text_at(file& from, std::uint64_t offset, std::size_t size) {
    std::string got(size, '\0');
    got.resize(from.read_at(offset, std::as_writable_bytes(std::span(got))));
    return got;
}

std::string some_of(file& from) {
    std::string got(256, '\0');
    got.resize(from.read_some(std::span(got)));
    return got;
}

// --- opening ---

TEST(file, is_created_with_the_permissions_that_are_given_less_the_umask) {
    const scratch_folder folder;
    const mode_t former = ::umask(027);
    file made(folder / "a", {.write = true, .create = true, .mode = 0666});
    ::umask(former);

    struct stat about {};

    ASSERT_EQ(::stat((folder / "a").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0640U);
}

TEST(file, is_not_inherited_by_other_programs) {
    const scratch_folder folder;
    const file made(folder / "a", to_create);
    EXPECT_EQ(::fcntl(made.fd(), F_GETFD), FD_CLOEXEC);
}

TEST(file, that_is_missing_or_there_already_is_an_error_with_its_path) {
    const scratch_folder folder;
    EXPECT_THAT(complaint([&] { file(folder / "none"); }), StartsWith("open " + (folder / "none")));
    const std::string there = folder.with("there", "x");
    EXPECT_EQ(failure([&] { file(there, {.write = true, .create = true, .exclusive = true}); }),
              std::errc::file_exists);
    EXPECT_EQ(content_of(there), "x");
}

TEST(file, opened_to_truncate_begins_empty) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "former");
    file cut(path, {.read = false, .write = true, .truncate = true});
    EXPECT_EQ(content_of(path), "");
}

TEST(file, of_options_that_contradict_each_other_is_refused) {
    EXPECT_THROW(file("a", {.read = false}), std::invalid_argument);
    EXPECT_THROW(file("a", {.truncate = true}), std::invalid_argument);
    EXPECT_THROW(file("a", {.write = true, .exclusive = true}), std::invalid_argument);
    EXPECT_THROW(file(std::string("a\0b", 3)), std::invalid_argument);
}

TEST(file, that_only_reads_refuses_to_write_and_the_other_way_round) {
    const scratch_folder folder;
    file reads(folder.with("a", "x"));
    EXPECT_EQ(failure([&] { reads.write_all("y"); }), std::errc::bad_file_descriptor);
    file writes(folder / "b", to_create);
    EXPECT_EQ(failure([&] { some_of(writes); }), std::errc::bad_file_descriptor);
}

TEST(file, of_a_folder_can_be_opened_and_not_read) {
    const scratch_folder folder;
    file opened(folder / "");
    EXPECT_EQ(failure([&] { some_of(opened); }), std::errc::is_a_directory);
}

// --- reading and writing ---

TEST(file, gives_back_what_was_written) {
    const scratch_folder folder;
    const std::string text = pattern(3 * mebibyte);
    file out(folder / "a", to_create);
    out.write_all(text);
    out.close();
    EXPECT_EQ(file(folder / "a").read_all(text.size()), text);
}

TEST(file, gives_lines_and_what_is_left_and_then_nothing) {
    const scratch_folder folder;
    file in(folder.with("a", "one\n\ntwo"));
    EXPECT_EQ(in.read_line(), "one\n");
    EXPECT_EQ(in.read_line(), "\n");
    EXPECT_EQ(in.read_line(), "two");
    EXPECT_EQ(in.read_line(), "");
}

TEST(file, gives_lines_longer_than_what_is_read_at_once) {
    const scratch_folder folder;
    const std::string line = std::string(200000, 'x') + "\n";
    file in(folder.with("a", line + "y\n"));
    EXPECT_EQ(in.read_line(grove::never, mebibyte), line);
    EXPECT_EQ(in.read_line(), "y\n");
}

TEST(file, keeps_a_line_that_is_too_long) {
    const scratch_folder folder;
    file in(folder.with("a", "too long\nshort\n"));
    EXPECT_EQ(failure([&] { static_cast<void>(in.read_line(grove::never, 4)); }),
              std::errc::message_size);
    EXPECT_EQ(in.read_line(), "too long\n");
}

TEST(file, read_exactly_tells_of_an_early_end_and_keeps_what_came) {
    const scratch_folder folder;
    file in(folder.with("a", "abcde"));
    std::array<std::byte, 3> three{};
    in.read_exactly(three);
    EXPECT_EQ(static_cast<char>(three[2]), 'c');
    EXPECT_THAT(complaint([&] { in.read_exactly(three); }), HasSubstr("ended early"));
    EXPECT_EQ(some_of(in), "de");
}

TEST(file, read_all_refuses_more_than_asked_for_and_keeps_it) {
    const scratch_folder folder;
    file in(folder.with("a", "abcde"));
    EXPECT_EQ(failure([&] { static_cast<void>(in.read_all(4)); }), std::errc::file_too_large);
    EXPECT_EQ(in.read_all(5), "abcde");
    EXPECT_EQ(in.read_all(0), "");
}

TEST(file, reads_and_writes_at_offsets_without_moving_the_position) {
    const scratch_folder folder;
    file both(folder.with("a", "0123456789"), to_change);
    both.write_at(8, std::as_bytes(std::span("xyz", 3)));
    EXPECT_EQ(text_at(both, 7, 10), "7xyz");
    EXPECT_EQ(text_at(both, 20, 10), "");
    EXPECT_EQ(both.seek(0, seek_from::here), 0U);
    EXPECT_EQ(both.read_line(), "01234567xyz");
}

TEST(file, seeks_from_where_the_reader_is) {
    const scratch_folder folder;
    file both(folder.with("a", "one\ntwo\nthree\n"), to_change);
    EXPECT_EQ(both.read_line(), "one\n");
    EXPECT_EQ(both.seek(0, seek_from::here), 4U);
    EXPECT_EQ(both.read_line(), "two\n");
    EXPECT_EQ(both.seek(-4, seek_from::here), 4U);
    EXPECT_EQ(both.seek(-6, seek_from::end), 8U);
    EXPECT_EQ(both.read_line(), "three\n");
    EXPECT_EQ(failure([&] { both.seek(-1); }), std::errc::invalid_argument);
}

TEST(file, writes_where_the_reader_is) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "one\ntwo\nthree\n");
    file both(path, to_change);
    EXPECT_EQ(both.read_line(), "one\n");
    both.write_all("TWO");
    EXPECT_EQ(both.read_line(), "\n");
    EXPECT_EQ(content_of(path), "one\nTWO\nthree\n");
}

TEST(file, tells_its_size_and_changes_it) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "0123456789");
    file both(path, to_change);
    EXPECT_EQ(both.size(), 10U);
    both.truncate(4);
    EXPECT_EQ(content_of(path), "0123");
    both.truncate(6);
    EXPECT_EQ(content_of(path), std::string("0123\0\0", 6));
}

TEST(file, is_synced_in_both_ways) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    out.write_all("x");
    out.sync(grove::file_sync::data);
    out.sync(grove::file_sync::all);
    const scratch_folder other;
    file line(other.fifo("f"), to_change);
    EXPECT_EQ(failure([&] { line.sync(grove::file_sync::all); }), std::errc::invalid_argument);
}

TEST(file, that_was_deleted_is_still_there_for_who_has_it_open) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "kept\n");
    file both(path, to_change);
    std::filesystem::remove(path);
    EXPECT_EQ(both.read_line(), "kept\n");
    both.write_all("more");
    EXPECT_EQ(both.size(), 9U);
}

TEST(file, goes_on_after_a_short_write_and_tells_why_the_rest_failed) {
    const scratch_folder folder;
    rlimit former{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &former), 0);
    const auto at_limit = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit low{100000, former.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
    file out(folder / "a", to_create);
    const auto error = failure([&] { out.write_all(pattern(150000)); });
    ::setrlimit(RLIMIT_FSIZE, &former);
    std::signal(SIGXFSZ, at_limit);
    EXPECT_EQ(error, std::errc::file_too_large);
    EXPECT_EQ(content_of(folder / "a"), pattern(150000).substr(0, 100000));
}

TEST(file, of_a_full_device_says_so) {
    file full("/dev/full", {.read = false, .write = true});
    EXPECT_THAT(complaint([&] { full.write_all("x"); }), StartsWith("write /dev/full: No space"));
    EXPECT_EQ(failure([&] { full.write_all(pattern(2 * mebibyte)); }),
              std::errc::no_space_on_device);
}

TEST(file, may_be_a_device_or_made_by_the_kernel) {
    std::array<std::byte, 4> four{std::byte{1}};
    file("/dev/zero").read_exactly(four);
    EXPECT_EQ(four[0], std::byte{0});
    file null("/dev/null", to_change);
    null.write_all(pattern(2 * mebibyte));
    EXPECT_EQ(some_of(null), "");
    EXPECT_THAT(file("/proc/self/status").read_all(mebibyte), HasSubstr("Name:"));
    file("/dev/urandom").read_exactly(four);
}

// --- several greenlets ---

TEST(file, appended_to_by_two_greenlets_keeps_lines_whole) {
    const scratch_folder folder;
    const std::string path = folder / "log";
    const auto writer = [&](char letter) {
        file log(path, to_append);
        for (const std::size_t size : {std::size_t{10}, 2 * mebibyte, std::size_t{100}, mebibyte}) {
            log.write_all(std::string(size, letter) + "\n");
            grove::yield();
        }
    };
    auto one = grove::spawn([&] { writer('a'); });
    auto other = grove::spawn([&] { writer('b'); });
    one.get();
    other.get();
    file in(path);
    int lines = 0;
    for (std::string line; !(line = in.read_line(grove::never, 4 * mebibyte)).empty(); ++lines)
        EXPECT_EQ(line.find_first_not_of(line[0]), line.size() - 1);
    EXPECT_EQ(lines, 8);
}

TEST(file, written_to_by_two_greenlets_keeps_what_each_wrote_together) {
    const scratch_folder folder;
    file shared(folder / "a", to_create);
    auto first = grove::spawn([&] { shared.write_all(std::string(20 * mebibyte, 'a')); });
    let_it_park(first);
    auto second = grove::spawn([&] { shared.write_all("b"); });
    first.get();
    second.get();
    EXPECT_EQ(shared.size(), 20 * mebibyte + 1);
    EXPECT_EQ(content_of(folder / "a").find('b'), 20 * mebibyte);
}

TEST(file, in_a_large_write_lets_the_others_run) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    int turns = 0;
    auto other = grove::spawn([&] { turns = 1; });
    out.write_all(pattern(2 * mebibyte));
    EXPECT_EQ(turns, 1);
}

TEST(file, read_by_two_greenlets_names_both) {
    file zeros("/dev/full");  // whose reads go to the pool
    busy_pool busy;
    auto first = grove::spawn({.name = "first"}, [&] { some_of(zeros); });
    let_it_park(first);
    grove::this_greenlet::set_name("second");
    EXPECT_THAT(complaint([&] { some_of(zeros); }),
                AllOf(HasSubstr("in second"), HasSubstr("first already reads /dev/full")));
    busy.end();
    first.get();
}

// --- interrupted, late, closed ---

TEST(file, killed_in_the_pool_leaves_the_reader_without_a_trace) {
    file zeros("/dev/full");
    busy_pool busy;
    auto reader = grove::spawn([&] {
        std::array<char, 4096> into{};  // gone before the pool reads
        zeros.read_some(std::span(into));
    });
    let_it_park(reader);
    reader.kill();
    busy.end();
    EXPECT_EQ(some_of(zeros).size(), 256U);
}

// Where the folder lies in memory there is nothing to ask a disk for, and the read is done at once.
TEST(file, killed_while_the_disk_is_asked_has_moved_no_position) {
    const scratch_folder folder;
    const std::string text = pattern(4 * mebibyte);
    file both(folder.with("a", text), to_change);
    both.sync(grove::file_sync::all);
    ::posix_fadvise(both.fd(), 0, 0, POSIX_FADV_DONTNEED);
    std::size_t came = 0;
    {
        busy_pool busy;
        auto reader = grove::spawn([&] {
            std::array<char, 16384> into{};
            came = both.read_some(std::span(into));
        });
        grove::idle();
        reader.kill();
    }
    EXPECT_EQ(both.seek(0, seek_from::here), came);
    EXPECT_EQ(both.read_all(text.size()), text.substr(came));
}

TEST(file, killed_in_a_large_write_ends_when_the_pool_is_done_with_the_bytes) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    busy_pool busy;
    auto writer = grove::spawn([&] {
        const std::string bytes = pattern(20 * mebibyte);
        out.write_all(bytes);
    });
    let_it_park(writer);
    writer.request_kill();
    grove::yield();
    EXPECT_FALSE(writer.ready());
    busy.end();
    writer.join();
    EXPECT_EQ(out.size(), 8 * mebibyte);
}

TEST(file, late_in_the_pool_is_timed_out_and_a_scope_ends_it_too) {
    const scratch_folder folder;
    file zeros("/dev/full");
    file out(folder / "a", to_create);
    busy_pool busy;
    EXPECT_THAT(complaint([&] { zeros.read_line(1ms).clear(); }),
                StartsWith("read /dev/full: Connection timed out"));
    EXPECT_EQ(failure([&] { out.sync(grove::file_sync::all, 1ms); }), std::errc::timed_out);
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { out.sync(grove::file_sync::all); }));
}

TEST(file, late_between_two_pieces_of_a_write_is_timed_out) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    const std::string bytes = pattern(20 * mebibyte);
    EXPECT_EQ(failure([&] { out.write_all(bytes, 0ms); }), std::errc::timed_out);
    EXPECT_EQ(out.size(), 8 * mebibyte);
}

TEST(file, closed_while_the_pool_syncs_is_not_closed_under_it) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    const int number = out.fd();
    busy_pool busy;
    auto syncing = grove::spawn([&] { out.sync(grove::file_sync::all); });
    let_it_park(syncing);
    out.close();
    EXPECT_FALSE(out.is_open());
    EXPECT_GE(::fcntl(number, F_GETFD), 0);
    busy.end();
    syncing.get();
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(file, that_is_closed_or_moved_from_is_a_bad_descriptor) {
    const scratch_folder folder;
    file out(folder / "a", to_create);
    file moved(std::move(out));
    EXPECT_EQ(failure([&] { out.write_all("x"); }), std::errc::bad_file_descriptor);  // NOLINT
    moved.close();
    moved.close();
    EXPECT_EQ(moved.fd(), -1);
    EXPECT_THAT(complaint([&] { moved.write_all("x"); }),
                AllOf(HasSubstr(folder / "a"), HasSubstr("the file is closed")));
    EXPECT_EQ(failure([&] { static_cast<void>(moved.read_line()); }),
              std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&] { static_cast<void>(moved.size()); }), std::errc::bad_file_descriptor);
}

}  // namespace
