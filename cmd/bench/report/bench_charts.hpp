// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"

#include <span>
#include <string>

/// The curves of a bench's report as pieces of an HTML page: of one side, or of two, one over the
/// other. `base` may be null or empty.

namespace grove::cmd {

/// The p50 and p99 of each second, run after run. Empty when no whole second was measured.
[[nodiscard]] std::string chart_of_time(std::span<const bench_result> now,
                                        std::span<const bench_result> base);

/// Latency by the share of requests that took at most that, each nine as wide as the one before.
[[nodiscard]] std::string chart_of_percentiles(const bench_result& now, const bench_result* base);

/// How many requests took how long.
[[nodiscard]] std::string chart_of_latencies(const bench_result& now, const bench_result* base);

}  // namespace grove::cmd
