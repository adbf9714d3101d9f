// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"
#include "cmd/common/process_tree.hpp"

#include <grove/deadline.hpp>
#include <grove/greenlet.hpp>

#include <functional>
#include <optional>
#include <string>

/// `--start`: a command of the shell that runs beside the wait, in a process group of its own. It
/// gets no input; the last of what it says on both outputs is kept, and is told as it comes with
/// --verbose.
/// Threads: the hub's own.

namespace grove::cmd {

class started_program {
 public:
    /// Starts it. `on_end` is called in a greenlet once it has ended and its last words have come;
    /// it must not destroy this. Throws: `std::system_error`.
    started_program(const std::string& command, output& out, std::function<void()> on_end);
    started_program(const started_program&) = delete;
    started_program& operator=(const started_program&) = delete;
    /// Kills its whole group.
    ~started_program();

    /// How it has ended by itself; nothing while it runs, and after `stop`.
    [[nodiscard]] const std::optional<exit_status>& ended() const noexcept { return ended_; }

    /// The last 20 lines it has said, each with its end; empty: none.
    [[nodiscard]] std::string log_tail() const;

    /// Asks its group to end (SIGTERM), waits for the program, `grace` at most, and kills what is
    /// left of the group. Blocks; interrupted: the group is killed.
    void stop(duration grace);

 private:
    void read_log();
    void take(std::string_view piece);
    void follow(const std::function<void()>& on_end);

    output& out_;
    tracked_process child_;
    std::string log_;   // the last of it, whole lines first
    std::string line_;  // that has begun
    std::optional<exit_status> ended_;
    bool stopping_ = false;
    greenlet<void> reading_;
    greenlet<void> following_;  // last: they use the others
};

}  // namespace grove::cmd
