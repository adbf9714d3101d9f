// SPDX-License-Identifier: MIT
#include "cmd/pages/completion.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

bool names_a_file(const option& of) {
    return of.kind == value_kind::file || of.placeholder.find("FILE") != std::string::npos ||
           of.placeholder.find("PATH") != std::string::npos;
}

offered_option offered(const option& of) {
    using value = offered_option::value;
    offered_option made{
        .name = of.name, .letter = of.letter, .help = of.help, .placeholder = of.placeholder};
    if (of.kind == value_kind::choice) {
        made.takes = value::choice;
        made.choices = of.choices;
    } else if (of.kind != value_kind::flag) {
        made.takes = names_a_file(of) ? value::file : value::other;
    }
    return made;
}

void offer(offered_place& to, const option_table& table) {
    for (const option& each : table.options()) {
        if (each.words == word_rule::none)
            to.options.push_back(offered(each));
        else
            to.files = to.files || names_a_file(each);
    }
}

/// The word that a part begins with; empty where that is a URI.
std::string word_of(const verb_part& part) {
    const std::string word = part.usage.substr(0, part.usage.find(' '));
    const bool plain = std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    return plain ? word : std::string();
}

void offer_parts(std::vector<offered_place>& to, const verb_parts& parts) {
    const std::size_t verb_at = to.size() - 1;
    const std::string verb = to[verb_at].name;
    std::vector<std::pair<std::string, std::string>> words;
    std::vector<offered_place> places;
    for (const verb_part& each : parts.all) {
        const std::string word = word_of(each);
        if (word.empty()) continue;
        words.emplace_back(word, each.help);
        offered_place& place = places.emplace_back();
        place.name = verb + ' ' + word;
        place.words.emplace_back(parts.joint, "the next of them");
        place.files = true;
        if (each.describe == nullptr) continue;
        option_table table;
        each.describe(table);
        offer(place, table);
    }
    to[verb_at].words = words;
    to.push_back({.name = verb + ' ' + parts.joint, .words = std::move(words)});
    std::ranges::move(places, std::back_inserter(to));
}

}  // namespace

std::vector<std::string> offered_option::flags() const {
    std::vector<std::string> made;
    if (letter != 0) made.push_back({'-', letter});
    made.push_back("--" + name);
    return made;
}

std::vector<offered_place> offered_places(std::span<const verb> verbs) {
    std::vector<offered_place> places;
    for (const verb& each : verbs) {
        const auto use = each.prepare();
        offered_place& place = places.emplace_back();
        place.name = each.name;
        place.summary = each.summary;
        offer(place, use->table());
        place.options.push_back({.name = "help", .letter = 'h', .help = "a page of all this"});
        if (each.parts != nullptr) offer_parts(places, each.parts());
    }
    return places;
}

bool is_part(const offered_place& place) noexcept {
    return place.name.find(' ') != std::string::npos;
}

std::string quoted(std::string_view text) {
    std::string made = "'";
    for (const char each : text) {
        if (each == '\'')
            made += "'\\''";
        else
            made += each;
    }
    return made + '\'';
}

}  // namespace grove::cmd
