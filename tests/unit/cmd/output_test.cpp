// SPDX-License-Identifier: MIT
#include "cmd/common/output.hpp"

#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// Both ends of something that is written at one and read at the other.
struct channel {
    int read_end = -1;
    int write_end = -1;

    static channel pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        return {ends[0], ends[1]};
    }

    static channel socket() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        return {ends[0], ends[1]};
    }

    static channel terminal(unsigned short columns = 40, unsigned short rows = 10) {
        channel made;
        winsize size{rows, columns, 0, 0};
        EXPECT_EQ(::openpty(&made.read_end, &made.write_end, nullptr, nullptr, &size), 0);
        return made;
    }

    channel() = default;

    channel(int r, int w) : read_end(r), write_end(w) {}

    channel(channel&& other) noexcept
        : read_end(std::exchange(other.read_end, -1)),
          write_end(std::exchange(other.write_end, -1)) {}

    channel& operator=(channel&&) = delete;

    ~channel() {
        close_read();
        if (write_end >= 0) ::close(write_end);
    }

    void close_read() {
        if (read_end >= 0) ::close(std::exchange(read_end, -1));
    }

    // What can be read at once.
    [[nodiscard]] std::string now() const {
        std::string got;
        std::array<char, 4096> chunk;
        ::fcntl(read_end, F_SETFL, O_NONBLOCK);
        for (ssize_t n = 0; (n = ::read(read_end, chunk.data(), chunk.size())) > 0;) {
            got.append(chunk.data(), static_cast<std::size_t>(n));
        }
        return got;
    }
};

class output_of_a_run : public testing::Test {
 protected:
    output_of_a_run() { std::signal(SIGPIPE, SIG_IGN); }

    ~output_of_a_run() override { std::signal(SIGPIPE, SIG_DFL); }

    channel data = channel::pipe();
    channel talk = channel::pipe();
};

TEST_F(output_of_a_run, data_is_collected_and_flushed_on_demand) {
    output out({}, data.write_end, talk.write_end);
    out.write("one");
    out.line(" two");
    EXPECT_EQ(data.now(), "");
    out.flush();
    EXPECT_EQ(data.now(), "one two\n");
    EXPECT_EQ(talk.now(), "");
}

TEST_F(output_of_a_run, large_pieces_go_at_once) {
    output out({}, data.write_end, talk.write_end);
    ::fcntl(data.write_end, F_SETPIPE_SZ, 1 << 18);
    out.write(std::string(64 * 1024, 'x'));
    EXPECT_EQ(data.now().size(), 64 * 1024);
}

TEST_F(output_of_a_run, what_has_waited_is_written_by_a_tick) {
    output out({}, data.write_end, talk.write_end);
    EXPECT_TRUE(out.tick().is_never());
    out.json("{}");
    EXPECT_FALSE(out.tick().is_never());
    EXPECT_EQ(data.now(), "");
    std::this_thread::sleep_for(101ms);  // the documented delay is what is tested
    EXPECT_TRUE(out.tick().is_never());
    EXPECT_EQ(data.now(), "{}\n");
}

TEST_F(output_of_a_run, the_rest_is_written_at_the_end) {
    {
        output out({}, data.write_end, talk.write_end);
        out.line("last");
        EXPECT_EQ(out.finish(exit_code::shortfall), exit_code::shortfall);
        EXPECT_EQ(data.now(), "last\n");
        out.line("after");
    }
    EXPECT_EQ(data.now(), "after\n");
}

TEST_F(output_of_a_run, a_reader_that_left_ends_the_run_quietly) {
    output out({}, data.write_end, talk.write_end);
    int told = 0;
    out.on_lost([&] { ++told; });
    data.close_read();
    out.line("x");
    EXPECT_FALSE(out.lost());
    out.flush();
    EXPECT_TRUE(out.lost());
    out.line("y");
    out.flush();
    EXPECT_EQ(told, 1);
    EXPECT_EQ(out.finish(exit_code::shortfall), exit_code::ok);
    EXPECT_EQ(talk.now(), "");
}

