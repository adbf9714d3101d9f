// SPDX-License-Identifier: MIT
#include "cmd/run/recipe_list.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/call_words.hpp"
#include "cmd/run/recipe/recipe_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

namespace grove::cmd {
namespace {

constexpr std::size_t widest_id = 24;

/// Variables and the matrix are known; all else stays a name in braces.
name_lookup known_names(const checked_recipe& of, const name_scope& scope,
                        const std::vector<axis_value>& matrix) {
    return [&of, scope, &matrix](std::string_view name) -> std::optional<named_value> {
        const auto found = resolve_name(of.what, name, scope);
        if (found && found->kind == name_kind::variable) {
            const auto value = of.vars.find(found->key);
            if (value != of.vars.end()) return value->second;
        }
        if (found && found->kind == name_kind::matrix) {
            const auto axis = std::ranges::find(matrix, found->key, &axis_value::name);
            if (axis != matrix.end()) return named_value{axis->value.text};
        }
        return named_value{fmt::format("{{{{{}}}}}", name)};
    };
}

std::string command_of(const checked_recipe& of, const recipe_call& call, const verb_book& verbs,
                       const name_scope& scope, const std::vector<axis_value>& matrix) {
    const auto words = words_of(call, verbs, known_names(of, scope, matrix));
    return command_line_of(call, words.words);
}

std::string first_line(const std::string& text) {
    const std::size_t end = text.find('\n');
    return end == std::string::npos ? text : text.substr(0, end) + " ..";
}

std::size_t width_of_ids(const checked_recipe& of) {
    std::size_t width = 4;
    for (const recipe_step& each : of.what.steps) width = std::max(width, each.id.size());
    for (const recipe_step& each : of.what.finals) width = std::max(width, each.id.size());
    for (const recipe_service& each : of.what.services) width = std::max(width, each.id.size());
    return std::min(width, widest_id);
}

std::string list_variables(const checked_recipe& of) {
    if (of.what.vars.empty()) return {};
    std::string text = "\nvariables (--set NAME=VALUE)\n";
    for (const recipe_variable& each : of.what.vars) {
        const auto value = of.vars.find(each.name);
        text += fmt::format("  {:<16} {:<20} {}\n", each.name,
                            value == of.vars.end() ? "needs a value" : one_line(value->second.text),
                            each.help);
    }
    return text;
}

const char* order_of(const recipe_step& step) {
    if (step.has_needs) return "needs";
    return step.parallel ? "parallel" : "";
}

std::string list_steps(const checked_recipe& of, const verb_book& verbs, std::size_t width,
                       bool finals) {
    std::string text;
    for (const recipe_step& each : finals ? of.what.finals : of.what.steps) {
        std::string notes;
        if (std::string_view(order_of(each)) == "parallel") notes += "  (parallel)";
        if (each.has_needs) {
            std::vector<std::string> names;
            for (const placed_name& one : each.needs) names.push_back(one.name);
            notes += fmt::format("  (needs {})", fmt::join(names, ", "));
        }
        if (each.when_true) notes += fmt::format("  (when {})", one_line(each.when_true->text));
        if (!each.tags.empty()) notes += fmt::format("  #{}", fmt::join(each.tags, " #"));
        text += fmt::format(
            "  {:<{}} {}{}\n", each.id, width,
            fit_end(one_line(first_line(command_of(of, each.call, verbs, {&each, nullptr}, {}))),
                    100),
            notes);
    }
    return text;
}

/// For each node all that it waits for, through others too.
std::vector<std::set<std::size_t>> all_behind(const run_plan& plan) {
    std::vector<std::set<std::size_t>> behind(plan.nodes.size());
    std::vector<bool> done(plan.nodes.size(), false);
    const std::function<void(std::size_t)> visit = [&](std::size_t at) {
        if (done[at]) return;
        done[at] = true;
        for (const std::size_t each : plan.nodes[at].after) {
            visit(each);
            behind[at].insert(each);
            behind[at].insert(behind[each].begin(), behind[each].end());
        }
    };
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) visit(i);
    return behind;
}

}  // namespace

