// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/common/output.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

/// How a bench goes, while it goes: on a terminal two lines that stay, elsewhere a plain line every
/// five seconds. Silent with --quiet and --no-progress.

namespace grove::cmd {

/// `12s of 60s  205 000/s  p50 310 us  p99 2.10 ms  errors 0`; without `whole`, `12s`.
[[nodiscard]] std::string status_line(duration elapsed, std::optional<duration> whole,
                                      const bench_second& last);

class bench_view {
 public:
    /// `whole` is how long the run is to last, where that is known. `out` must outlive it.
    bench_view(output& out, std::optional<duration> whole);

    /// A second is over.
    void add(const bench_second& last);

    /// Removes the lines that stay.
    void finish();

 private:
    static constexpr unsigned plain_every = 5;  // seconds

    output& out_;
    std::optional<duration> whole_;
    bool shows_;
    std::uint64_t seconds_ = 0;
    std::deque<std::optional<double>> answers_;  // a second each
};

}  // namespace grove::cmd
