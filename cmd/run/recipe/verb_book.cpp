// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/verb_book.hpp"

#include <algorithm>

namespace grove::cmd {
namespace {

constexpr std::string_view itself = "run";
constexpr std::string_view server = "serve";

}  // namespace

const verb* verb_book::find(std::string_view name) const noexcept {
    for (const verb& each : verbs_) {
        if (each.name == name && name != itself) return &each;
    }
    return nullptr;
}

const std::vector<std::string_view>& verb_book::option_names(const verb& of) const {
    known_options& known = options_[&of];
    if (known.use != nullptr) return known.names;
    known.use = of.prepare();
    for (const option& each : known.use->table().options()) {
        if (!is_talk_option(each.name)) known.names.push_back(each.name);
    }
    return known.names;
}

bool verb_book::sends_requests(const verb& of) const {
    const auto& names = option_names(of);
    return std::ranges::find(names, "request") != names.end();
}

std::vector<std::string_view> verb_book::step_verbs() const {
    std::vector<std::string_view> keys;
    for (const verb& each : verbs_) {
        if (each.name != itself && each.name != server) keys.push_back(each.name);
    }
    keys.insert(keys.end(), {"exec", "sh"});
    return keys;
}

std::vector<std::string_view> verb_book::service_verbs() const {
    std::vector<std::string_view> keys{"exec", "sh"};
    if (find(server) != nullptr) keys.push_back(server);
    return keys;
}

bool is_talk_option(std::string_view name) {
    if (name == "save-recipe") return true;
    static const option_table& table = []() -> const option_table& {
        static talk_options options;
        static option_table described;
        describe(options, described);
        return described;
    }();
    return std::ranges::find(table.options(), name, &option::name) != table.options().end();
}

}  // namespace grove::cmd
