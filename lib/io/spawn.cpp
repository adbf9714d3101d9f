// SPDX-License-Identifier: MIT
#include "io/spawn.hpp"

#include <grove/error.hpp>

#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

namespace grove::detail {

/// libc's clone by its other name: ThreadSanitizer puts a function of its own before the first,
/// which takes the child for a fork and writes so into its records, that is, into ours.
extern "C" int clone_of_libc(int (*run)(void*), void* stack, int flags, void* argument,
                             ...) __asm__("__clone");

namespace {

/// What failed in the child.
enum class step : std::uint8_t { none, group, streams, folder, limits, program };

/// What both sides see.
struct launch {
    const char* const* programs;
    const char* const* arguments;
    const char* const* environment;
    const char* folder;  // null: ours
    const std::array<int, 3>* streams;
    const rlimit* descriptors;  // null: ours
    bool own_group;
    pid_t parent;

    step failed = step::none;
    int error = 0;
};

// The child runs on our memory, the sanitizers' records included, which know of one process only.
// So its functions are not instrumented, and it calls the kernel by number: the sanitizers'
// versions of sigaction and dup2 would write down what happened in the child as if it had been us.
#define GROVE_IN_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

template <class... A>
GROVE_IN_CHILD inline long call(long number, A... arguments) noexcept {
    return ::syscall(number, arguments...);
}

GROVE_IN_CHILD int fail(launch& plan, step at, int error) noexcept {
    plan.failed = at;
    plan.error = error;
    return 127;
}

/// Async-signal-safe, and touches no memory but its own.
GROVE_IN_CHILD bool is_ignored(int number) noexcept {
    constexpr std::size_t mask_size = 8;
    std::array<std::uint64_t, 8> action{};  // the kernel's struct sigaction: the handler is first
    call(SYS_rt_sigaction, number, nullptr, &action, mask_size);
    return action.data()[0] == 1;  // SIG_IGN
}

/// All at their defaults before any is let through: a handler of ours must not run in the child.
/// Whom nohup(1) keeps from SIGHUP keeps its children from it.
GROVE_IN_CHILD void reset_signals() noexcept {
    constexpr int last = 64;
    constexpr std::size_t mask_size = 8;
    // The kernel's struct sigaction and signal set; zero is SIG_DFL and no signal.
    const std::array<std::uint64_t, 8> zero{};
    for (int number = 1; number <= last; ++number) {
        if (number == SIGHUP && is_ignored(number)) continue;
        call(SYS_rt_sigaction, number, &zero, nullptr, mask_size);  // fails for SIGKILL, SIGSTOP
    }
    call(SYS_rt_sigprocmask, SIG_SETMASK, &zero, nullptr, mask_size);
}

/// A Ctrl-C or a hang-up that came while the child was in our group is ours, and would kill it once
/// signals are let through: to ignore a signal drops what is pending of it.
GROVE_IN_CHILD void forget_stop_signals() noexcept {
    constexpr std::size_t mask_size = 8;
    constexpr std::array<std::uint64_t, 8> ignore{1};  // SIG_IGN, in the kernel's struct sigaction
    call(SYS_rt_sigaction, SIGINT, &ignore, nullptr, mask_size);
    call(SYS_rt_sigaction, SIGTERM, &ignore, nullptr, mask_size);
    if (is_ignored(SIGHUP)) return;  // and stays so
    constexpr std::array<std::uint64_t, 8> zero{};
    call(SYS_rt_sigaction, SIGHUP, &ignore, nullptr, mask_size);
    call(SYS_rt_sigaction, SIGHUP, &zero, nullptr, mask_size);
}

GROVE_IN_CHILD bool take_streams(const std::array<int, 3>& streams) noexcept {
    for (int number = 0; number < 3; ++number) {
        const int from = streams.data()[number];
        if (from >= 0 && call(SYS_dup3, from, number, 0) < 0) return false;
    }
    return call(SYS_close_range, 3U, std::numeric_limits<unsigned>::max(), 0U) == 0;
}

/// As execvp: goes on where there is no such file, and tells of one that may not be run.
GROVE_IN_CHILD int try_programs(const launch& plan) noexcept {
    const bool is_only_one = plan.programs[0] != nullptr && plan.programs[1] == nullptr;
    int told = ENOENT;
    for (const char* const* program = plan.programs; *program != nullptr; ++program) {
        call(SYS_execve, *program, plan.arguments, plan.environment);
        const int error = errno;
        if (error == EACCES)
            told = error;
        else if (error != ENOENT && (error != ENOTDIR || is_only_one))
            return error;
    }
    return told;
}

/// The child's whole life as our child.
GROVE_IN_CHILD int become_program(void* argument) noexcept {
    launch& plan = *static_cast<launch*>(argument);
    if (plan.own_group) {
        if (call(SYS_setpgid, 0, 0) != 0) return fail(plan, step::group, errno);
        forget_stop_signals();
    }
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (call(SYS_getppid) != plan.parent) return fail(plan, step::group, ESRCH);  // it died before
    reset_signals();
    if (!take_streams(*plan.streams)) return fail(plan, step::streams, errno);
    if (plan.folder != nullptr && call(SYS_chdir, plan.folder) != 0)
        return fail(plan, step::folder, errno);
    if (plan.descriptors != nullptr &&
        call(SYS_prlimit64, 0, RLIMIT_NOFILE, plan.descriptors, nullptr) != 0)
        return fail(plan, step::limits, errno);
    return fail(plan, step::program, try_programs(plan));
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    pointers.push_back(nullptr);
    return pointers;
}

/// Stands still until the child has become another program or failed. Its handlers are ours until
/// it has reset them, so it begins with all signals blocked.
child make_child(launch& shared, const std::string& program) {
    constexpr std::size_t stack_size = std::size_t{16} << 10;
    constexpr int shared_until_exec = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    const auto stack =
        std::make_unique_for_overwrite<std::max_align_t[]>(stack_size / sizeof(std::max_align_t));
    void* const top = reinterpret_cast<std::byte*>(stack.get()) + stack_size;
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    int pidfd = -1;
    const pid_t pid = clone_of_libc(become_program, top, shared_until_exec, &shared, &pidfd);
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
    if (pid < 0) throw_error(error, "clone", program);
    return {pid, unique_fd(pidfd)};
}

[[noreturn]] void throw_failure(const launch& told, const child_plan& plan) {
    const std::string& program = plan.arguments.front();
    switch (told.failed) {
        case step::folder:
            throw_error(told.error, "chdir", plan.folder + " for " + program);
        case step::group:
            throw_error(told.error, "setpgid", "for " + program);
        case step::streams:
            throw_error(told.error, "dup3", "for " + program);
        case step::limits:
            throw_error(told.error, "setrlimit RLIMIT_NOFILE", "for " + program);
        default:
            throw_error(told.error, "exec", program);
    }
}

}  // namespace

child start_child(const child_plan& plan) {
    const auto programs = pointers_to(plan.programs);
    const auto arguments = pointers_to(plan.arguments);
    const auto environment = pointers_to(plan.environment);
    rlimit descriptors{};
    if (plan.descriptor_limit && ::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
        descriptors.rlim_cur = *plan.descriptor_limit;
    launch shared{.programs = programs.data(),
                  .arguments = arguments.data(),
                  .environment = plan.has_environment ? environment.data() : ::environ,
                  .folder = plan.folder.empty() ? nullptr : plan.folder.c_str(),
                  .streams = &plan.streams,
                  .descriptors = plan.descriptor_limit ? &descriptors : nullptr,
                  .own_group = plan.own_group,
                  .parent = ::getpid()};
    child made = make_child(shared, plan.arguments.front());
    if (shared.failed == step::none) return made;
    ::waitid(P_PIDFD, static_cast<id_t>(made.pidfd.get()), nullptr, WEXITED);
    throw_failure(shared, plan);
}

std::vector<std::string> files_of_program(const std::string& program, const char* search_path) {
    if (program.empty() || program.find('/') != std::string::npos) return {program};
    std::string_view rest = search_path != nullptr ? search_path : "/bin:/usr/bin";
    std::vector<std::string> files;
    for (;;) {
        const std::size_t end = rest.find(':');
        const std::string_view folder = rest.substr(0, end);
        files.push_back((folder.empty() ? "." : std::string(folder)) + '/' + program);
        if (end == std::string_view::npos) return files;
        rest.remove_prefix(end + 1);
    }
}

}  // namespace grove::detail
