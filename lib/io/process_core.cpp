// SPDX-License-Identifier: MIT
#include "io/process_core.hpp"

#include "core/hub_core.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

namespace grove::detail {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;  // what a pipe holds

/// A number of ours below 3 would be taken for the child's own stream.
unique_fd above_streams(unique_fd fd) {
    if (fd.get() > 2) return fd;
    unique_fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    if (!moved) throw_errno("fcntl F_DUPFD_CLOEXEC");
    return moved;
}

unique_fd copy_of(int fd) {
    unique_fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) throw_errno("fcntl F_DUPFD_CLOEXEC", "descriptor " + std::to_string(fd));
    return copy;
}

/// By the child's own PATH, as gevent does.
const char* search_path_of(const process_options& options) {
    constexpr std::string_view name = "PATH=";
    if (!options.environment) return std::getenv("PATH");
    for (const std::string& variable : *options.environment) {
        if (variable.starts_with(name)) return variable.c_str() + name.size();
    }
    return nullptr;
}

void check_text(const std::string& text) {
    if (text.find('\0') != std::string::npos)
        throw std::invalid_argument("process: a NUL byte in `" + std::string(text.c_str()) + "`");
}

/// By number: glibc 2.36 declares its function for C alone. Reaches nobody else, also when the
/// child is gone.
bool signal_child(const unique_fd& pidfd, int number) noexcept {
    return ::syscall(SYS_pidfd_send_signal, pidfd.get(), number, nullptr, 0U) == 0;
}

bool inherits(stdio stream) {
    return stream == stdio() || stream == stdio::inherit;
}

bool wants_own_group(const process_options& options) {
    if (options.group == process_group::automatic) return !inherits(options.input);
    return options.group == process_group::own;
}

}  // namespace

process_core::process_core(const process_options& options)
    : own_group_(wants_own_group(options)), most_captured_(options.most_captured) {
    start(options);
    try {
        exit_ = hub::current().watch_fd(
            child_.pidfd.get(), readiness::read, [this](readiness) { look(); }, keep_alive::no);
    } catch (...) {
        kill();
        ::waitid(P_PIDFD, static_cast<id_t>(child_.pidfd.get()), nullptr, WEXITED);
        throw;
    }
}

child_plan process_core::plan_for(const process_options& options) const {
    if (options.command.empty() && options.shell.empty())
        throw std::invalid_argument("process: neither a command nor a shell line");
    child_plan plan;
    if (options.shell.empty()) {
        plan.arguments = options.command;
        plan.programs = files_of_program(options.command.front(), search_path_of(options));
    } else {
        plan.arguments = {"sh", "-c", options.shell, "sh"};
        plan.arguments.insert(plan.arguments.end(), options.command.begin(), options.command.end());
        plan.programs = {"/bin/sh"};
    }
    plan.has_environment = options.environment.has_value();
    if (options.environment) plan.environment = *options.environment;
    plan.folder = options.folder;
    plan.own_group = own_group_;
    plan.descriptor_limit = options.descriptor_limit;
    std::ranges::for_each(plan.arguments, check_text);
    std::ranges::for_each(plan.environment, check_text);
    check_text(plan.folder);
    return plan;
}

void process_core::start(const process_options& options) {
    child_plan plan = plan_for(options);
    name_ = plan.arguments.front();
    std::vector<unique_fd> theirs;  // closed here when the child has them
    plan.streams[0] = stream_for(options.input, 0, theirs);
    plan.streams[1] = stream_for(options.output, 1, theirs);
    if (options.errors == stdio::to_output)
        plan.streams[2] =
            plan.streams[1] >= 0 ? plan.streams[1] : theirs.emplace_back(copy_of(1)).get();
    else
        plan.streams[2] = stream_for(options.errors, 2, theirs);
    child_ = start_child(plan);
}

/// Result: the descriptor that the child is to have as `number`; -1 for ours.
int process_core::stream_for(stdio wanted, int number, std::vector<unique_fd>& theirs) {
    if (inherits(wanted)) return -1;
    if (wanted == stdio::to_output)
        throw std::invalid_argument("process: stdio::to_output is for errors");
    unique_fd& their_end = theirs.emplace_back();
    if (wanted == stdio::null) {
        their_end = unique_fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!their_end) throw_errno("open", "/dev/null");
        their_end = above_streams(std::move(their_end));
    } else if (wanted == stdio::pipe) {
        make_pipe(number, their_end);
    } else {
        their_end = copy_of(wanted.fd_);
    }
    return their_end.get();
}

