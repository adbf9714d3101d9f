// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"
#include "cmd/poll/watch/poll_watch.hpp"

#include <grove/deadline.hpp>
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>

#include <string>
#include <vector>

/// `--on-change`: a command of the shell for each change, one after the other, in their order. What
/// it is about are its arguments: `$1` the target, `$2` the state it was in, `$3` the one it is in,
/// `$4` why. What it writes goes to stderr; a minute is the most it may take.
/// Threads: the hub's own.

namespace grove::cmd {

class change_hook {
 public:
    /// `out` must outlive it.
    change_hook(std::string command, output& out);
    change_hook(const change_hook&) = delete;
    change_hook& operator=(const change_hook&) = delete;
    /// Kills the command that runs; those that wait are dropped.
    ~change_hook() = default;

    /// Never parks. With 1000 changes waiting it is dropped, and a warning says so.
    void call(const watched_target& of, watch_state before);

    /// Waits for the commands that were called. Result: false when `until` came first.
    bool finish(deadline until);

 private:
    void run_all();
    void run_one(std::vector<std::string> arguments);

    std::string command_;
    output& out_;
    queue<std::vector<std::string>> calls_{1000};
    greenlet<void> running_;  // last: it uses the others
};

}  // namespace grove::cmd
