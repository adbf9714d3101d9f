// SPDX-License-Identifier: MIT
#include "cmd/common/process_tree.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr int most_groups = 1 << 14;  // above what each -j may start

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a handler has no object
std::array<std::atomic<pid_t>, most_groups> groups{};
static_assert(std::atomic<pid_t>::is_always_lock_free, "the handler may only touch lock-free data");

constexpr timespec a_moment{0, 1'000'000};
constexpr int most_vain_looks = 100;  // a moment between each two

/// The parent of the process whose /proc/PID/stat this is: what stands two words behind its name,
/// which may hold blanks and brackets of its own. 0: none.
pid_t parent_in(const std::string& stat) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream rest(stat.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0;
    rest >> state >> parent;
    return parent;
}

/// Result: some were there and could be killed.
bool kill_children() {
    bool any = false;
    std::error_code gone;
    for (const auto& each : std::filesystem::directory_iterator("/proc", gone)) {
        const std::string name = each.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(each.path() / "stat");
        std::string stat;
        if (!std::getline(file, stat) || parent_in(stat) != ::getpid()) continue;
        any = ::kill(static_cast<pid_t>(std::stol(name)), SIGKILL) == 0 || any;
    }
    return any;
}

}  // namespace

process_tree::process_tree() noexcept {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

process_tree::~process_tree() {
    // The children of one that is killed become ours: until there is none. One that cannot be
    // killed, as it is somebody else's, is not waited for.
    for (int vain = 0; vain < most_vain_looks;) {
        const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
        if (ended < 0 && errno != EINTR) break;
        if (ended != 0) continue;
        if (!kill_children()) ++vain;
        ::nanosleep(&a_moment, nullptr);
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
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
