// SPDX-License-Identifier: MIT
#include "tests/support/leak_check.hpp"

#include "core/hub_core.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace grove_test {

std::vector<std::string> end_hub(suite_kind kind) {
    std::vector<std::string> left;
    grove::detail::hub_core* const hub = grove::detail::this_hub;
    if (hub == nullptr) return left;
    const grove::hub_snapshot seen = hub->snapshot();
    for (const auto& greenlet : seen.greenlets) {
        if (greenlet.id != hub->main_greenlet().number)
            left.push_back("the greenlet " + greenlet.name + " (" + greenlet.state + ")");
    }
    if (seen.contexts > most_stacks && kind == suite_kind::ordinary)
        left.push_back(std::to_string(seen.contexts) + " stacks, and the suite is not many_*");
    // What is left of the hub when it does not end is its thread's to keep.
    if (hub->stop())
        delete std::exchange(grove::detail::this_hub, nullptr);
    else
        left.emplace_back("a hub that does not end");
    return left;
}

std::vector<std::string> open_descriptors() {
    // The descriptor that reads the folder is in the folder.
    const auto folder = "/proc/" + std::to_string(::getpid()) + "/fd";
    std::vector<std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::error_code closed;
        const auto target = std::filesystem::read_symlink(entry.path(), closed);
        if (!closed && target != folder)
            open.push_back(entry.path().filename().string() + " -> " + target.string());
    }
    std::sort(open.begin(), open.end());
    return open;
}

bool has_child() {
    siginfo_t child{};
    return ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace grove_test
