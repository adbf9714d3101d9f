// SPDX-License-Identifier: MIT
#include "cmd/common/exit_code.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace grove::cmd {

namespace {

constexpr int signal_base = 128;

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
