// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/probe/probe.hpp"

#include <memory>
#include <string>
#include <vector>

/// What a poll asks, made once before the first attempt.

namespace grove::cmd {

struct planned_probe {
    std::string name;  ///< the target as people and reports see it
    std::unique_ptr<probe> asks;
};

/// Blocks: the thread, on the files that the options name.
/// Throws: `std::invalid_argument` for a target or an expectation; `std::system_error` for a file.
[[nodiscard]] std::vector<planned_probe> plan_of(const poll_options& options);

}  // namespace grove::cmd
