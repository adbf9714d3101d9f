// SPDX-License-Identifier: MIT
#pragma once

#include <grove/process.hpp>

#include <sys/types.h>

#include <csignal>

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

/// Kills the children of this process, and theirs as they become ours: under a `process_tree` all
/// that it has started. Blocks the thread until the last of them is gone, 10 s at most. For an end
/// at once: safe in a signal handler, and nobody else gets to know how they ended.
void kill_process_tree() noexcept;

/// No SIGINT, SIGTERM or SIGHUP interrupts the thread while one lives: what comes waits for its
/// end.
class held_signals {
 public:
    held_signals() noexcept;
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;
    ~held_signals();

 private:
    sigset_t former_{};
};

/// A program whose whole group is tracked from its first moment to its last. It must have a group
/// of its own. Throws: as `process`.
class tracked_process : public process {
 public:
    explicit tracked_process(const process_options& options)
        : tracked_process(options, held_signals()) {}

 private:
    tracked_process(const process_options& options, const held_signals& /*until_tracked*/)
        : process(options), group_(pid()) {}

    tracked_group group_;  // after the process: a number is not killed that may be another's
};

/// Kills all tracked groups, for an end at once, and waits a moment (100 ms at most) until their
/// leaders are gone. Safe in a signal handler.
void kill_process_groups() noexcept;

}  // namespace grove::cmd
