// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"

#include <optional>
#include <string>

/// `grove bench hub [WORKLOAD]...`: the runtime itself, on this machine. Each workload is run five
/// times and shown by its median, its best and its worst. Of the options only those of talk, and
/// `-n` for the operations of a run, mean something here.

namespace grove::cmd {

[[nodiscard]] bool is_hub_bench(const bench_options& options) noexcept;

/// Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate_hub_bench(const bench_options& options);

/// Blocks: the hub, as that is what is measured.
[[nodiscard]] exit_code run_hub_bench(const bench_options& options, output& out);

}  // namespace grove::cmd
