// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/poll/poll_options.hpp"

namespace grove::cmd {

/// `grove poll`. Where a command is given and all is well, this program becomes that command.
[[nodiscard]] exit_code run_poll(const poll_options& options, output& out);

}  // namespace grove::cmd