std::string list_recipe(const checked_recipe& of, const verb_book& verbs) {
    const std::size_t width = width_of_ids(of);
    std::string text = one_line(of.what.name);
    if (!of.what.description.empty()) text += ": " + one_line(of.what.description);
    text += '\n';
    if (!of.what.services.empty()) text += "\nservices\n";
    for (const recipe_service& each : of.what.services) {
        text += fmt::format(
            "  {:<{}} {}\n", each.id, width,
            fit_end(one_line(first_line(command_of(of, each.call, verbs, {nullptr, &each}, {}))),
                    100));
    }
    text += "\nsteps\n" + list_steps(of, verbs, width, false);
    if (!of.what.finals.empty()) text += "\nfinally\n" + list_steps(of, verbs, width, true);
    return text + list_variables(of);
}

std::string dry_run(const checked_recipe& of, const run_plan& plan, const verb_book& verbs) {
    std::string text;
    for (const recipe_service& each : of.what.services) {
        text += fmt::format("# service {}\n{}\n", each.id,
                            command_of(of, each.call, verbs, {nullptr, &each}, {}));
    }
    for (const plan_node& each : plan.nodes) {
        text +=
            fmt::format("# {}{}\n{}\n", each.final ? "finally " : "", each.id,
                        command_of(of, each.step->call, verbs, {each.step, nullptr}, each.matrix));
    }
    return text;
}

std::string graph_of(const checked_recipe& of, const run_plan& plan) {
    std::string text = "digraph recipe {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n";
    const auto quoted = [](const std::string& name) {
        std::string made;
        append_json_string(made, one_line(name));
        return made;
    };
    for (const recipe_service& each : of.what.services)
        text += fmt::format("  {} [shape=cylinder];\n", quoted(each.id));
    for (std::size_t i = 0; i < plan.services.size(); ++i) {
        for (const std::size_t behind : plan.services[i])
            text += fmt::format("  {} -> {} [style=dotted];\n", quoted(of.what.services[behind].id),
                                quoted(of.what.services[i].id));
    }
    const auto behind = all_behind(plan);
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const plan_node& node = plan.nodes[i];
        text += fmt::format("  {}{};\n", quoted(node.id), node.final ? " [style=dashed]" : "");
        for (const std::size_t one : node.services)
            text += fmt::format("  {} -> {} [style=dotted];\n", quoted(of.what.services[one].id),
                                quoted(node.id));
        for (const std::size_t one : node.after) {
            const bool longer = std::ranges::any_of(node.after, [&](std::size_t other) {
                return other != one && behind[other].contains(one);
            });
            if (!longer)
                text += fmt::format("  {} -> {};\n", quoted(plan.nodes[one].id), quoted(node.id));
        }
    }
    return text + "}\n";
}

std::string list_as_json(const checked_recipe& of, const run_plan& plan, const verb_book& verbs) {
    std::string text;
    for (const recipe_service& each : of.what.services) {
        json_object line;
        line.add("service", each.id).add("verb", each.call.verb);
        line.add("command", command_of(of, each.call, verbs, {nullptr, &each}, {}));
        text += line.text() + '\n';
    }
    for (const plan_node& each : plan.nodes) {
        json_object line;
        line.add("step", each.id).add("verb", each.step->call.verb).add("finally", each.final);
        line.add("command",
                 command_of(of, each.step->call, verbs, {each.step, nullptr}, each.matrix));
        if (each.step->when_true) line.add("when", each.step->when_true->text);
        std::string after = "[";
        for (const std::size_t one : each.after) {
            if (after.size() > 1) after += ',';
            append_json_string(after, plan.nodes[one].id);
        }
        text += line.add_json("after", after + "]").text() + '\n';
    }
    return text;
}

}  // namespace grove::cmd