TEST_F(output_of_a_run, a_reader_that_left_is_noticed_without_a_write) {
    for (const auto make : {channel::pipe, channel::socket}) {
        channel to = make();
        output out({}, to.write_end, talk.write_end);
        out.look_for_reader();
        EXPECT_FALSE(out.lost());
        to.close_read();
        out.look_for_reader();
        EXPECT_TRUE(out.lost());
        EXPECT_EQ(out.finish(exit_code::ok), exit_code::ok);
    }
}

TEST_F(output_of_a_run, a_reader_that_left_does_not_hide_a_signal) {
    output out({}, data.write_end, talk.write_end);
    data.close_read();
    out.line("x");
    EXPECT_EQ(out.finish(by_signal(SIGINT)), by_signal(SIGINT));
}

TEST_F(output_of_a_run, a_full_device_is_told_and_is_an_environment_error) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    {
        output out({}, full, talk.write_end);
        out.line("x");
        EXPECT_EQ(out.finish(exit_code::ok), exit_code::environment);
    }
    ::close(full);
    EXPECT_EQ(talk.now(), "error: cannot write to stdout: No space left on device\n");
}

TEST_F(output_of_a_run, a_graver_code_than_a_failed_stdout_stays) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    {
        output out({}, full, talk.write_end);
        out.line("x");
        EXPECT_EQ(out.finish(exit_code::deadline), exit_code::deadline);
    }
    ::close(full);
}

TEST_F(output_of_a_run, inherited_descriptors_stay_blocking) {
    const channel other = channel::socket();
    for (const int fd : {data.write_end, other.write_end}) {
        output out({}, fd, talk.write_end);
        out.line("x");
        out.flush();
        EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        EXPECT_EQ(::fcntl(talk.write_end, F_GETFL) & O_NONBLOCK, 0);
    }
}

TEST_F(output_of_a_run, a_full_pipe_is_waited_for_and_nothing_is_lost) {
    output out({}, data.write_end, talk.write_end);
    int waits = 0;
    std::string got;
    out.set_wait_writable([&](int) {
        ++waits;
        got += data.now();
    });
    const std::string large(1 << 20, 'z');
    out.write(large);
    out.flush();
    EXPECT_GT(waits, 0);
    EXPECT_EQ(got + data.now(), large);
}

TEST_F(output_of_a_run, a_full_socket_is_waited_for_and_nothing_is_lost) {
    const channel other = channel::socket();
    output out({}, other.write_end, talk.write_end);
    std::string got;
    out.set_wait_writable([&](int) { got += other.now(); });
    const std::string large(1 << 20, 'z');
    out.write(large);
    out.flush();
    EXPECT_EQ(got + other.now(), large);
}

TEST_F(output_of_a_run, what_a_wait_interrupted_is_written_later_and_once) {
    output out({}, data.write_end, talk.write_end);

    struct interrupted {};

    bool first = true;
    std::string got;
    out.set_wait_writable([&](int) {
        if (std::exchange(first, false)) throw interrupted();
        got += data.now();
    });
    const std::string large(1 << 20, 'z');
    EXPECT_THROW(out.write(large), interrupted);
    out.flush();
    EXPECT_EQ(got + data.now(), large);
}

TEST_F(output_of_a_run, lines_of_several_greenlets_stay_whole_when_the_reader_is_slow) {
    constexpr int writers = 8;
    constexpr int lines = 2000;
    output out({}, data.write_end, talk.write_end);
    std::string got;
    out.set_wait_writable([&](int) {
        yield();  // others write on meanwhile
        got += data.now();
    });
    {
        std::vector<greenlet<void>> all;
        for (char name = 'a'; name < 'a' + writers; ++name) {
            all.push_back(spawn([&out, name] {
                for (int i = 0; i < lines; ++i) out.line(std::string(100, name));
            }));
        }
        for (auto& each : all) each.join();
    }
    out.flush();
    got += data.now();
    std::istringstream read(got);
    int whole = 0;
    for (std::string line; std::getline(read, line); ++whole) {
        ASSERT_EQ(line, std::string(100, line[0]));
    }
    EXPECT_EQ(whole, writers * lines);
}

