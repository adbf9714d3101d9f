// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe.hpp"

#include <algorithm>

namespace grove::cmd {

const call_option* recipe_call::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(options, name, &call_option::name);
    return found == options.end() ? nullptr : &*found;
}

const recipe_service* recipe::service(std::string_view id) const noexcept {
    const auto found = std::ranges::find(services, id, &recipe_service::id);
    return found == services.end() ? nullptr : &*found;
}

const recipe_step* recipe::step(std::string_view id) const noexcept {
    const auto found = std::ranges::find(steps, id, &recipe_step::id);
    return found == steps.end() ? nullptr : &*found;
}

}  // namespace grove::cmd
