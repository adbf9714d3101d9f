// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/run/recipe/recipe_check.hpp"
#include "cmd/run/run_journal.hpp"
#include "cmd/run/run_options.hpp"

#include <optional>
#include <string>
#include <system_error>

/// Where a run is told to: the files that the command line or the recipe asks for, stdout with
/// --json, and a forge that reads along.

namespace grove::cmd {

class run_reports {
 public:
    /// Makes the folders of the files, and tries whether they can be written. All given must
    /// outlive it. Throws: `std::system_error`, `std::runtime_error`.
    run_reports(const run_options& options, const checked_recipe& of, run_journal& journal,
                output& out);
    run_reports(const run_reports&) = delete;
    run_reports& operator=(const run_reports&) = delete;

    /// From here on events are told as they happen.
    void begin();

    /// The run is over. Throws: `std::system_error`.
    void finish(exit_code code);

 private:
    void annotate(const task_record& of);
    void write_event(const std::string& line);

    const checked_recipe& of_;
    run_journal& journal_;
    output& out_;
    recipe_report files_;
    std::string recipe_;  ///< its file, for annotations
    log_file events_;
    std::optional<std::system_error> events_lost_;  ///< told when the run is over
};

}  // namespace grove::cmd
