// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/common/exit_code.hpp"

namespace grove::cmd {

class output;

/// `grove bench`. Blocks until the load is over or was stopped; the report is then written.
[[nodiscard]] exit_code run_bench(const bench_options& options, output& out);

}  // namespace grove::cmd
