// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

/// That nothing which a run has started outlives it, whatever it started itself.

namespace grove::cmd {

/// While one lives, what children leave behind becomes a child of this process, and the end of the
/// scope kills it. One at a time in a process; its other children must be gone by then.
class process_tree {
 public:
    process_tree() noexcept;
    process_tree(const process_tree&) = delete;
    process_tree& operator=(const process_tree&) = delete;
    /// Blocks the thread until the last of them is gone.
    ~process_tree();
};

/// While one lives, `kill_process_groups` kills the group.
class tracked_group {
 public:
    explicit tracked_group(pid_t group) noexcept;
    tracked_group(const tracked_group&) = delete;
    tracked_group& operator=(const tracked_group&) = delete;
    ~tracked_group();

 private:
    int place_;  // -1: there was no room
};

/// Kills all tracked groups, for an end at once. Safe in a signal handler.
void kill_process_groups() noexcept;

}  // namespace grove::cmd
