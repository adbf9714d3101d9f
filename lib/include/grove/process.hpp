// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/pipe.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Other programs: started, talked to by pipes, waited for. The handle owns the child: when it goes
/// out of scope, the child's group is killed and waited for. Nothing here forks; the program's
/// memory is not copied, whatever its size.
///
///     grove::check_output({.command = {"git", "describe"}, .folder = "src"});
///     const grove::completed made = grove::run({.shell = "make 2>&1 | tail"}, {}, 60s);
///
///     grove::process bc({.command = {"bc"}, .input = stdio::pipe, .output = stdio::pipe});
///     bc.in().write_all("6 * 7\n");
///     std::string answer = bc.out().read_line();
///
/// A child starts with its streams 0, 1 and 2 and no other descriptor, with no signal blocked and
/// none ignored (but SIGHUP where we do, as under nohup), and in its own process group unless it
/// inherits our input. It is killed (SIGKILL) when the thread that started it ends, also by a crash
/// of the whole program; what the child has started itself is not.
/// A child that has ended keeps its number, as a zombie, until the handle is gone, so that a signal
/// never reaches a stranger. There is no handler for SIGCHLD. Where SIGCHLD is ignored, or other
/// code waits for all children, the status is lost and the calls that would tell it throw ECHILD.
/// Errors: `std::system_error` naming the call and the program.
/// Threads: any hub's; a process belongs to the one that started it.

namespace grove {

namespace detail {
class process_core;
}

/// What a child gets as one of its streams.
class stdio {
 public:
    /// Left open: inherited by a `process`; for `run` see there.
    constexpr stdio() noexcept = default;

    static const stdio inherit;
    /// /dev/null.
    static const stdio null;
    /// A pipe to us: `process::in`, `out`, `err`.
    static const stdio pipe;
    /// For errors: the same as the output.
    static const stdio to_output;

    /// A descriptor, which stays the caller's and is as blocking as it was.
    [[nodiscard]] static constexpr stdio descriptor(int fd) noexcept {
        return {kind::descriptor, fd};
    }

    friend constexpr bool operator==(stdio, stdio) noexcept = default;

 private:
    friend class detail::process_core;
    enum class kind : std::uint8_t { open, inherit, null, pipe, to_output, descriptor };

    constexpr stdio(kind what, int fd) noexcept : kind_(what), fd_(fd) {}

    kind kind_ = kind::open;
    int fd_ = -1;
};

inline constexpr stdio stdio::inherit{kind::inherit, -1};
inline constexpr stdio stdio::null{kind::null, -1};
inline constexpr stdio stdio::pipe{kind::pipe, -1};
inline constexpr stdio stdio::to_output{kind::to_output, -1};

/// Which process group a child is in. One in a group of its own can be killed with all it started,
/// gets no Ctrl-C, and is stopped when it reads the terminal.
enum class process_group : std::uint8_t {
    automatic,  ///< its own, unless it inherits our input
    own,
    ours,
};

struct process_options {
    /// The program and its arguments. Without a slash it is looked for in the PATH of the child.
    std::vector<std::string> command = {};
    /// Or a line for /bin/sh, which sees `command` as $1, $2 and so on.
    std::string shell = {};
    /// All of it, as `NAME=value`; nothing: ours.
    std::optional<std::vector<std::string>> environment = {};
    /// Where it starts; a program with a relative path is looked for from there. Empty: ours.
    std::string folder = {};
    stdio input = {};
    stdio output = {};
    stdio errors = {};
    process_group group = process_group::automatic;
    /// Bytes that `communicate` keeps of each stream; what is more is read and dropped.
    std::size_t most_captured = std::size_t{64} << 20;
    /// The child's soft RLIMIT_NOFILE, for who raised its own; nothing: ours.
    std::optional<std::size_t> descriptor_limit = {};
};

/// How a child has ended.
class GROVE_API exit_status {
 public:
    constexpr exit_status() noexcept = default;

    [[nodiscard]] static constexpr exit_status exited(int code) noexcept { return {code, 0}; }

    [[nodiscard]] static constexpr exit_status killed_by(int signal) noexcept {
        return {0, signal};
    }

    /// It exited with 0.
    [[nodiscard]] constexpr bool success() const noexcept { return code_ == 0 && signal_ == 0; }

    /// What it exited with; nothing when a signal ended it.
    [[nodiscard]] constexpr std::optional<int> code() const noexcept {
        return signal_ == 0 ? std::optional(code_) : std::nullopt;
    }

