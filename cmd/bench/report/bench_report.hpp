// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/common/json_text.hpp"

#include <string>

/// A bench's result for people and for programs.

namespace grove::cmd {

/// The table, with its latencies as a histogram; lines end in line feeds.
[[nodiscard]] std::string to_table(const bench_result& result);

/// One JSON object. Times are seconds, rates a second; keys:
/// `target connections threads open planned_rate seconds requests answers rate throughput
/// bytes_in bytes_out errors{name: count} statuses{code: count} error_ratio unsent waited
/// latency{min mean deviation max p50 p75 p90 p95 p99 p999 p9999} raw{..} first_byte{..}
/// connect{..} tls{..} lateness{..} generator_load notes[..]`; histograms without a value are null.
[[nodiscard]] std::string to_json(const bench_result& result);

/// Adds those keys to an object that has others.
void add_to(json_object& object, const bench_result& result);

}  // namespace grove::cmd
