// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/report_file.hpp"

#include <grove/deadline.hpp>
#include <grove/process.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// `--joblog FILE`: a line a process that has ended, in the columns of GNU parallel, so that its
/// `--resume` and people's scripts read it:
///
///     Seq  Host  Starttime  JobRuntime  Send  Receive  Exitval  Signal  Command
///
/// Send is 0, for an item goes in by the command; Receive is what the process wrote to stdout.

namespace grove::cmd {

struct job_line {
    std::uint64_t number = 0;
    std::chrono::system_clock::time_point started = {};
    duration took = {};
    std::size_t received = 0;
    exit_status status = {};
    std::string_view command = {};
};

/// With its line feed.
[[nodiscard]] std::string to_text(const job_line& job);

class joblog {
 public:
    /// None: lines are dropped.
    joblog() = default;

    /// Begins the file anew, or goes on with it. `out` must outlive it. Throws:
    /// `std::system_error`.
    joblog(const std::string& path, output& out, bool resume);

    [[nodiscard]] bool is_open() const noexcept { return file_.is_open(); }

    /// Written at once, so that the file is whole up to here whatever happens.
    /// Throws: `std::system_error`.
    void add(const job_line& job) { file_.write(to_text(job)); }

 private:
    log_file file_;
};

}  // namespace grove::cmd
