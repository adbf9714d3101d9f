// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/fetch/fetch_options.hpp"

namespace grove::cmd {

/// Downloads all that `options` names. Makes and ends the hub's work itself: call it from `main`'s
/// thread. Errors are told through `out` and end in the code; nothing is thrown for them.
[[nodiscard]] exit_code run_fetch(const fetch_options& options, output& out);

}  // namespace grove::cmd
