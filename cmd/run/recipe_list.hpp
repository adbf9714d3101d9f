// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe_check.hpp"

#include <string>

/// What is in a recipe, without running it.

namespace grove::cmd {

/// `--list`: its steps in order, its services and variables, in aligned columns.
[[nodiscard]] std::string list_recipe(const checked_recipe& of, const verb_book& verbs);

/// `--dry-run`: what would be run, a line a command; names without a value stay as they are.
[[nodiscard]] std::string dry_run(const checked_recipe& of, const run_plan& plan,
                                  const verb_book& verbs);

/// `--graph`: what waits for what, and who uses which service, for Graphviz; of two ways from one
/// step to another only the longer one.
[[nodiscard]] std::string graph_of(const checked_recipe& of, const run_plan& plan);

/// With `--json`: an object a step, or a service.
[[nodiscard]] std::string list_as_json(const checked_recipe& of, const run_plan& plan,
                                       const verb_book& verbs);

}  // namespace grove::cmd
