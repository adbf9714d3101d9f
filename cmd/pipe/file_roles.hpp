// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/pipe_options.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <optional>
#include <string>

namespace grove::cmd {

/// Two roles in a run that one file has, whatever it is called, where at least one of them would
/// write over the other: `--dead` into an input, a journal that is the output. Result: what is
/// wrong. Blocks: asks for the files.
[[nodiscard]] std::optional<std::string> shared_file(const pipe_options& options,
                                                     const pipe_plan& plan);

}  // namespace grove::cmd
