// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace grove::cmd {

/// Replaces this program by another, which gets its streams, signals and limits as they came. The
/// first word is the program, looked for in the PATH.
/// Throws: `std::system_error` naming it; that is the only way back.
[[noreturn]] void become(const std::vector<std::string>& command);

}  // namespace grove::cmd
