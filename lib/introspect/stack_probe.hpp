// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

/// Where a thread of this process is: the running greenlet and its native stack; and where a
/// greenlet is that does not run. libunwind is known to stack_probe.cpp alone.

namespace grove::detail {

struct context;

struct probed_stack {
    std::string greenlet;
    std::string spawned_at;
    std::vector<std::string> frames;  ///< innermost first, C++ names in full
};

/// SIGURG is the probes' while one lives. Threads: any; one at a time asks.
class stack_probe {
 public:
    /// Throws: `std::runtime_error` when there is no libunwind on this system.
    stack_probe();
    stack_probe(const stack_probe&) = delete;
    stack_probe& operator=(const stack_probe&) = delete;
    /// Gives SIGURG back, unless somebody else has taken it meanwhile.
    ~stack_probe();

    /// Interrupts the hub's thread. Blocks for 100 ms at most. Result: nothing when the thread has
    /// not answered: it has gone, or blocks the signal.
    [[nodiscard]] std::optional<probed_stack> take(pid_t thread);
};

/// The functions that are called on a stack that does not run, innermost first, without what lies
/// beneath a greenlet's own. Empty on a machine whose kind registers_of does not know. The first
/// time it costs milliseconds a library, then microseconds a stack.
/// Throws: `std::runtime_error` as above. Threads: that of the stack's hub.
[[nodiscard]] std::vector<std::string> frames_of(const context& suspended);

}  // namespace grove::detail
