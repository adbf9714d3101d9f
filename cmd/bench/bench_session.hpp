// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/bench_run.hpp"
#include "cmd/bench/load/load_plan.hpp"
#include "cmd/bench/report/comparison.hpp"
#include "cmd/bench/report/interval_log.hpp"
#include "cmd/bench/report/saved_bench.hpp"
#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// `grove bench` from its options to its exit code: runs, shows, judges, compares and keeps.
///
/// Two servers are asked in turns, and each round begins with the other one: what changes on the
/// machine meanwhile changes both.

namespace grove::cmd {

class bench_session {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: it cannot be done; nothing was sent.
    bench_session(const bench_options& options, output& out);
    bench_session(const bench_session&) = delete;
    bench_session& operator=(const bench_session&) = delete;

    /// Blocks until all is done or a signal came.
    /// Throws: `std::system_error`: what was measured is shown and could not be kept.
    [[nodiscard]] exit_code execute();

 private:
    /// What is measured: a server, or a file's runs.
    struct side {
        std::string name;  // `this`, `base`
        std::string target;
        std::optional<load_plan> plan;  // none: its runs are a file's
        std::vector<bench_result> runs;
    };

    void prepare_base();
    void prepare_files();
    [[nodiscard]] saved_bench read_saved(const std::string& path) const;

    [[nodiscard]] run_end measure_all();
    [[nodiscard]] run_end measure(side& of, std::size_t round, deadline until);
    void log_second(const side& of, const bench_result& run, duration begin, duration length,
                    const tally& seen);
    void stop();

    void show_run(const side& of) const;
    void show_all() const;
    [[nodiscard]] exit_code judge() const;
    [[nodiscard]] bool tell(const bench_source& source) const;
    [[nodiscard]] exit_code tell_comparison() const;
    void write_reports() const;
    void save() const;
    [[nodiscard]] std::vector<bench_result> all_runs() const;

    const bench_options& options_;
    output& out_;
    std::size_t rounds_;
    side mine_;
    std::optional<side> base_;
    std::vector<std::string> changed_;  // of the machine since the base's runs
    std::vector<bench_result> before_;  // this side's runs that the file has
    std::optional<comparison> compared_;
    std::optional<interval_log> log_;
    bench_run* running_ = nullptr;
    bool stopped_ = false;
};

}  // namespace grove::cmd
