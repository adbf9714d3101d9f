// SPDX-License-Identifier: MIT
#include "cmd/poll/command_beside.hpp"

#include "cmd/common/process_tree.hpp"
#include "cmd/common/signals.hpp"

#include <grove/process.hpp>

#include <unistd.h>

#include <csignal>

namespace grove::cmd {
namespace {

/// The terminal sends its signals to all of the foreground group.
bool came_from_the_terminal(int signal) noexcept {
    return signal == SIGINT && ::isatty(STDIN_FILENO) == 1 &&
           ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

exit_code code_of(const exit_status& how) {
    constexpr int status_shift = 8;  // as waitpid tells it
    return how.signal() != 0 ? by_signal(how.signal()) : of_child(*how.code() << status_shift);
}

}  // namespace

exit_code run_beside(const std::vector<std::string>& command) {
    process_options how;
    how.command = command;
    how.group = process_group::ours;
    process child(how);
    const stop_signals signals(
        [&child](int number) {
            if (!came_from_the_terminal(number)) child.signal(number);
        },
        kill_process_tree);
    return code_of(*child.wait());
}

}  // namespace grove::cmd