    /// The signal that ended it; 0 when it exited.
    [[nodiscard]] constexpr int signal() const noexcept { return signal_; }

    /// In one number, as gevent has it: the code, or minus the signal.
    [[nodiscard]] constexpr int returncode() const noexcept {
        return signal_ == 0 ? code_ : -signal_;
    }

    /// `exit code 3`, `killed by SIGTERM`.
    [[nodiscard]] std::string text() const;

    friend constexpr bool operator==(exit_status, exit_status) noexcept = default;

 private:
    constexpr exit_status(int code, int signal) noexcept : code_(code), signal_(signal) {}

    int code_ = 0;
    int signal_ = 0;
};

/// What a child has left.
struct completed {
    exit_status status = {};
    std::string out = {};
    std::string err = {};
    bool cut = false;   ///< a stream was longer than `most_captured`: its beginning is kept
    bool late = false;  ///< the deadline came first: its group was killed then
};

/// Move-only; one that was moved from may only be assigned to or destroyed.
class GROVE_API process {
 public:
    /// Starts it. Blocks the thread until the program has replaced ours in the child (about half a
    /// millisecond), and no greenlet.
    /// Throws: `std::system_error` when there is no such program or folder (ENOENT), it may not be
    /// run (EACCES), is no program (ENOEXEC), or there is no process or descriptor left;
    /// `std::invalid_argument` for options that cannot be meant. No child is left then.
    explicit process(const process_options& options);
    process(process&&) noexcept;
    process& operator=(process&& other) noexcept;
    /// Kills the group (without one of its own: the child) and waits, shielded, until the child is
    /// gone. Nobody may be using its pipes.
    ~process();

    [[nodiscard]] int pid() const noexcept;

    /// Waits for the end of the child, however many greenlets do. One that writes more to its pipes
    /// than they hold, and is not read, does not end.
    /// Result: how it ended; nothing when `until` came first. Interrupted: nothing happened.
    std::optional<exit_status> wait(deadline until = never);
    /// As `wait` that does not block.
    [[nodiscard]] std::optional<exit_status> poll();
    /// It has ended. Never blocks.
    [[nodiscard]] bool ready() noexcept;

    /// Sends a signal to the child alone; does nothing when it has ended. Never blocks.
    /// Throws: `std::system_error` (EINVAL: no such signal; EPERM).
    void signal(int number);
    /// SIGTERM to its group, or to the child when it has none of its own. What the child has
    /// started and left behind in the group gets it too. Never blocks.
    void terminate() noexcept;
    /// SIGKILL likewise.
    void kill() noexcept;

    /// Our ends of its pipes; closed where it has none.
    [[nodiscard]] pipe_writer& in() noexcept;
    [[nodiscard]] pipe_reader& out() noexcept;
    [[nodiscard]] pipe_reader& err() noexcept;

    /// Writes `input` and closes the pipe, meanwhile reads both outputs to their end, then waits
    /// for the child. A child that does not read its input is no error. What else holds the pipes
    /// open (a program in the background) is waited for too.
    /// Result: all it wrote; nothing when `until` came first. Nothing is lost then or when
    /// interrupted: the next call goes on with the first one's input, whatever it is given itself,
    /// and returns all. To give the child up: `kill`, then call again.
    std::optional<completed> communicate(std::string_view input = {}, deadline until = never);
    /// What `communicate` has read and not yet returned.
    [[nodiscard]] const completed& so_far() const noexcept;

 private:
    std::shared_ptr<detail::process_core> core_;
};

/// Runs a program to its end. Streams that are left open: the input is `input`, or /dev/null when
/// that is empty; both outputs are read.
/// Result: how it ended and what it wrote. When `until` comes first its group is killed, and `late`
/// says so beside what came until then.
/// Throws: as the constructor of `process`. Interrupted: its group was killed.
GROVE_API completed run(process_options options, std::string_view input = {},
                        deadline until = never);

/// Thrown by `check_output`.
class GROVE_API process_failed : public std::runtime_error {
 public:
    process_failed(const std::string& text, completed result);
    process_failed(const process_failed&) = default;
    ~process_failed() override;

    [[nodiscard]] const completed& result() const noexcept { return *result_; }

 private:
    std::shared_ptr<const completed> result_;
};

/// As `run`. Result: its output.
/// Throws, besides: `process_failed` when it did not exit with 0 in time; the text names the
/// command, how it ended and the last of what it wrote as errors (512 bytes).
[[nodiscard]] GROVE_API std::string check_output(process_options options,
                                                 std::string_view input = {},
                                                 deadline until = never);

}  // namespace grove
