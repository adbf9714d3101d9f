// SPDX-License-Identifier: MIT
// What a step or a service runs: the verb's key, its words, and the options beside it.
#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/step_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::array<std::string_view, 5> verb_names{"fetch", "serve", "poll", "pipe", "bench"};

bool is_method(std::string_view word) noexcept {
    return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

recipe_call step_reader::read_call(table_reader& table, const std::vector<std::string_view>& keys,
                                   std::string_view what) const {
    recipe_call made{.verb = {}, .offset = table.table().offset};
    const toml_entry* const found = find_verb(table, keys, what);
    // Without its verb nobody knows which keys are right.
    if (found == nullptr) {
        for (const toml_entry* each : table.rest()) static_cast<void>(table.take(each->key));
        return made;
    }
    made.verb = found->key;
    made.offset = found->offset;
    if (const auto defaults = defaults_.find(found->key); defaults != defaults_.end())
        made.options = defaults->second;
    static_cast<void>(table.take(found->key));
    if (found->value.type == toml_type::table && !made.is_program()) {
        table_reader inside(source_, found->value, found->key);
        read_options(inside, made);
    } else {
        read_words(found->value, made);
    }
    if (!made.is_program()) read_options(table, made);
    return made;
}

/// The one key that is a verb; tells of none and of several.
const toml_entry* step_reader::find_verb(table_reader& table,
                                         const std::vector<std::string_view>& keys,
                                         std::string_view what) const {
    std::vector<const toml_entry*> found;
    for (const toml_entry& each : table.table().entries) {
        if (std::ranges::find(keys, each.key) != keys.end()) {
            found.push_back(&each);
        } else if (std::ranges::find(verb_names, each.key) != verb_names.end()) {
            const bool other_place = verbs_.find(each.key) != nullptr;
            source_.problems.add(
                other_place ? problem_kind::verbs : problem_kind::unavailable, each.offset,
                other_place ? fmt::format("{} cannot be a {}", each.key, what)
                            : fmt::format("this grove has no verb {}", each.key),
                each.key == "serve" ? "a server is a [[service]]"
                                    : fmt::format("a {} is {}", what, fmt::join(keys, ", ")));
            return nullptr;
        }
    }
    if (found.empty()) {
        for (const toml_entry* each : table.rest()) {
            const std::string_view best = nearest(each->key, keys);
            if (best.empty()) continue;
            source_.problems.add(problem_kind::verbs, each->offset,
                                 fmt::format("there is no verb \"{}\"", one_line(each->key)),
                                 fmt::format("did you mean {}?", best));
            return nullptr;
        }
        source_.problems.add(problem_kind::verbs, table.table().offset,
                             fmt::format("a {} needs a verb", what),
                             fmt::format("one of {}", fmt::join(keys, ", ")));
        return nullptr;
    }
    for (std::size_t i = 1; i < found.size(); ++i) {
        source_.problems.add(
            problem_kind::verbs, found[i]->offset,
            fmt::format("a {} has one verb, and {} is there already", what, found[0]->key),
            fmt::format("make it a [[{}]] of its own", what));
        static_cast<void>(table.take(found[i]->key));
    }
    return found[0];
}

void step_reader::read_words(const toml_value& value, recipe_call& into) const {
    const std::size_t before = source_.problems.all().size();
    if (value.type == toml_type::list) {
        if (into.verb == "sh") {
            source_.problems.add(problem_kind::wrong_type, value.offset,
                                 "sh is one line for the shell, not a list",
                                 "exec takes a list of words");
            return;
        }
        for (const toml_value& each : value.items) {
            auto text = scalar_text(source_, each, into.verb);
            if (!text) continue;
            if (into.verb != "pipe") {
                into.words.push_back(std::move(*text));
                continue;
            }
            // A stage an item, each as one would type it.
            if (!into.words.empty()) into.words.emplace_back().append("then", each.offset);
            split_into(*text, into.words);
        }
    } else if (auto text = scalar_text(source_, value, into.verb)) {
        if (into.verb == "sh") {
            into.words.push_back(std::move(*text));
        } else {
            split_into(*text, into.words);
        }
    }
    const bool names_nothing = into.words.empty() || into.words[0].text.empty();
    if (into.is_program() && names_nothing && source_.problems.all().size() == before) {
        source_.problems.add(problem_kind::bad_value, value.offset,
                             fmt::format("{} names no program", into.verb));
    }
    take_method(into);
}

void step_reader::split_into(const placed_text& text, std::vector<placed_text>& words) const {
    std::vector<placed_text> made;
    if (const auto wrong = split_words(text, made))
        source_.problems.add(problem_kind::bad_value, text.place(wrong->offset), wrong->what);
    words.insert(words.end(), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
}

/// `fetch = "POST :8080/x"`.
void step_reader::take_method(recipe_call& call) const {
    if (call.is_program() || call.words.size() < 2 || !is_method(call.words[0].text)) return;
    const verb* const of = verbs_.find(call.verb);
    if (of == nullptr || !verbs_.sends_requests(*of)) return;
    call.options.push_back({"request", call.words[0].place(0), call.words[0]});
    call.words.erase(call.words.begin());
}

void step_reader::read_options(table_reader& table, recipe_call& into) const {
    const verb* const of = verbs_.find(into.verb);
    if (of == nullptr) return;
    const std::vector<std::string_view>& names = verbs_.option_names(*of);
    for (const toml_entry* each : table.rest()) {
        if (each->key == "json" && verbs_.sends_requests(*of)) {
            into.body = each->value;
        } else if (is_talk_option(each->key)) {
            source_.problems.add(problem_kind::unknown_key, each->offset,
                                 fmt::format("{} is for `grove run` to decide", each->key),
                                 "write `show = true` to see a step's output");
        } else if (std::ranges::find(names, each->key) == names.end()) {
            table.refuse(*each, names);
        } else {
            read_option(*each, into.options);
        }
        static_cast<void>(table.take(each->key));
    }
}

void step_reader::read_option(const toml_entry& entry, std::vector<call_option>& into) const {
    const toml_value& value = entry.value;
    const auto keep = [&](std::optional<placed_text> text) {
        if (text) into.push_back({entry.key, entry.offset, std::move(*text)});
    };
    if (value.type == toml_type::table && entry.key == "header") {
        for (const toml_entry& each : value.entries) {
            auto text = scalar_text(source_, each.value, each.key);
            if (!text) continue;
            placed_text line;
            line.append(each.key + ": ", each.offset);
            line.append(*text);
            keep(std::move(line));
        }
    } else if (value.type == toml_type::list) {
        for (const toml_value& each : value.items) keep(scalar_text(source_, each, entry.key));
    } else {
        keep(scalar_text(source_, value, entry.key));
    }
}

}  // namespace grove::cmd
