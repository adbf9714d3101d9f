// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_facts.hpp"

#include "cmd/common/units.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace grove::cmd {
namespace {

constexpr std::string_view environment = "env";

fact_type type_of(variable_type type) noexcept {
    switch (type) {
        case variable_type::whole:
        case variable_type::real:
        case variable_type::port:
            return fact_type::number;
        case variable_type::truth:
            return fact_type::boolean;
        case variable_type::time:
            return fact_type::duration;
        case variable_type::size:
            return fact_type::size;
        case variable_type::text:
        case variable_type::url:
        case variable_type::path:
        case variable_type::choice:
            break;
    }
    return fact_type::text;
}

bool equal_without_case(std::string_view name, std::string_view lower) noexcept {
    return std::ranges::equal(name, lower, {}, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

/// The keys of a family have no case; of names that differ in it alone the first one is meant.
fact_value value_in_environment(std::string_view key) {
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view pair = *each;
        const std::size_t mark = std::min(pair.find('='), pair.size());
        if (equal_without_case(pair.substr(0, mark), key))
            return pair.substr(std::min(mark + 1, pair.size()));
    }
    return {};
}

boost::json::value document_of(const named_value& value) {
    boost::json::error_code wrong;
    boost::json::value document;
    if (value.is_json) document = boost::json::parse(value.text, wrong);
    return value.is_json && !wrong ? document : boost::json::value(value.text);
}

}  // namespace

recipe_facts::recipe_facts(const recipe& in, const recipe_step& step) {
    for (const recipe_variable& each : in.vars) add(each.name, type_of(each.type));
    for (const recipe_step& one : in.steps) {
        for (const placed_pair& each : one.save) {
            add(one.id + '.' + each.name, fact_type::json);
            if (std::ranges::find(facts_, each.name, &fact::name) == facts_.end())
                add(each.name, fact_type::json);
        }
    }
    for (const matrix_axis& each : step.matrix) add("matrix." + each.name, fact_type::json);
    add(std::string(environment), fact_type::family);
}

void recipe_facts::add(std::string name, fact_type type) {
    names_.push_back(std::move(name));
    facts_.push_back({names_.back(), type, {}});
}

struct recipe_fact_source::document {
    boost::json::value value;
};

recipe_fact_source::recipe_fact_source(const recipe_facts& facts, const name_lookup& lookup)
    : facts_(facts), lookup_(lookup) {}

recipe_fact_source::~recipe_fact_source() = default;

fact_value recipe_fact_source::value(std::string_view name, std::string_view key) const {
    if (name == environment) return value_in_environment(key);
    const auto found = std::ranges::find(facts_.all(), name, &fact::name);
    const auto value = lookup_(name);
    return value && found != facts_.all().end() ? typed(found->type, *value) : fact_value();
}

fact_value recipe_fact_source::typed(fact_type type, const named_value& value) const {
    const bool negative = value.text.starts_with('-');
    quantity number;
    switch (type) {
        case fact_type::number:
        case fact_type::duration:
        case fact_type::size:
            if (parse_value(std::string_view(value.text).substr(negative ? 1 : 0), number))
                return {};
            return negative ? -number.value : number.value;
        case fact_type::boolean:
            return value.text == "true";
        case fact_type::json:
            documents_.push_back(std::make_unique<document>(document{document_of(value)}));
            return &documents_.back()->value;
        default:
            return std::string_view(texts_.emplace_back(value.text));
    }
}

}  // namespace grove::cmd
