// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/progress.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/fetch/fetch_options.hpp"
#include "cmd/fetch/job.hpp"
#include "cmd/fetch/result_record.hpp"

#include <grove/deadline.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

/// What a run tells: a JSON line or a message an item, the `--failed` list, the summary, and the
/// code to end with.

namespace grove::cmd {

/// Lines for the next run's `-i`. Written beside its final name and renamed at the end, so that
/// the list that is being read may be the one that is written; what is no regular file is written
/// as it is.
class failed_list {
 public:
    /// `out` must outlive it. Throws: `std::system_error` when it cannot be made.
    failed_list(std::string path, output& out);
    failed_list(const failed_list&) = delete;
    failed_list& operator=(const failed_list&) = delete;
    ~failed_list();

    void add(const fetch_item& item, const std::string& file);
    /// Throws: `std::system_error` when the list could not be written whole.
    void commit();

 private:
    void flush();

    std::string path_;
    std::string buffer_;
    log_file through_;  // instead of `fd_`
    int fd_ = -1;
};

class fetch_report {
 public:
    /// Throws: `std::system_error` when the list of failures cannot be made.
    fetch_report(const fetch_options& options, output& out);

    void ended(const job& what, const result_record& record);
    /// It was running, or waiting for its turn, when the run was stopped.
    void stopped(const job& what);
    void bad_line(const std::string& text);
    /// An item that never became a job: its URL or name is unusable.
    void unusable(const fetch_item& item, const std::string& why);

    /// Tells the sum and finishes the list of failures.
    void finish();

    /// Items that were told of by `stopped`.
    [[nodiscard]] std::uint64_t unfinished() const noexcept { return stopped_; }

    [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }

    [[nodiscard]] std::uint64_t finished() const noexcept { return done_ + failed_; }

    [[nodiscard]] exit_code code() const noexcept { return code_; }

 private:
    void fail(const fetch_item& item, const std::string& file, const std::string& text);
    [[nodiscard]] std::string summary() const;

    const fetch_options& options_;
    output& out_;
    std::unique_ptr<failed_list> failures_;
    deadline started_;
    std::uint64_t done_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t stopped_ = 0;
    std::uint64_t bytes_ = 0;
    std::string last_file_;
    exit_code code_ = exit_code::ok;
};

}  // namespace grove::cmd
