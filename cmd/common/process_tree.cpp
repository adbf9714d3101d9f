// SPDX-License-Identifier: MIT
#include "cmd/common/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string_view>

namespace grove::cmd {
namespace {

constexpr int most_groups = 1 << 14;  // above what each -j may start

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler has no object
std::array<std::atomic<pid_t>, most_groups> groups{};
static_assert(std::atomic<pid_t>::is_always_lock_free, "the handler may only touch lock-free data");

constexpr timespec a_moment{0, 1'000'000};
constexpr int most_vain_looks = 100;  // a moment between each two

// What follows may run in a signal handler: no memory is taken, only system calls are made.

/// The parent of the process whose /proc/PID/stat this is: what stands two words behind its name,
/// which may hold blanks and brackets of its own. 0: none.
pid_t parent_in(std::string_view stat) noexcept {
    constexpr std::size_t state = 4;  // ") S "
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos || stat.size() < name_end + state) return 0;
    pid_t parent = 0;
    std::from_chars(stat.data() + name_end + state, stat.data() + stat.size(), parent);
    return parent;
}

/// `name` is one in /proc. Result: 0 for what is no process, or has ended.
pid_t parent_of(int proc, std::string_view name) noexcept {
    std::array<char, 64> path{};
    constexpr std::string_view rest = "/stat";
    if (name.size() + rest.size() >= path.size()) return 0;
    std::memcpy(path.data(), name.data(), name.size());
    std::memcpy(path.data() + name.size(), rest.data(), rest.size());
    const int file = ::openat(proc, path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    std::array<char, 512> text{};
    const ssize_t n = ::read(file, text.data(), text.size());
    ::close(file);
    return n > 0 ? parent_in({text.data(), static_cast<std::size_t>(n)}) : 0;
}

/// Result: it is a child and could be killed.
bool kill_if_child(int proc, std::string_view name) noexcept {
    pid_t pid = 0;
    const auto end = name.data() + name.size();
    if (std::from_chars(name.data(), end, pid).ptr != end) return false;
    return parent_of(proc, name) == ::getpid() && ::kill(pid, SIGKILL) == 0;
}

/// Result: some were there and could be killed.
bool kill_children() noexcept {
    const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0) return false;
    bool any = false;
    alignas(dirent64) std::array<char, 4096> entries;
    for (;;) {
        const ssize_t n = ::getdents64(proc, entries.data(), entries.size());
        if (n <= 0) break;
        for (ssize_t at = 0; at < n;) {
            const auto* const entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            any = kill_if_child(proc, entry->d_name) || any;
            at += entry->d_reclen;
        }
    }
    ::close(proc);
    return any;
}

}  // namespace

process_tree::process_tree() noexcept {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

process_tree::~process_tree() {
    kill_process_tree();
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

void kill_process_tree() noexcept {
    // One that cannot be killed, as it is somebody else's, is hardly waited for.
    constexpr int patience = 10'000;
    constexpr int cost_of_a_vain_look = 100;
    for (int left = patience; left > 0;) {
        const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
        if (ended < 0 && errno != EINTR) return;
        if (ended != 0) continue;
        left -= kill_children() ? 1 : cost_of_a_vain_look;
        ::poll(nullptr, 0, 1);
    }
}

tracked_group::tracked_group(pid_t group) noexcept : place_(-1) {
    for (int i = 0; i < most_groups; ++i) {
        pid_t none = 0;
        if (groups.at(static_cast<std::size_t>(i)).compare_exchange_strong(none, group)) {
            place_ = i;
            return;
        }
    }
}

tracked_group::~tracked_group() {
    if (place_ >= 0) groups.at(static_cast<std::size_t>(place_)) = 0;
}

held_signals::held_signals() noexcept {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &held, &former_);
}

held_signals::~held_signals() {
    ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

void kill_process_groups() noexcept {
    for (const auto& each : groups) {
        const pid_t group = each;
        if (group > 0) ::kill(-group, SIGKILL);
    }
    int vain = 0;
    for (const auto& each : groups) {
        const pid_t leader = each;
        if (leader <= 0) continue;
        while (::waitpid(leader, nullptr, WNOHANG) == 0 && vain++ < most_vain_looks)
            ::nanosleep(&a_moment, nullptr);
    }
}

}  // namespace grove::cmd
