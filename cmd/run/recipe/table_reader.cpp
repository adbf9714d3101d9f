// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/table_reader.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

bool is_scalar(toml_type type) noexcept {
    return type != toml_type::list && type != toml_type::table;
}

}  // namespace

std::optional<placed_text> scalar_text(const recipe_source& source, const toml_value& value,
                                       std::string_view name) {
    if (!is_scalar(value.type)) {
        source.problems.add(
            problem_kind::wrong_type, value.offset,
            fmt::format("{} is {}, where a text is expected", name, describe_type(value.type)));
        return std::nullopt;
    }
    if (value.type == toml_type::text)
        return placed_text{value.text, places_of(source.text, value)};
    placed_text made;
    made.append(value.text, value.offset);
    return made;
}

table_reader::table_reader(const recipe_source& source, const toml_value& table,
                           const key_table& keys)
    : table_reader(source, table, std::string(keys.what)) {
    also(keys);
}

table_reader::table_reader(const recipe_source& source, const toml_value& table, std::string what)
    : source_(source), table_(table), what_(std::move(what)) {
    if (table.type == toml_type::table) return;
    source_.problems.add(
        problem_kind::wrong_type, table.offset,
        fmt::format("{} is {}, where a table is expected", what_, describe_type(table.type)));
}

const key_rule* table_reader::rule_of(std::string_view key, key_type type) const {
    if (tables_.empty()) return nullptr;
    for (const key_table* each : tables_) {
        const key_rule* const found = each->find(key);
        if (found != nullptr && found->type == type) return found;
    }
    throw std::logic_error(fmt::format("{} is no key of {} of the type it is read as", key, what_));
}

const toml_value* table_reader::take(std::string_view key) {
    taken_.emplace_back(key);
    return table_.find(key);
}

const toml_value* table_reader::take(std::string_view key, toml_type type) {
    const toml_value* const found = take(key);
    if (found == nullptr || found->type == type) return found;
    source_.problems.add(problem_kind::wrong_type, found->offset,
                         fmt::format("{} is {}, where {} is expected", key,
                                     describe_type(found->type), describe_type(type)));
    return nullptr;
}

const toml_value* table_reader::take(std::string_view key, key_type as) {
    rule_of(key, as);
    return take(key, toml_type::table);
}

std::optional<placed_text> table_reader::scalar(std::string_view key) {
    const toml_value* const found = take(key);
    if (found == nullptr) return std::nullopt;
    return scalar_text(source_, *found, key);
}

std::optional<placed_text> table_reader::text(std::string_view key) {
    rule_of(key, key_type::text);
    return scalar(key);
}

std::string table_reader::plain_text(std::string_view key) {
    rule_of(key, key_type::plain);
    const toml_value* const found = take(key, toml_type::text);
    return found == nullptr ? std::string() : found->text;
}

std::vector<placed_text> table_reader::texts(std::string_view key) {
    rule_of(key, key_type::texts);
    const toml_value* const found = take(key);
    if (found == nullptr) return {};
    std::vector<placed_text> made;
    if (found->type != toml_type::list) {
        if (auto one = scalar_text(source_, *found, key)) made.push_back(std::move(*one));
        return made;
    }
    for (const toml_value& each : found->items) {
        if (auto one = scalar_text(source_, each, key)) made.push_back(std::move(*one));
    }
    return made;
}

void table_reader::flag(std::string_view key, bool& into) {
    rule_of(key, key_type::flag);
    if (const toml_value* const found = take(key, toml_type::boolean)) into = found->text == "true";
}

std::optional<duration> table_reader::time(std::string_view key) {
    rule_of(key, key_type::time);
    const auto text = scalar(key);
    if (!text) return std::nullopt;
    duration made{};
    if (const auto wrong = parse_value(text->text, made)) {
        source_.problems.add(problem_kind::bad_value, text->place(wrong->offset),
                             fmt::format("{}: {}", key, wrong->what), wrong->hint);
        return std::nullopt;
    }
    return made;
}

std::optional<std::uint64_t> table_reader::count(std::string_view key) {
    const key_rule& rule = *rule_of(key, key_type::count);
    const auto text = scalar(key);
    if (!text) return std::nullopt;
    std::uint64_t made = 0;
    auto wrong = parse_count(text->text, 0, rule.most, made);
    if (!wrong && made < rule.least)
        wrong = text_error{fmt::format("must be from {} to {}", rule.least, rule.most), 0, {}};
    if (!wrong) return made;
    source_.problems.add(problem_kind::bad_value, text->place(wrong->offset),
                         fmt::format("{}: {}", key, wrong->what), wrong->hint);
    return std::nullopt;
}

std::optional<std::size_t> table_reader::choice(std::string_view key) {
    const auto choices = rule_of(key, key_type::choice)->choices;
    const toml_value* const found = take(key, toml_type::text);
    if (found == nullptr) return std::nullopt;
    const auto at = std::ranges::find(choices, found->text);
    if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
    source_.problems.add(problem_kind::bad_value, found->offset,
                         fmt::format("{} cannot be \"{}\"", key, one_line(found->text)),
                         fmt::format("write {}", fmt::join(choices, ", ")));
    return std::nullopt;
}

std::vector<const toml_entry*> table_reader::rest() const {
    std::vector<const toml_entry*> made;
    for (const toml_entry& each : table_.entries) {
        if (std::ranges::find(taken_, each.key) == taken_.end()) made.push_back(&each);
    }
    return made;
}

void table_reader::refuse_rest(const std::vector<std::string_view>& also) {
    for (const toml_entry* each : rest()) refuse(*each, also);
}

void table_reader::refuse(const toml_entry& entry, const std::vector<std::string_view>& also) {
    std::vector<std::string_view> names;
    for (const key_table* each : tables_) {
        for (const key_rule& rule : each->keys) names.push_back(rule.name);
    }
    if (tables_.empty()) names.assign(taken_.begin(), taken_.end());
    names.insert(names.end(), also.begin(), also.end());
    const std::string_view best = nearest(entry.key, names);
    std::string help;
    if (!best.empty()) {
        help = fmt::format("did you mean {}?", best);
    } else if (names.size() <= 16) {
        help = fmt::format("{} has {}", what_, fmt::join(names, ", "));
    }
    source_.problems.add(problem_kind::unknown_key, entry.offset,
                         fmt::format("{} has no key \"{}\"", what_, one_line(entry.key)),
                         std::move(help));
}

std::size_t table_reader::offset_of(std::string_view key) const noexcept {
    const auto found = std::ranges::find(table_.entries, key, &toml_entry::key);
    return found == table_.entries.end() ? table_.offset : found->offset;
}

}  // namespace grove::cmd
