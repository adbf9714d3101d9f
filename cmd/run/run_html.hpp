// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/run_journal.hpp"

#include <string>

namespace grove::cmd {

/// A run as one page without a script: what ran when, what failed and why, and what each has
/// written.
[[nodiscard]] std::string to_html(const run_journal& journal, const recipe& of);

}  // namespace grove::cmd
