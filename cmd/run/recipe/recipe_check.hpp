// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/plan.hpp"
#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"
#include "cmd/run/recipe/variables.hpp"
#include "cmd/run/recipe/verb_book.hpp"

#include <string>
#include <string_view>

/// A recipe that can be run: all that can be known before it runs has been looked at.

namespace grove::cmd {

struct checked_recipe {
    std::string text;  ///< of the file
    recipe what;
    variable_values vars;
    run_plan plan;  ///< refers to `what`
};

/// Reads and checks it all; `problems` is empty where it may be run. From here on the process's
/// folder is the recipe's: `folder`, and there its `cwd`. `into` must stay where it is: its plan
/// points into it. Takes much stack: call it from main's.
/// Throws: `std::invalid_argument`, a sentence, for what was given and does not fit;
/// `std::system_error` for a folder that is not there.
void load_recipe(std::string text, const std::string& name, const std::string& folder,
                 const verb_book& verbs, given_values given, checked_recipe& into,
                 recipe_problems& problems);

}  // namespace grove::cmd
