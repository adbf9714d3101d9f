// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_check.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/call_check.hpp"
#include "cmd/run/recipe/recipe_names.hpp"
#include "cmd/run/recipe/recipe_reader.hpp"

#include <grove/error.hpp>

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace grove::cmd {
namespace {

void check_template(const placed_text& text, recipe_problems& problems) {
    text_template ignored;
    if (const auto wrong = text_template::parse(text.text, ignored)) {
        problems.add(problem_kind::bad_template, text.place(wrong->offset), wrong->what,
                     wrong->hint);
    }
}

void check_templates(const recipe& in, std::string_view source, recipe_problems& problems) {
    const auto check = [&](const placed_text& text) { check_template(text, problems); };
    for (const recipe_service& each : in.services) visit_texts(each, check);
    for (const recipe_step& each : in.steps) visit_texts(each, source, check);
    for (const recipe_step& each : in.finals) visit_texts(each, source, check);
}

/// `pages[{{first}}]` as it will be: variables are known.
void name_instances(run_plan& plan, const variable_values& vars) {
    const auto known = [&](std::string_view name) -> std::optional<named_value> {
        const auto found = vars.find(name);
        return found == vars.end() ? std::nullopt : std::optional(found->second);
    };
    for (plan_node& node : plan.nodes) {
        if (node.matrix.empty()) continue;
        std::string values;
        for (const axis_value& each : node.matrix) {
            const auto value = expand(each.value, known);
            values += (values.empty() ? "" : ",") + one_line(value ? value->text : each.value.text);
        }
        node.id = node.step->id + '[' + values + ']';
    }
}

}  // namespace

void load_recipe(std::string text, const std::string& name, const std::string& folder,
                 const verb_book& verbs, given_values given, checked_recipe& into,
                 recipe_problems& problems) {
    into.text = std::move(text);
    into.what = read_recipe(into.text, name, verbs, problems);
    const std::string place = (std::filesystem::path(folder) / into.what.cwd).string();
    if (!place.empty() && ::chdir(place.c_str()) != 0) throw_errno("enter", place);
    for (auto& [key, value] : variables_of_environment(into.what)) given.try_emplace(key, value);
    into.vars = settle_variables(into.what, given, problems);
    check_templates(into.what, into.text, problems);
    const call_check calls(into.what, into.vars, verbs, problems);
    for (const recipe_service& each : into.what.services) calls.check(each);
    for (const recipe_step& each : into.what.steps) calls.check(each);
    for (const recipe_step& each : into.what.finals) calls.check(each);
    into.plan = make_plan(into.what, into.text, problems);
    name_instances(into.plan, into.vars);
}

}  // namespace grove::cmd
