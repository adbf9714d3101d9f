// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/text_template.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What the names in a recipe's templates stand for.
///
///     {{rate}}          a variable, a secret, or what a step has saved
///     {{login.token}}   the same, of the step `login`
///     {{api.port}}      of the service `api`; also `api.pid`
///     {{port}}          inside a service: its own
///     {{matrix.path}}   of the step's matrix
///     {{env.HOME}}      of the environment
///     {{tmp}}           a folder for this run alone
///     {{grove}}         the program that runs the recipe

namespace grove::cmd {

enum class name_kind : unsigned char {
    variable,
    secret,
    tmp,
    program,
    environment,
    matrix,
    service_port,
    service_pid,
    saved,
};

struct resolved_name {
    name_kind kind = name_kind::variable;
    std::string owner = {};  ///< the service, or the step that saves
    std::string key = {};    ///< the variable, the axis, what is saved
};

/// Who uses the name; both null: a variable's default, a report's path.
struct name_scope {
    const recipe_step* step = nullptr;
    const recipe_service* service = nullptr;
};

/// Result: nothing where the name means nothing there.
[[nodiscard]] std::optional<resolved_name> resolve_name(const recipe& in, std::string_view name,
                                                        const name_scope& scope);

/// All names that could stand there, for suggestions.
[[nodiscard]] std::vector<std::string> names_in_scope(const recipe& in, const name_scope& scope);

/// Calls `take` for each text that is a template; `source` is the recipe's.
void visit_texts(const recipe_step& step, std::string_view source,
                 const std::function<void(const placed_text&)>& take);
void visit_texts(const recipe_service& service,
                 const std::function<void(const placed_text&)>& take);

/// Calls `take` for each name in the templates among them, with where it was written.
void visit_names(const placed_text& text,
                 const std::function<void(const std::string& name, std::size_t offset)>& take);

/// `text` with its names replaced, each byte of a replacement at the place of the name.
/// Result: nothing where a name has no value, or the text is no template.
[[nodiscard]] std::optional<placed_text> expand(const placed_text& text, const name_lookup& lookup);

/// A TOML value as JSON, its texts expanded. Result: nothing where a name has no value.
[[nodiscard]] std::optional<std::string> to_json(const toml_value& value,
                                                 const name_lookup& lookup);

}  // namespace grove::cmd
