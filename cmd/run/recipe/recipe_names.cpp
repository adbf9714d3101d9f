// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_names.hpp"

#include "cmd/common/json_text.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {
namespace {

bool saves(const recipe_step& step, std::string_view name) {
    return std::ranges::find(step.save, name, &placed_pair::name) != step.save.end();
}

std::optional<resolved_name> resolve_plain(const recipe& in, std::string_view name,
                                           const name_scope& scope) {
    const std::string key(name);
    if (name == "port" && scope.service != nullptr)
        return resolved_name{name_kind::service_port, scope.service->id, key};
    if (std::ranges::find(in.vars, name, &recipe_variable::name) != in.vars.end())
        return resolved_name{name_kind::variable, {}, key};
    if (std::ranges::find(in.secrets, name, &recipe_secret::name) != in.secrets.end())
        return resolved_name{name_kind::secret, {}, key};
    if (name == "tmp") return resolved_name{name_kind::tmp, {}, key};
    if (name == "grove") return resolved_name{name_kind::program, {}, key};
    for (const recipe_step& each : in.steps) {
        if (saves(each, name)) return resolved_name{name_kind::saved, each.id, key};
    }
    return std::nullopt;
}

std::optional<resolved_name> resolve_dotted(const recipe& in, std::string_view owner,
                                            std::string_view rest, const name_scope& scope) {
    const std::string key(rest);
    if (owner == "env" && !rest.empty()) return resolved_name{name_kind::environment, {}, key};
    if (owner == "matrix" && scope.step != nullptr) {
        const auto& axes = scope.step->matrix;
        if (std::ranges::find(axes, rest, &matrix_axis::name) != axes.end())
            return resolved_name{name_kind::matrix, {}, key};
        return std::nullopt;
    }
    if (in.service(owner) != nullptr) {
        if (rest == "port") return resolved_name{name_kind::service_port, std::string(owner), key};
        if (rest == "pid") return resolved_name{name_kind::service_pid, std::string(owner), key};
    }
    if (const recipe_step* step = in.step(owner); step != nullptr && saves(*step, rest))
        return resolved_name{name_kind::saved, std::string(owner), key};
    return std::nullopt;
}

void visit_call(const recipe_call& call, const std::function<void(const placed_text&)>& take) {
    for (const call_option& each : call.options) take(each.value);
    for (const placed_text& each : call.words) take(each);
}

void visit_body(const toml_value& value, std::string_view source,
                const std::function<void(const placed_text&)>& take) {
    if (value.type == toml_type::text) take({value.text, places_of(source, value)});
    for (const toml_value& each : value.items) visit_body(each, source, take);
    for (const toml_entry& each : value.entries) visit_body(each.value, source, take);
}

/// A JSON value of one that is no text, list or table.
void append_scalar(std::string& to, const toml_value& value) {
    const bool is_json = value.type == toml_type::integer || value.type == toml_type::boolean ||
                         (value.type == toml_type::real &&
                          value.text.find_first_of("nf") == std::string::npos);  // nan, inf
    if (is_json)
        to += value.text;
    else
        append_json_string(to, value.text);
}

bool append_value(std::string& to, const toml_value& value, const name_lookup& lookup) {
    if (value.type == toml_type::text) {
        text_template text;
        if (text_template::parse(value.text, text)) return false;
        const auto made = text.value(lookup);
        if (!made) return false;
        if (made->is_json)
            to += made->text;
        else
            append_json_string(to, made->text);
        return true;
    }
    if (value.type != toml_type::list && value.type != toml_type::table) {
        append_scalar(to, value);
        return true;
    }
    const bool list = value.type == toml_type::list;
    to += list ? '[' : '{';
    bool first = true;
    for (const toml_value& each : value.items) {
        if (!std::exchange(first, false)) to += ',';
        if (!append_value(to, each, lookup)) return false;
    }
    for (const toml_entry& each : value.entries) {
        if (!std::exchange(first, false)) to += ',';
        append_json_string(to, each.key);
        to += ':';
        if (!append_value(to, each.value, lookup)) return false;
    }
    to += list ? ']' : '}';
    return true;
}

}  // namespace

std::optional<resolved_name> resolve_name(const recipe& in, std::string_view name,
                                          const name_scope& scope) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return resolve_plain(in, name, scope);
    return resolve_dotted(in, name.substr(0, dot), name.substr(dot + 1), scope);
}

std::vector<std::string> names_in_scope(const recipe& in, const name_scope& scope) {
    std::vector<std::string> names;
    for (const recipe_variable& each : in.vars) names.push_back(each.name);
    for (const recipe_secret& each : in.secrets) names.push_back(each.name);
    for (const recipe_service& each : in.services) {
        names.push_back(each.id + ".port");
        names.push_back(each.id + ".pid");
    }
    for (const recipe_step& step : in.steps) {
        for (const placed_pair& each : step.save) names.push_back(each.name);
        for (const placed_pair& each : step.save) names.push_back(step.id + '.' + each.name);
    }
    if (scope.step != nullptr) {
        for (const matrix_axis& each : scope.step->matrix) names.push_back("matrix." + each.name);
    }
    if (scope.service != nullptr) names.emplace_back("port");
    names.insert(names.end(), {"tmp", "grove"});
    return names;
}

void visit_texts(const recipe_step& step, std::string_view source,
                 const std::function<void(const placed_text&)>& take) {
    visit_call(step.call, take);
    if (step.call.body) visit_body(*step.call.body, source, take);
    for (const placed_pair& each : step.env) take(each.value);
    if (step.cwd) take(*step.cwd);
    for (const placed_text& each : step.expect) take(each);
    if (step.retry_on) take(*step.retry_on);
    for (const matrix_axis& axis : step.matrix) std::ranges::for_each(axis.values, take);
}

void visit_texts(const recipe_service& service,
                 const std::function<void(const placed_text&)>& take) {
    visit_call(service.call, take);
    for (const placed_pair& each : service.env) take(each.value);
    if (service.cwd) take(*service.cwd);
    if (!service.ready) return;
    for (const placed_text& each : service.ready->words) take(each);
    for (const call_option& each : service.ready->options) take(each.value);
    if (service.ready->log) take(*service.ready->log);
}

void visit_names(const placed_text& text,
                 const std::function<void(const std::string& name, std::size_t offset)>& take) {
    text_template parsed;
    if (text_template::parse(text.text, parsed)) return;
    for (const text_template::piece& each : parsed.pieces()) {
        if (each.is_name) take(each.text, text.place(each.offset));
    }
}

std::optional<placed_text> expand(const placed_text& text, const name_lookup& lookup) {
    text_template parsed;
    if (text_template::parse(text.text, parsed)) return std::nullopt;
    if (parsed.pieces().empty()) return text;
    placed_text made;
    for (const text_template::piece& each : parsed.pieces()) {
        if (!each.is_name && !each.in_braces) {
            made.append(text.part(each.offset, each.text.size()));
            continue;
        }
        const auto value = text_template::value_of(each, lookup);
        if (!value) return std::nullopt;
        made.append(value->text, text.place(each.offset));
    }
    return made;
}

std::optional<std::string> to_json(const toml_value& value, const name_lookup& lookup) {
    std::string made;
    if (!append_value(made, value, lookup)) return std::nullopt;
    return made;
}

}  // namespace grove::cmd
