// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"
#include "cmd/run/recipe/verb_book.hpp"

#include <string>
#include <string_view>

/// From the text of a recipe to what it says; the names in it are not looked at yet.

namespace grove::cmd {

inline constexpr std::size_t longest_recipe = std::size_t{1} << 20;

/// Result: the recipe as far as it could be read. What is wrong goes to `problems`.
/// `name`: what it is called unless it says so itself. Takes much stack: call it from main's.
[[nodiscard]] recipe read_recipe(std::string_view text, const std::string& name,
                                 const verb_book& verbs, recipe_problems& problems);

}  // namespace grove::cmd
