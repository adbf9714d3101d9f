// SPDX-License-Identifier: MIT
#include "tests/support/leak_check.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/process.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::check_output;
using grove::exit_status;
using grove::process;
using grove::stdio;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using testing::HasSubstr;

/// A pipe of ours, blocking, that children get an end of.
class plain_pipe {
 public:
    plain_pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) grove::throw_errno("pipe2");
    }

    plain_pipe(const plain_pipe&) = delete;
    plain_pipe& operator=(const plain_pipe&) = delete;

    ~plain_pipe() {
        for (const int fd : ends_) ::close(fd);
    }

    [[nodiscard]] stdio as_input() const { return stdio::descriptor(ends_[0]); }

    [[nodiscard]] stdio as_output() const { return stdio::descriptor(ends_[1]); }

    [[nodiscard]] bool is_blocking() const {
        return ((::fcntl(ends_[0], F_GETFL) | ::fcntl(ends_[1], F_GETFL)) & O_NONBLOCK) == 0;
    }

    void write(const std::string& text) const {
        ASSERT_EQ(::write(ends_[1], text.data(), text.size()), std::ssize(text));
    }

    /// Blocks the thread until all who had it as output are gone.
    void wait_for_end() {
        ::close(std::exchange(ends_[1], -1));
        std::array<char, 64> piece{};
        while (::read(ends_[0], piece.data(), piece.size()) > 0) continue;
    }

 private:
    std::array<int, 2> ends_{};
};

/// An executable or other file of its own.
class program_file {
 public:
    explicit program_file(mode_t mode) {
        FILE* const file = std::fopen(path_.text().c_str(), "we");
        std::fputs("not a program\n", file);
        std::fclose(file);
        ::chmod(path_.text().c_str(), mode);
    }

    [[nodiscard]] const std::string& path() const { return path_.text(); }

 private:
    grove_test::scratch_path path_;
};

int error_of(const grove::process_options& options) {
    return failure([&] { const process p(options); }).value();
}

// --- what cannot be started ---

TEST(process_faults, a_program_that_is_not_there_is_named) {
    const auto start = [] { const process p({.command = {"grove-no-such-program"}}); };
    EXPECT_EQ(failure(start), std::errc::no_such_file_or_directory);
    EXPECT_EQ(complaint(start), "exec grove-no-such-program: No such file or directory");
}

TEST(process_faults, what_may_not_or_cannot_be_run_has_its_own_error) {
    {
        const program_file plain(0644);
        EXPECT_EQ(error_of({.command = {plain.path()}}), EACCES);
    }
    const program_file marked(0755);
    EXPECT_EQ(error_of({.command = {marked.path()}}), ENOEXEC);
    EXPECT_EQ(error_of({.command = {marked.path() + "/below"}}), ENOTDIR);
    EXPECT_EQ(error_of({.command = {""}}), ENOENT);
}

TEST(process_faults, a_program_is_looked_for_in_the_path_it_gets) {
    const auto with_path = [](std::string path) {
        return error_of({.command = {"true"}, .environment = {{"PATH=" + std::move(path)}}});
    };
    EXPECT_EQ(with_path("/nowhere:/proc/self"), ENOENT);
    EXPECT_EQ(with_path("/nowhere:/bin"), 0);
    EXPECT_EQ(error_of({.command = {"true"}, .environment = {{"NAME=value"}}}), 0);
}

TEST(process_faults, a_folder_that_is_not_there_is_named) {
    const auto start = [] { const process p({.command = {"true"}, .folder = "/nowhere"}); };
    EXPECT_EQ(failure(start), std::errc::no_such_file_or_directory);
    EXPECT_EQ(complaint(start), "chdir /nowhere for true: No such file or directory");
    EXPECT_EQ(error_of({.command = {"true"}, .folder = "/etc/passwd"}), ENOTDIR);
}

TEST(process_faults, options_that_cannot_be_meant_are_refused) {
    EXPECT_THROW(process({}), std::invalid_argument);
    EXPECT_THROW(process({.command = {std::string("a\0b", 3)}}), std::invalid_argument);
    EXPECT_THROW(process({.command = {"true"}, .output = stdio::to_output}), std::invalid_argument);
    EXPECT_THROW(grove::run({.command = {"cat"}, .input = stdio::null}, "text"),
                 std::invalid_argument);
    EXPECT_EQ(error_of({.command = {"true"}, .input = stdio::descriptor(9999)}), EBADF);
}

