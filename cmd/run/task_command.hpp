// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/captured_child.hpp"
#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/verb_book.hpp"
#include "cmd/run/run_values.hpp"

#include <string>
#include <vector>

/// From a step or a service of a recipe to the program that does it: one of the recipe's, or grove
/// itself with a verb.

namespace grove::cmd {

struct task_command {
    child_command child;
    std::string shown;  ///< as one would type it, masked
};

/// What a task is told besides what the recipe says, in front of its own words.
using extra_words = std::vector<std::string>;

/// Throws: `std::runtime_error` naming what has no value.
[[nodiscard]] task_command command_of(const recipe_call& call,
                                      const std::vector<placed_pair>& environment,
                                      const std::optional<placed_text>& folder,
                                      const run_values& values, const verb_book& verbs,
                                      const name_lookup& names, const extra_words& extra = {});

}  // namespace grove::cmd
