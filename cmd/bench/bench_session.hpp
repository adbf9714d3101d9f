// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/bench_run.hpp"
#include "cmd/bench/interval_log.hpp"
#include "cmd/bench/load_plan.hpp"
#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"

#include <optional>
#include <string>

/// `grove bench` from its options to its exit code: runs, shows, judges and keeps.

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
    [[nodiscard]] exit_code measure();
    void log_second(duration begin, duration length, const tally& seen);
    void show() const;
    [[nodiscard]] exit_code judge() const;
    void keep() const;

    const bench_options& options_;
    output& out_;
    load_plan plan_;
    bench_run run_;
    std::optional<interval_log> log_;
};

}  // namespace grove::cmd