TEST(process_faults, a_failed_start_leaves_no_descriptor) {
    grove::yield();  // the hub's own come before
    const auto before = grove_test::open_descriptors();
    for (int i = 0; i < 100; ++i) {
        error_of({.command = {"grove-no-such-program"},
                  .input = stdio::pipe,
                  .output = stdio::pipe,
                  .errors = stdio::pipe});
    }
    EXPECT_EQ(grove_test::open_descriptors(), before);
}

// --- what a child inherits ---

TEST(process_faults, a_child_has_three_descriptors) {
    const int inheritable = ::dup(2);
    EXPECT_EQ(check_output({.command = {"ls", "/proc/self/fd"}}), "0\n1\n2\n3\n");  // 3: the folder
    ::close(inheritable);
}

TEST(process_faults, a_child_has_no_signal_blocked_or_ignored) {
    sigset_t blocked;
    sigset_t former;
    sigfillset(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &former);
    auto* const action = std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(check_output({.shell = "grep -E 'SigBlk|SigIgn' /proc/self/status"}),
              "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    EXPECT_EQ(grove::run({.shell = "kill -PIPE $$; echo alive"}).status,
              exit_status::killed_by(SIGPIPE));
    std::signal(SIGPIPE, action);
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
}

TEST(process_faults, a_descriptor_that_is_given_stays_blocking) {
    const plain_pipe line;
    line.write("text\n");
    process p({.command = {"head", "-n1"}, .input = line.as_input(), .output = line.as_output()});
    p.wait();
    EXPECT_TRUE(line.is_blocking());
}

TEST(process_faults, numbers_that_are_free_below_three_do_no_harm) {
    grove::yield();  // the hub's own descriptors come before
    const int kept = ::dup(0);
    ::close(0);  // the next one gets this number
    const grove::completed all =
        grove::run({.shell = "cat; cat /proc/self/cmdline >&2"}, "through");
    ::dup2(kept, 0);
    ::close(kept);
    EXPECT_EQ(all.out, "through");
    EXPECT_EQ(all.err, std::string("cat\0/proc/self/cmdline\0", 23));
}

// --- how it is ended ---

TEST(process_faults, a_kill_ends_all_that_the_child_has_started) {
    process p({.shell = "sleep 1000 & echo on; wait", .input = stdio::null, .output = stdio::pipe});
    EXPECT_EQ(p.out().read_line(), "on\n");
    p.kill();
    EXPECT_EQ(p.out().read_line(), "");  // nobody has the pipe any more
    EXPECT_EQ(p.wait(), exit_status::killed_by(SIGKILL));
}

TEST(process_faults, what_an_ended_child_left_in_its_group_can_be_ended) {
    process p({.shell = "sleep 1000 & echo on", .input = stdio::null, .output = stdio::pipe});
    EXPECT_EQ(p.out().read_line(), "on\n");
    EXPECT_EQ(p.wait(), exit_status::exited(0));
    p.terminate();
    EXPECT_EQ(p.out().read_line(), "");
}

TEST(process_faults, a_handle_that_goes_takes_the_group_with_it) {
    plain_pipe line;
    {
        const process p({.shell = "trap '' TERM HUP INT; sleep 1000 & sleep 1000",
                         .input = stdio::null,
                         .output = line.as_output()});
    }
    line.wait_for_end();
}

TEST(process_faults, a_handle_that_is_given_another_child_ends_the_first) {
    process p({.command = {"sleep", "1000"}});
    const int first = p.pid();
    p = process({.command = {"sleep", "1000"}});
    EXPECT_EQ(::kill(first, 0), -1);
    EXPECT_EQ(errno, ESRCH);
    EXPECT_EQ(::kill(p.pid(), 0), 0);
}

TEST(process_faults, a_greenlet_that_is_killed_ends_what_it_runs) {
    plain_pipe line;
    auto runner = grove::spawn(
        [&] { grove::run({.shell = "sleep 1000 & wait", .errors = line.as_output()}); });
    let_it_park(runner);
    runner.kill();
    line.wait_for_end();
}

TEST(process_faults, a_child_does_not_outlive_a_program_that_is_killed) {
    plain_pipe line;
    const pid_t program = ::fork();
    if (program == 0) {
        const process p({.command = {"sleep", "1000"}, .output = line.as_output()});
        ::kill(::getpid(), SIGKILL);
    }
    line.wait_for_end();
    EXPECT_EQ(::waitpid(program, nullptr, 0), program);
}