void process_core::make_pipe(int number, unique_fd& their_end) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe2");
    unique_fd reading(ends[0]);
    unique_fd writing(ends[1]);
    reading = above_streams(std::move(reading));
    writing = above_streams(std::move(writing));
    if (number == 0) {
        in = pipe_writer(writing.release());
        their_end = std::move(reading);
    } else {
        (number == 1 ? out : err) = pipe_reader(reading.release());
        their_end = std::move(writing);
    }
}

/// The child stays a zombie, so that its number, which is its group's too, is nobody else's.
bool process_core::look() noexcept {
    if (ended_) return true;
    siginfo_t seen{};
    const auto id = static_cast<id_t>(child_.pidfd.get());
    if (::waitid(P_PIDFD, id, &seen, WEXITED | WNOHANG | WNOWAIT) != 0)
        lost_ = errno;
    else if (seen.si_pid == 0)
        return false;
    else if (seen.si_code == CLD_EXITED)
        status_ = exit_status::exited(seen.si_status);
    else
        status_ = exit_status::killed_by(seen.si_status);
    ended_ = true;
    exit_ = watch();
    waiting_.dismiss(news::granted);
    return true;
}

bool process_core::wait(deadline until) {
    if (look()) return true;
    hub_core& hub = hub_core::of_thread();
    hub.hold();
    const on_exit at_end([&hub] { hub.let_go(); });
    return waiting_.wait("process.wait", this, until) || look();
}

exit_status process_core::status() const {
    if (lost_ != 0) throw_error(lost_, "wait", name_);
    return status_;
}

void process_core::send(int number) {
    if (!signal_child(child_.pidfd, number) && errno != ESRCH)
        throw_errno("pidfd_send_signal", name_);
}

void process_core::send_to_group(int number) noexcept {
    look();
    if (lost_ != 0) return;  // the number may be a stranger's
    if (own_group_ && ::kill(-child_.pid, number) == 0) return;
    signal_child(child_.pidfd, number);
}

/// The child may have left its group.
void process_core::kill() noexcept {
    send_to_group(SIGKILL);
    if (own_group_) signal_child(child_.pidfd, SIGKILL);
}

void process_core::end() noexcept {
    if (in_forked_child()) return;  // the program is its parent's
    kill();                         // first: without its pipes it might end in another way
    in.close();
    out.close();
    err.close();
    const shield until_it_is_gone;
    wait(never);
    ::waitid(P_PIDFD, static_cast<id_t>(child_.pidfd.get()), nullptr, WEXITED | WNOHANG);
}

std::optional<completed> process_core::communicate(std::string_view input, deadline until) {
    if (!std::exchange(talking_, true)) input_ = input;
    greenlet<bool> feeding;
    greenlet<bool> reading_errors;
    if (in.is_open()) feeding = spawn([&] { return feed(until); });
    if (err.is_open()) reading_errors = spawn([&] { return drain(err, taken_.err, until); });
    bool done = !out.is_open() || drain(out, taken_.out, until);
    if (reading_errors.valid()) done = reading_errors.get() && done;
    if (feeding.valid()) done = feeding.get() && done;
    if (!done || !wait(until)) return std::nullopt;
    taken_.status = status();
    return std::exchange(taken_, {});
}

/// Result: false when `until` came before the input was written.
bool process_core::feed(deadline until) {
    try {
        while (fed_ < input_.size()) {
            fed_ += in.write_some(std::string_view(input_).substr(fed_, piece_size), until);
            yield();
        }
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::timed_out) return false;
        if (e.code() != std::errc::broken_pipe) throw;
    }
    in.close();
    return true;
}

/// Result: false when `until` came before the end of the stream. A child that writes without a
/// pause would never let a read park: others have their turn and the clock is looked at each time.
bool process_core::drain(pipe_reader& from, std::string& into, deadline until) {
    const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
    try {
        while (const std::size_t n = from.read_some({piece.get(), piece_size}, until)) {
            const std::size_t room = most_captured_ - into.size();
            into.append(piece.get(), std::min(n, room));
            if (n > room) taken_.cut = true;
            if (until.expired()) return false;
            yield();
        }
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::timed_out) return false;
        throw;
    }
    from.close();
    return true;
}

}  // namespace grove::detail
