// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <span>

namespace grove::cmd {

/// The verbs of the program, in the order of its help. They live as long as it does.
[[nodiscard]] std::span<const verb> all_verbs() noexcept;

}  // namespace grove::cmd
