// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/variables.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"
#include "cmd/run/recipe/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace grove::cmd {
namespace {

std::optional<text_error> check_number(std::string_view text, bool whole) {
    quantity number;
    if (auto wrong = parse_value(text.starts_with('-') ? text.substr(1) : text, number))
        return wrong;
    if (number.kind != unit_kind::plain) return text_error{"has a unit", 0, "write a plain number"};
    if (whole && text.find_first_of(".eE") != std::string_view::npos)
        return text_error{"is not a whole number", 0, {}};
    return std::nullopt;
}

std::optional<text_error> check_choice(const recipe_variable& of, std::string_view text) {
    if (std::ranges::find(of.choices, text) != of.choices.end()) return std::nullopt;
    return text_error{fmt::format("must be one of {}", fmt::join(of.choices, ", ")), 0, {}};
}

template <class T>
std::optional<text_error> check_unit(std::string_view text) {
    T ignored{};
    return parse_value(text, ignored);
}

std::optional<text_error> check_type(const recipe_variable& of, std::string_view text) {
    switch (of.type) {
        case variable_type::whole:
            return check_number(text, true);
        case variable_type::real:
            return check_number(text, false);
        case variable_type::truth:
            if (text == "true" || text == "false") return std::nullopt;
            return text_error{"must be true or false", 0, {}};
        case variable_type::time:
            return check_unit<duration>(text);
        case variable_type::size:
            return check_unit<byte_size>(text);
        case variable_type::url:
            return check_unit<target>(text);
        case variable_type::port: {
            std::uint64_t number = 0;
            if (auto wrong = parse_count(text, 0, 65535, number)) return wrong;
            if (number != 0) return std::nullopt;
            return text_error{"0 is no port", 0, {}};
        }
        case variable_type::path:
            if (!text.empty()) return std::nullopt;
            return text_error{"is empty", 0, {}};
        case variable_type::choice:
            return check_choice(of, text);
        case variable_type::text:
            break;
    }
    return std::nullopt;
}

std::optional<double> measure(std::string_view text) {
    const bool negative = text.starts_with('-');
    quantity value;
    if (parse_value(text.substr(negative ? 1 : 0), value)) return std::nullopt;
    return negative ? -value.value : value.value;
}

std::optional<text_error> check_range(const recipe_variable& of, std::string_view text) {
    const auto value = measure(text);
    const auto least = measure(of.least);
    const auto most = measure(of.most);
    if (value && least && *value < *least)
        return text_error{fmt::format("must be at least {}", of.least), 0, {}};
    if (value && most && *value > *most)
        return text_error{fmt::format("must be at most {}", of.most), 0, {}};
    return std::nullopt;
}

bool is_json(variable_type type) noexcept {
    return type == variable_type::whole || type == variable_type::real ||
           type == variable_type::truth;
}

void refuse_unknown(const recipe& in, const given_values& given) {
    std::vector<std::string_view> names;
    for (const recipe_variable& each : in.vars) names.push_back(each.name);
    for (const auto& [name, value] : given) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const std::string_view best = nearest(name, names);
        const std::string help = !best.empty() ? fmt::format("; did you mean {}?", best)
                                 : names.empty()
                                     ? "; it has none: they stand in [vars]"
                                     : fmt::format("; it has {}", fmt::join(names, ", "));
        throw std::invalid_argument(
            fmt::format("the recipe has no variable \"{}\"{}", one_line(name), help));
    }
}

}  // namespace

std::optional<text_error> check_variable(const recipe_variable& of, std::string_view text) {
    if (auto wrong = check_type(of, text)) return wrong;
    return check_range(of, text);
}

variable_values settle_variables(const recipe& in, const given_values& given,
                                 recipe_problems& problems) {
    refuse_unknown(in, given);
    variable_values values;
    const auto so_far = [&](std::string_view name) -> std::optional<named_value> {
        if (name.starts_with("env.")) {
            const char* const value = environment_value(std::string(name.substr(4)));
            if (value != nullptr) return named_value{value};
        }
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    for (const recipe_variable& each : in.vars) {
        if (const auto found = given.find(each.name); found != given.end()) {
            if (const auto wrong = check_variable(each, found->second)) {
                throw std::invalid_argument(
                    fmt::format("{}={}: {}", each.name, one_line(found->second), wrong->what));
            }
            values[each.name] = {found->second, is_json(each.type)};
            continue;
        }
        if (!each.value) continue;
        text_template parsed;
        if (const auto wrong = text_template::parse(each.value->text, parsed)) {
            problems.add(problem_kind::bad_template, each.value->place(wrong->offset), wrong->what,
                         wrong->hint);
            continue;
        }
        const auto value = parsed.expand(so_far);
        if (!value) {
            problems.add(problem_kind::unknown_name, each.value->place(0),
                         fmt::format("the default of {} has a name without a value", each.name),
                         "it may name variables above it, and {{env.NAME}}");
            continue;
        }
        if (const auto wrong = check_variable(each, *value)) {
            problems.add(problem_kind::bad_value, each.value->place(wrong->offset),
                         fmt::format("{}: {}", each.name, wrong->what), wrong->hint);
            continue;
        }
        values[each.name] = {*value, is_json(each.type)};
    }
    return values;
}

std::vector<const recipe_variable*> missing_variables(const recipe& in,
                                                      const variable_values& values) {
    std::vector<const recipe_variable*> missing;
    for (const recipe_variable& each : in.vars) {
        if (!values.contains(each.name) && !each.value) missing.push_back(&each);
    }
    return missing;
}

given_values variables_of_environment(const recipe& in) {
    given_values found;
    for (const recipe_variable& each : in.vars) {
        const char* const value = environment_value("GROVE_VAR_" + each.name);
        if (value != nullptr) found[each.name] = value;
    }
    return found;
}

}  // namespace grove::cmd
