// SPDX-License-Identifier: MIT
#include "cmd/common/option_table.hpp"

#include <algorithm>
#include <stdexcept>

namespace grove::cmd {

namespace option_detail {

std::optional<text_error> parse_flag(std::string_view text, bool& into) {
    if (text != "true" && text != "false") {
        return text_error{"takes no value", 0, "a flag is true or false"};
    }
    into = text == "true";
    return std::nullopt;
}

text_error out_of_range(const std::string& least, const std::string& most) {
    return {"must be from " + least + " to " + most, 0, {}};
}

}  // namespace option_detail

std::optional<text_error> option::set(std::string_view text) {
    auto wrong = store(text);
    if (!wrong) ++given;
    return wrong;
}

std::string option::flag_text() const {
    const std::string full = "--" + name;
    return letter == 0 ? full : std::string{'-', letter, ',', ' '} + full;
}

option& option_table::insert(option added) {
    if (find(added.name) != nullptr || (added.letter != 0 && find(added.letter) != nullptr)) {
        throw std::logic_error("option described twice: " + added.flag_text());
    }
    added.group = group_;
    return options_.emplace_back(std::move(added));
}

option* option_table::find(std::string_view name) noexcept {
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [&](const option& each) { return each.name == name; });
    return found == options_.end() ? nullptr : &*found;
}

option* option_table::find(char letter) noexcept {
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [&](const option& each) { return each.letter == letter; });
    return found == options_.end() ? nullptr : &*found;
}

option* option_table::find_words(word_rule rule) noexcept {
    const auto found = std::find_if(options_.begin(), options_.end(),
                                    [&](const option& each) { return each.words == rule; });
    return found == options_.end() ? nullptr : &*found;
}

std::string option_table::hint_for(std::string_view flag) const {
    const std::string_view name = flag.substr(0, flag.find('='));
    for (const habit& known : habits_) {
        if (known.flag == name) return known.advice;
    }
    if (!name.starts_with("--")) {
        // `-retries 3`: one dash short.
        const std::string_view word = name.substr(1);
        for (const option& each : options_) {
            if (word.size() > 1 && each.name == word) return "did you mean --" + each.name + "?";
        }
        // `-j4`: a letter and its value.
        return name.size() > 2 ? hint_for(name.substr(0, 2)) : std::string();
    }
    std::vector<std::string_view> names;
    for (const option& each : options_) {
        if (each.words == word_rule::none) names.push_back(each.name);
    }
    const std::string_view best = nearest(name.substr(2), names);
    return best.empty() ? std::string() : "did you mean --" + std::string(best) + "?";
}

}  // namespace grove::cmd
