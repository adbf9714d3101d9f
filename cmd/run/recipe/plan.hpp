// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a recipe does in which order: an instance of each step for each value of its matrix, and
/// for each of them what it waits for.
///
/// - A step waits for all above it.
/// - One with `parallel = true` waits for what the step above it waits for.
/// - One with `needs` waits for those alone, unless it names services only.
/// - Whoever names what a step saves waits for that step besides.
/// - The instances of a matrix run one after the other, with `parallel = true` at once.

namespace grove::cmd {

/// A value for an axis of the matrix.
struct axis_value {
    std::string name;
    placed_text value;
};

struct plan_node {
    const recipe_step* step = nullptr;
    std::string id;  ///< `pages`, `pages[/items]`
    std::vector<axis_value> matrix = {};
    std::vector<std::size_t> after = {};  ///< nodes that must have ended
    std::vector<std::size_t> needs = {};  ///< of these, those without which it is skipped
    std::vector<std::size_t> services = {};
    bool final = false;  ///< of [[finally]]
};

struct run_plan {
    std::vector<plan_node> nodes;  ///< in the order of the file, those of [[finally]] last
    /// Which services each service is behind.
    std::vector<std::vector<std::size_t>> services;
};

inline constexpr std::size_t most_instances = 10'000;

/// Tells of names that are no steps or services, of cycles and of ids that are taken.
[[nodiscard]] run_plan make_plan(const recipe& of, std::string_view source,
                                 recipe_problems& problems);

/// Keeps the steps whose id or tag is among `names`, and those which they need.
/// Throws: `std::invalid_argument`, a sentence, for a name that no step has.
[[nodiscard]] run_plan only(const run_plan& plan, const std::vector<std::string>& names);

}  // namespace grove::cmd
