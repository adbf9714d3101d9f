// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/verb.hpp"
#include "cmd/pipe/pipe_options.hpp"

namespace grove::cmd {

/// Runs all items through the stages that `options` names. Makes and ends the hub's work itself:
/// call it from `main`'s thread. Errors are told through `out` and end in the code; nothing is
/// thrown for them.
[[nodiscard]] exit_code run_pipe(const pipe_options& options, output& out);

/// The stages and what each can be told.
[[nodiscard]] verb_parts pipe_stages();

}  // namespace grove::cmd
