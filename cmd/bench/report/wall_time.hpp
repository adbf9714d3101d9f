// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

namespace grove::cmd {

/// When something was measured, for whoever reads of it later.
using wall_time = std::chrono::system_clock::time_point;

/// `2026-11-26T05:04:03Z`.
[[nodiscard]] std::string show_wall_time(wall_time at);

}  // namespace grove::cmd