TEST(process_faults, a_status_that_somebody_else_took_is_an_error) {
    auto* const action = std::signal(SIGCHLD, SIG_IGN);
    process p({.command = {"true"}});
    EXPECT_EQ(failure([&] { p.wait(); }), std::errc::no_child_process);
    EXPECT_TRUE(p.ready());
    p.kill();  // reaches nobody
    std::signal(SIGCHLD, action);
}

TEST(process_faults, two_hundred_of_them_leave_no_descriptor) {
    grove::yield();  // the hub's own come before
    const auto before = grove_test::open_descriptors();
    for (int i = 0; i < 200; ++i) {
        process p({.command = {"cat"},
                   .input = stdio::pipe,
                   .output = stdio::pipe,
                   .errors = i % 2 == 0 ? stdio::pipe : stdio::null});
        if (i % 3 == 0) static_cast<void>(p.communicate("text"));
    }
    EXPECT_EQ(grove_test::open_descriptors(), before);
    EXPECT_FALSE(grove_test::has_child());
}

// --- broken pipes, deadlines ---

TEST(process_faults, an_input_that_nobody_reads_is_no_error) {
    const grove::completed all = grove::run({.command = {"true"}}, pattern(std::size_t{1} << 20));
    EXPECT_TRUE(all.status.success());
}

TEST(process_faults, a_write_that_nobody_reads_throws_and_raises_no_signal) {
    process p({.command = {"true"}, .input = stdio::pipe});
    p.wait();
    EXPECT_EQ(failure([&] { p.in().write_all("text"); }), std::errc::broken_pipe);
    sigset_t pending;
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(process_faults, a_line_that_is_too_long_or_late_stays) {
    process p({.command = {"cat"}, .input = stdio::pipe, .output = stdio::pipe});
    p.in().write_all("half");
    EXPECT_EQ(failure([&] { static_cast<void>(p.out().read_line(5ms)); }), std::errc::timed_out);
    p.in().write_all(" a line\n");
    EXPECT_EQ(failure([&] { static_cast<void>(p.out().read_line(grove::never, 3)); }),
              std::errc::message_size);
    EXPECT_EQ(p.out().read_line(), "half a line\n");
}

TEST(process_faults, closing_a_pipe_wakes_who_reads_it) {
    process p({.command = {"cat"}, .input = stdio::pipe, .output = stdio::pipe});
    auto reader =
        grove::spawn([&] { return failure([&] { static_cast<void>(p.out().read_line()); }); });
    let_it_park(reader);
    p.out().close();
    EXPECT_EQ(reader.get(), std::errc::bad_file_descriptor);
}

TEST(process_faults, a_late_communicate_keeps_what_came_and_goes_on) {
    const plain_pipe gate;
    process p({.shell = "echo first; read line; echo second",
               .input = gate.as_input(),
               .output = stdio::pipe});
    while (p.so_far().out.empty()) ASSERT_FALSE(p.communicate({}, 2ms));
    EXPECT_EQ(p.so_far().out, "first\n");
    gate.write("go\n");
    const auto all = p.communicate();
    ASSERT_TRUE(all);
    EXPECT_EQ(all->out, "first\nsecond\n");
}

TEST(process_faults, an_interrupted_communicate_goes_on_with_its_input) {
    const std::string megabyte = pattern(std::size_t{1} << 20);
    process p({.command = {"cat"}, .input = stdio::pipe, .output = stdio::pipe});
    p.signal(SIGSTOP);
    EXPECT_FALSE(grove::with_timeout(2ms, [&] { p.communicate(megabyte); }));
    auto killed = grove::spawn([&] { p.communicate(); });
    let_it_park(killed);
    killed.kill();
    p.signal(SIGCONT);
    const auto all = p.communicate("is not looked at");
    ASSERT_TRUE(all);
    EXPECT_TRUE(all->out == megabyte);
}

TEST(process_faults, a_deadline_ends_a_child_that_never_pauses) {
    const grove::completed all = grove::run({.command = {"yes"}, .most_captured = 100}, {}, 20ms);
    EXPECT_TRUE(all.late);
    EXPECT_TRUE(all.cut);
    EXPECT_EQ(all.status, exit_status::killed_by(SIGKILL));
    EXPECT_EQ(all.out.size(), 100U);
}

TEST(process_faults, check_output_says_when_it_was_late) {
    const auto start = [] {
        static_cast<void>(check_output({.command = {"sleep", "1000"}}, {}, 5ms));
    };
    try {
        start();
        FAIL() << "no error";
    } catch (const grove::process_failed& e) {
        EXPECT_STREQ(e.what(), "sleep 1000: not done in time, and killed");
        EXPECT_TRUE(e.result().late);
    }
}

}  // namespace
