// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

/// Where a thread of this process is: the running greenlet and its native stack. libunwind is known
/// to stack_probe.cpp alone.

namespace grove::detail {

struct probed_stack {
    std::string greenlet;
    std::string spawned_at;
    std::vector<std::string> frames;  ///< innermost first, C++ names in full
};

/// Owns SIGURG while it lives; one a process.
class stack_probe {
 public:
    /// Throws: `std::logic_error` when there is one already.
    stack_probe();
    stack_probe(const stack_probe&) = delete;
    stack_probe& operator=(const stack_probe&) = delete;
    /// Gives SIGURG back, unless somebody else has taken it meanwhile.
    ~stack_probe();

    /// Interrupts the hub's thread. Blocks for 100 ms at most. Result: nothing when the thread has
    /// not answered: it has gone, or blocks the signal.
    [[nodiscard]] std::optional<probed_stack> take(pid_t thread);
};

}  // namespace grove::detail
