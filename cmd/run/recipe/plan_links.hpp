// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace grove::cmd {

/// In rising order, each once.
using index_list = std::vector<std::size_t>;

/// Puts `number` where it belongs, unless it is there.
void insert(index_list& into, std::size_t number);

/// What a step waits for, by the numbers of steps and services; those of [[finally]] come behind
/// the others.
struct step_links {
    index_list order;  ///< steps above
    index_list needs;  ///< steps that were named
    index_list services;
};

struct recipe_links {
    std::vector<step_links> steps;
    std::vector<index_list> services;  ///< which services each of them stands on
};

/// Tells of ids that are taken or none, of names that are nobody's, of circles, and of what is
/// there and nobody uses.
[[nodiscard]] recipe_links find_links(const recipe& of, std::string_view source,
                                      recipe_problems& problems);

}  // namespace grove::cmd
