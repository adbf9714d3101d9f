// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

/// How a run ended, as the shell sees it. This is the only place that knows the numbers.
///
///     0      ok            all well; also when the reader of stdout went away
///     1      shortfall     the work was done and something fell short
///     2      usage         a wrong command line or recipe: nothing was started
///     3      environment   cannot bind, no space, stdout cannot be written
///     124    deadline      `--deadline` was reached
///     128+N  by_signal(N)  signal N ended it
///     any    of_child      after `--`: the command's own code
///
/// The number is returned from `main`: a signal's code too, rather than dying by the signal, so
/// that a script reads the same 130 that the shell would give.

namespace grove::cmd {

enum class exit_code : int {
    ok = 0,
    shortfall = 1,
    usage = 2,
    environment = 3,
    deadline = 124,
};

struct exit_meaning {
    std::string_view code;  ///< `0`, `128+N`
    std::string_view text;
};

/// What each code says, for manuals.
[[nodiscard]] std::span<const exit_meaning> exit_meanings() noexcept;

/// 128 + `signal`.
[[nodiscard]] exit_code by_signal(int signal) noexcept;

/// The code of a child from the status that waitpid gave: its own, or 128 + the signal that ended
/// it. It stands for itself and is not merged with others.
[[nodiscard]] exit_code of_child(int wait_status) noexcept;

[[nodiscard]] bool is_by_signal(exit_code code) noexcept;

/// The one that wins when a run has several reasons: a signal (of two, the first given), then
/// `deadline`, `environment`, `usage`, `shortfall`, `ok`.
[[nodiscard]] exit_code merge(exit_code a, exit_code b) noexcept;

/// What `main` returns.
[[nodiscard]] int to_int(exit_code code) noexcept;

/// Ends the process at once, without destructors, for the second SIGINT. Safe in a signal handler.
[[noreturn]] void end_at_once(exit_code code) noexcept;

}  // namespace grove::cmd
