// SPDX-License-Identifier: MIT
#include "cmd/common/exit_code.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace grove::cmd {

namespace {

constexpr int signal_base = 128;

constexpr std::array meanings{
    exit_meaning{"0", "All well; also when the reader of standard output went away."},
    exit_meaning{"1",
                 "The work was done and something fell short: a transfer or step that failed, "
                 "an expectation that does not hold."},
    exit_meaning{"2", "The command line or the recipe is wrong; nothing was started."},
    exit_meaning{"3",
                 "The environment is in the way, or it can never be met: an address that is "
                 "taken, a full disk, a watched process that died."},
    exit_meaning{"124", "The time of --deadline was over."},
    exit_meaning{"128+N",
                 "Signal N ended it. A server that was stopped by SIGINT or SIGTERM and "
                 "answered what it had begun ends with 0."}};

int rank(exit_code code) noexcept {
    if (is_by_signal(code)) return 5;
    switch (code) {
        case exit_code::deadline:
            return 4;
        case exit_code::environment:
            return 3;
        case exit_code::usage:
            return 2;
        case exit_code::ok:
            return 0;
        case exit_code::shortfall:
            break;
    }
    return 1;
}

}  // namespace

std::span<const exit_meaning> exit_meanings() noexcept {
    return meanings;
}

exit_code by_signal(int signal) noexcept {
    return exit_code{signal_base + signal};
}

exit_code of_child(int wait_status) noexcept {
    if (WIFSIGNALED(wait_status)) return by_signal(WTERMSIG(wait_status));
    return exit_code{WEXITSTATUS(wait_status)};
}

bool is_by_signal(exit_code code) noexcept {
    return to_int(code) > signal_base;
}

exit_code merge(exit_code a, exit_code b) noexcept {
    return rank(b) > rank(a) ? b : a;
}

int to_int(exit_code code) noexcept {
    return static_cast<int>(code);
}

void end_at_once(exit_code code) noexcept {
    ::_exit(to_int(code));
}

}  // namespace grove::cmd
