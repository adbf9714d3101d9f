// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"

#include <string>
#include <vector>

namespace grove::cmd {

/// Runs a command with our streams, in our process group, to its end. A SIGINT, SIGTERM or SIGHUP
/// that came to this program alone is passed on once; a SIGINT from the terminal reaches the
/// command by itself. Result: the command's own code. Blocks. Throws: `std::system_error` naming
/// the program.
/// Interrupted: it is killed.
[[nodiscard]] exit_code run_beside(const std::vector<std::string>& command);

}  // namespace grove::cmd
