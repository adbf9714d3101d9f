// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace grove::cmd {

/// A variable of this process's environment, which nobody here writes; null where there is none.
[[nodiscard]] const char* environment_value(const std::string& name) noexcept;

}  // namespace grove::cmd
