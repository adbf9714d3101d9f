// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <random>

namespace grove::cmd {

/// How long to wait before round `round` (from 1) of trying again, with full jitter: uniform
/// between zero and min(`cap`, `base` x 2^(round - 1)). A seed gives the same waits anywhere.
[[nodiscard]] duration jittered_backoff(duration base, duration cap, unsigned round,
                                        std::mt19937_64& random);

}  // namespace grove::cmd
