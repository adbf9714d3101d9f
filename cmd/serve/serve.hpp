// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/serve/serve_options.hpp"

namespace grove::cmd {

/// Serves until a signal, `-n` or `-z` ends it. Blocks.
[[nodiscard]] exit_code run_serve(const serve_options& options, output& out);

}  // namespace grove::cmd
