// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"
#include "cmd/run/recipe/text_template.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the variables of a recipe are in a run: what was given, else the default.

namespace grove::cmd {

using given_values = std::map<std::string, std::string, std::less<>>;
using variable_values = std::map<std::string, named_value, std::less<>>;

/// Reads `text` as a value of `of`. Result: what is wrong, or nothing.
[[nodiscard]] std::optional<text_error> check_variable(const recipe_variable& of,
                                                       std::string_view text);

/// Puts names and values together; one that has no default and was not given is left out. What is
/// wrong with a default is told to `problems`.
/// Throws: `std::invalid_argument`, a sentence, for a value that was given and does not fit, and
/// for a name that the recipe does not have.
[[nodiscard]] variable_values settle_variables(const recipe& in, const given_values& given,
                                               recipe_problems& problems);

/// The variables that need a value and have none.
[[nodiscard]] std::vector<const recipe_variable*> missing_variables(const recipe& in,
                                                                    const variable_values& values);

/// `GROVE_VAR_name` of the environment, for each variable that has one.
[[nodiscard]] given_values variables_of_environment(const recipe& in);

}  // namespace grove::cmd
