// SPDX-License-Identifier: MIT
// Names of expressions: which fact a word means, and the path into a document.
#include "cmd/common/expression_node.hpp"
#include "cmd/common/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace grove::cmd::expression_detail {

namespace {

[[noreturn]] void fail(std::string what, std::size_t offset, std::string hint = {}) {
    throw bad_expression{{std::move(what), offset, std::move(hint)}};
}

bool takes_more(fact_type type) noexcept {
    return type == fact_type::json || type == fact_type::family || type == fact_type::baseline;
}

// The fact that is `word`, or the longest one that `word` goes on from.
const fact* find_fact(std::string_view word, std::span<const fact> schema) noexcept {
    const fact* best = nullptr;
    for (const fact& each : schema) {
        if (word == each.name) return &each;
        const bool goes_on = word.starts_with(each.name) && takes_more(each.type) &&
                             (word[each.name.size()] == '.' || word[each.name.size()] == '[');
        if (goes_on && (best == nullptr || best->name.size() < each.name.size())) best = &each;
    }
    return best;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// `[0]` or `["key"]`; `rest` begins with the bracket. The lexer saw to its end, but a fact_path
// has none.
path_step bracket_step(std::string_view& rest, std::size_t offset) {
    path_step step;
    std::size_t end = rest.find(']');
    if (rest.size() > 1 && rest[1] == '"') {
        std::size_t at = 2;
        for (; at < rest.size() && rest[at] != '"'; ++at) {
            if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
            step.key += rest[at];
        }
        end = at + 1;
        if (end >= rest.size() || rest[end] != ']') fail("is not a key in brackets", offset);
    } else {
        std::size_t index = 0;
        end = std::min(end, rest.size());
        const auto [stop, error] = std::from_chars(rest.data() + 1, rest.data() + end, index);
        if (error != std::errc{} || stop != rest.data() + end || end == rest.size()) {
            fail("is not an index", offset, "write [0] or [\"key\"]");
        }
        step.index = index;
    }
    rest.remove_prefix(end + 1);
    return step;
}

std::vector<path_step> read_path(std::string_view rest, std::size_t offset) {
    std::vector<path_step> path;
    while (!rest.empty()) {
        if (rest.front() == '[') {
            path.push_back(bracket_step(rest, offset));
            continue;
        }
        if (rest.front() == '.') rest.remove_prefix(1);
        const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
        if (end == 0) fail("has an empty part in its path", offset);
        path.push_back({std::string(rest.substr(0, end)), std::nullopt});
        rest.remove_prefix(end);
    }
    return path;
}

struct typed {
    type of;
    unit_kind unit;
};

typed type_of(fact_type fact) noexcept {
    switch (fact) {
        case fact_type::duration:
            return {type::number, unit_kind::duration};
        case fact_type::size:
            return {type::number, unit_kind::size};
        case fact_type::byte_rate:
            return {type::number, unit_kind::byte_rate};
        case fact_type::event_rate:
            return {type::number, unit_kind::event_rate};
        case fact_type::ratio:
            return {type::number, unit_kind::ratio};
        case fact_type::text:
            return {type::text, unit_kind::plain};
        case fact_type::boolean:
            return {type::boolean, unit_kind::plain};
        case fact_type::json:
        case fact_type::family:
            return {type::dynamic, unit_kind::plain};
        case fact_type::number:
        case fact_type::baseline:
            break;
    }
    return {type::number, unit_kind::plain};
}

text_error unknown_name(std::string_view word, std::size_t offset, std::span<const fact> schema) {
    std::vector<std::string_view> names;
    for (const fact& each : schema) names.push_back(each.name);
    const std::string_view best = nearest(word, names);
    const std::string_view before_dash = word.substr(0, word.find('-'));
    std::string hint;
    if (before_dash.size() < word.size() && find_fact(before_dash, schema) != nullptr) {
        hint = "a minus needs spaces around it";
    } else if (!best.empty()) {
        hint = fmt::format("did you mean {}?", best);
    } else {
        hint = fmt::format("names are {}", fmt::join(names, ", "));
    }
    return {fmt::format("unknown name \"{}\"", word), offset, hint};
}

}  // namespace

node_ptr resolve_name(std::string_view word, std::size_t offset, std::span<const fact> schema) {
    auto made = std::make_unique<node>();
    made->offset = offset;
    made->spelling = std::string(word);
    const fact* const found = find_fact(word, schema);
    if (found == nullptr) {
        made->kind = kind::bare_word;
        made->type = type::text;
        made->problem = unknown_name(word, offset, schema);
        return made;
    }
    made->kind = kind::name;
    made->fact = std::string(found->name);
    made->of_fact = found->type;
    const typed what = type_of(found->type);
    made->type = what.of;
    made->unit = what.unit;
    const std::string_view rest = word.substr(found->name.size());
    if (found->type == fact_type::json) made->path = read_path(rest, offset);
    if (found->type == fact_type::family) {
        if (rest.size() < 2)
            fail(fmt::format("{} of what?", word), offset, fmt::format("write {}.name", word));
        made->key = lower(rest.substr(1));
    }
    if (found->type == fact_type::baseline && !rest.empty()) {
        made->key = std::string(rest.substr(1));
        const fact* const measured = find_fact(made->key, schema);
        if (measured == nullptr || takes_more(measured->type)) {
            throw bad_expression{unknown_name(made->key, offset, schema)};
        }
        const typed as = type_of(measured->type);
        made->type = as.of;
        made->unit = as.unit;
    }
    return made;
}

}  // namespace grove::cmd::expression_detail
