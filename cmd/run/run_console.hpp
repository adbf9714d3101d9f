// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"
#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/run_journal.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <set>
#include <string>

/// What a person sees of a run: a line for each task that has ended, with what went wrong where it
/// did; on a terminal, below these, what runs right now.

namespace grove::cmd {

class run_console {
 public:
    /// All given must outlive it. `again`: what repeats one step, up to its name: `grove run
    /// smoke.toml --only`.
    run_console(output& out, run_journal& journal, const recipe& of, std::string again);
    run_console(const run_console&) = delete;
    run_console& operator=(const run_console&) = delete;

    /// Draws what runs, where it is due. Result: when to call again; `never` without a terminal.
    deadline tick();

    /// The sum.
    void finish();

 private:
    void changed(const task_record& task);
    void wrote(const task_record& task, const log_line& line);
    void tell_failure(const task_record& task);
    [[nodiscard]] std::vector<std::string> status_lines() const;
    [[nodiscard]] bool shows(const task_record& task) const;

    output& out_;
    run_journal& journal_;
    std::string again_;
    std::size_t width_ = 4;  // of the names
    std::set<std::string> shown_;
    bool live_;
    deadline next_ = never;
};

}  // namespace grove::cmd
