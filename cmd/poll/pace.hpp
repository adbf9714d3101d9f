// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/poll/probe/probe.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <optional>

/// How long to wait between two attempts: short while something is about to start, and never more
/// than a small part of the time it has taken already.
///
/// | after            | on this machine           | elsewhere       |
/// |------------------|---------------------------|-----------------|
/// | the first tries  | 2 ms, half as much again  | 100 ms          |
/// | 20 ms            | 10 ms                     | 100 ms          |
/// | 10 s             | a thousandth of the time  | a hundredth     |
///
/// A second is the most, and what there is where the kernel tells. Who answers, and says that it is
/// not ready, has work with each attempt: after 10 s it counts as elsewhere.

namespace grove::cmd {

/// The pause before the attempt of that number (1 is the second one), at `elapsed` after the first
/// began. `fixed` is --every.
[[nodiscard]] duration pause_before(std::size_t attempt, duration elapsed, probe_distance distance,
                                    bool answered, std::optional<duration> fixed) noexcept;

}  // namespace grove::cmd