TEST_F(output_of_a_run, talk_has_labels_and_levels) {
    {
        output out({}, data.write_end, talk.write_end);
        out.error("e");
        out.warning("w");
        out.say("s");
        out.detail("d");
        EXPECT_EQ(talk.now(), "error: e\nwarning: w\ns\n");
    }
    talk_options quiet;
    quiet.quiet = true;
    output out(quiet, data.write_end, talk.write_end);
    out.error("e");
    out.warning("w");
    out.say("s");
    EXPECT_EQ(talk.now(), "error: e\n");
    out.print_talk("p\n");
    EXPECT_EQ(talk.now(), "p\n");
}

TEST_F(output_of_a_run, details_are_for_verbose_runs) {
    talk_options verbose;
    verbose.verbose = true;
    output out(verbose, data.write_end, talk.write_end);
    out.detail("d");
    EXPECT_EQ(talk.now(), "d\n");
}

TEST_F(output_of_a_run, colour_is_for_terminals_or_on_demand) {
    talk_options always;
    always.color = color_mode::always;
    output out(always, data.write_end, talk.write_end);
    out.error("e");
    EXPECT_EQ(talk.now(), "\x1b[1;31merror: \x1b[0me\n");
    EXPECT_FALSE(output({}, data.write_end, talk.write_end).talk_has_color());
}

TEST_F(output_of_a_run, no_color_is_honoured_and_overridden) {
    const channel screen = channel::terminal();
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    EXPECT_TRUE(output({}, data.write_end, screen.write_end).talk_has_color());
    ::setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(output({}, data.write_end, screen.write_end).talk_has_color());
    talk_options always;
    always.color = color_mode::always;
    EXPECT_TRUE(output(always, data.write_end, screen.write_end).talk_has_color());
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "dumb", 1);
    EXPECT_FALSE(output({}, data.write_end, screen.write_end).talk_has_color());
    EXPECT_FALSE(output({}, data.write_end, screen.write_end).has_status());
}

TEST_F(output_of_a_run, control_characters_reach_pipes_but_no_terminal) {
    ::setenv("TERM", "xterm", 1);
    const channel screen = channel::terminal();
    {
        output out({}, screen.write_end, screen.write_end);
        out.line("a\x1b[2Jb");
        out.say("c\x1b[2Jd");
        EXPECT_THAT(screen.now(), testing::AllOf(HasSubstr("a?[2Jb"), HasSubstr("c?[2Jd")));
    }
    output out({}, data.write_end, talk.write_end);
    out.write("a\x1b[2Jb");
    out.flush();
    EXPECT_EQ(data.now(), "a\x1b[2Jb");
}

TEST_F(output_of_a_run, a_line_on_a_terminal_appears_at_once) {
    const channel screen = channel::terminal();
    output out({}, screen.write_end, talk.write_end);
    out.line("now");
    EXPECT_EQ(screen.now(), "now\r\n");
}

TEST_F(output_of_a_run, the_status_area_is_redrawn_around_talk_and_gone_at_the_end) {
    ::setenv("TERM", "xterm", 1);
    const channel screen = channel::terminal();
    talk_options plain;
    plain.color = color_mode::never;
    {
        output out(plain, data.write_end, screen.write_end);
        out.status({"bar", "file"});
        EXPECT_EQ(screen.now(), "bar\r\nfile\r\n");
        out.say("hello");
        EXPECT_EQ(screen.now(), "\r\x1b[2A\x1b[Jhello\r\nbar\r\nfile\r\n");
        out.status({"bar2"});
        EXPECT_EQ(screen.now(), "\r\x1b[2A\x1b[Jbar2\r\n");
    }
    EXPECT_EQ(screen.now(), "\r\x1b[1A\x1b[J");
}

TEST_F(output_of_a_run, a_narrowed_terminal_is_erased_by_the_rows_it_shows) {
    ::setenv("TERM", "xterm", 1);
    const channel screen = channel::terminal(40);
    output out({}, data.write_end, screen.write_end);
    out.status({std::string(30, 'x')});
    static_cast<void>(screen.now());
    const winsize narrow{10, 20, 0, 0};
    ::ioctl(screen.read_end, TIOCSWINSZ, &narrow);
    out.status({});
    EXPECT_EQ(screen.now(), "\r\x1b[2A\x1b[J");
}

