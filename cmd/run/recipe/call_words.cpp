// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/call_words.hpp"

#include "cmd/common/command_line.hpp"
#include "cmd/run/recipe/recipe_names.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {
namespace {

bool add(const placed_text& text, const name_lookup& lookup, command_words& into,
         const std::function<void(std::string)>& take) {
    text_template parsed;
    static_cast<void>(text_template::parse(text.text, parsed));
    auto made = parsed.expand(lookup);
    if (!made) {
        if (into.unknown.empty()) into.unknown = text.text;
        return false;
    }
    take(std::move(*made));
    return true;
}

void add_body(const recipe_call& call, const name_lookup& lookup, command_words& into) {
    const auto body = to_json(*call.body, lookup);
    if (!body) {
        if (into.unknown.empty()) into.unknown = "json";
        return;
    }
    into.words.push_back("--data-raw=" + *body);
    into.words.emplace_back("--header=Content-Type: application/json");
}

}  // namespace

std::string option_word(const option& of, std::string_view value) {
    const std::string name = "--" + of.name;
    if (of.kind == value_kind::flag) return value == "true" ? name : std::string();
    return name + '=' + std::string(value);
}

command_words words_of(const recipe_call& call, const verb_book& verbs, const name_lookup& lookup) {
    command_words made;
    const auto keep = [&](std::string word) { made.words.push_back(std::move(word)); };
    const verb* const of = verbs.find(call.verb);
    std::vector<std::string> named_words;
    if (of != nullptr) {
        const auto use = of->prepare();
        for (const call_option& each : call.options) {
            const option* const known = use->table().find(each.name);
            if (known == nullptr) continue;
            add(each.value, lookup, made, [&](std::string value) {
                if (known->words != word_rule::none) return named_words.push_back(std::move(value));
                if (auto word = option_word(*known, value); !word.empty()) keep(std::move(word));
            });
        }
        if (call.body) add_body(call, lookup, made);
    }
    for (std::string& each : named_words) keep(std::move(each));
    for (const placed_text& each : call.words) add(each, lookup, made, keep);
    return made;
}

bool discards_answers(const recipe_step& step, const verb_book& verbs) {
    const recipe_call& call = step.call;
    if (call.verb != "fetch") return false;
    const verb* const of = verbs.find(call.verb);
    if (of == nullptr) return false;
    const bool looks = !step.save.empty() || call.body || call.find("expect") != nullptr ||
                       call.find("request") != nullptr;
    if (!looks) return false;
    const auto use = of->prepare();
    for (const call_option& each : call.options) {
        if (option* const known = use->table().find(each.name))
            static_cast<void>(known->set(each.value.text));
    }
    std::vector<const char*> words;
    for (const placed_text& each : call.words) words.push_back(each.text.c_str());
    static_cast<void>(set_options(use->table(), words));
    return std::ranges::none_of(use->table().options(), [](const option& each) {
        const bool keeps = each.name == "output" || each.name == "input" || each.name == "resume" ||
                           each.name == "skip-existing";
        return keeps && each.given > 0;
    });
}

std::string quoted_word(std::string_view word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./:=@%+,{}").find(c) != std::string_view::npos;
    });
    if (plain) return std::string(word);
    std::string made = "'";
    for (const char c : word) {
        if (c == '\'')
            made += "'\\''";
        else
            made += c;
    }
    return made + '\'';
}

std::string command_line_of(const recipe_call& call, const std::vector<std::string>& words) {
    if (call.verb == "sh") return words.empty() ? std::string() : words.front();
    std::string line = call.is_program() ? std::string() : "grove " + call.verb;
    for (const std::string& each : words) {
        if (!line.empty()) line += ' ';
        line += quoted_word(each);
    }
    return line;
}

}  // namespace grove::cmd