TEST_F(output_of_a_run, what_a_shell_wrote_while_it_was_stopped_is_not_erased) {
    ::setenv("TERM", "xterm", 1);
    const channel screen = channel::terminal();
    output out({}, data.write_end, screen.write_end);
    out.status({"bar"});
    std::raise(SIGCONT);
    out.status({"bar2"});
    EXPECT_EQ(screen.now(), "bar\r\nbar2\r\n");
    out.status({});
    EXPECT_EQ(screen.now(), "\r\x1b[1A\x1b[J");
}

// In a session of its own, where the terminal controls it: draws as a job of `place`.
enum class job { foreground, background };

[[noreturn]] void draw_as_a_job(job place) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (place == job::background) ::setpgid(0, 0);
        output({}, 1, 2).status({"bar"});
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    ::_exit(0);
}

std::string drawn_as(job place) {
    ::setenv("TERM", "xterm", 1);
    int screen = -1;
    const pid_t child = ::forkpty(&screen, nullptr, nullptr, nullptr);
    if (child == 0) draw_as_a_job(place);
    std::string got;
    std::array<char, 256> chunk{};
    for (ssize_t n = 0; (n = ::read(screen, chunk.data(), chunk.size())) > 0;) {
        got.append(chunk.data(), static_cast<std::size_t>(n));
    }
    ::waitpid(child, nullptr, 0);
    ::close(screen);
    return got;
}

TEST(output_of_a_job, has_a_status_area_in_the_foreground_only) {
    EXPECT_THAT(drawn_as(job::foreground), HasSubstr("bar"));
    EXPECT_EQ(drawn_as(job::background), "");
}

TEST_F(output_of_a_run, data_on_the_same_terminal_goes_above_the_status_area) {
    ::setenv("TERM", "xterm", 1);
    const channel screen = channel::terminal();
    output out({}, screen.write_end, screen.write_end);
    out.status({"bar"});
    static_cast<void>(screen.now());
    out.line("data");
    EXPECT_EQ(screen.now(), "\r\x1b[1A\x1b[Jdata\r\nbar\r\n");
    out.write("half");
    out.flush();
    EXPECT_THAT(screen.now(), EndsWith("\x1b[Jhalf"));
    out.say("talk");
    EXPECT_EQ(screen.now(), "\r\ntalk\r\nbar\r\n") << "talk does not go on in a line of data";
}

TEST_F(output_of_a_run, a_pipe_has_no_status_area) {
    output out({}, data.write_end, talk.write_end);
    out.status({"bar"});
    EXPECT_EQ(talk.now(), "");
    EXPECT_EQ(out.talk_screen().columns, 80);
}

// Run in a child: they change the process's own 0, 1 and 2.
[[noreturn]] void occupy_closed_streams() {
    ::close(0);
    ::close(1);
    prepare_standard_streams();
    const bool occupied = ::open("/dev/null", O_RDONLY) > 2;
    char byte = 0;
    const bool unusable = ::write(1, &byte, 1) == -1 && ::read(0, &byte, 1) == -1;
    ::_exit(occupied && unusable ? 0 : 1);
}

[[noreturn]] void write_to_a_broken_pipe() {
    prepare_standard_streams();
    std::array<int, 2> ends{};
    const bool made = ::pipe(ends.data()) == 0;
    ::close(ends[0]);
    ::_exit(made && ::write(ends[1], "x", 1) == -1 ? 0 : 1);
}

TEST(standard_streams, closed_ones_are_occupied_so_that_files_do_not_get_their_numbers) {
    EXPECT_EXIT(occupy_closed_streams(), testing::ExitedWithCode(0), "");
}

TEST(standard_streams, a_broken_pipe_does_not_kill) {
    EXPECT_EXIT(write_to_a_broken_pipe(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace grove::cmd
