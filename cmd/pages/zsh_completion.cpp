// SPDX-License-Identifier: MIT
#include "cmd/pages/completion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace grove::cmd {

namespace {

/// For the parts of an _arguments specification, where brackets and colons have a meaning.
std::string escaped(std::string_view text) {
    std::string made;
    for (const char each : text) {
        if (std::string_view("[]:\\").find(each) != std::string_view::npos) made += '\\';
        made += each;
    }
    return made;
}

std::string function_of(const offered_place& place) {
    std::string name = "_grove_" + place.name;
    std::ranges::replace(name, ' ', '_');
    return name;
}

std::string specification(const offered_option& of, const std::string& flag) {
    std::string text = "*" + flag;
    const bool takes = of.takes != offered_option::value::none;
    if (takes) text += flag.starts_with("--") ? "=" : "+";
    text += "[" + escaped(of.help) + "]";
    if (!takes) return quoted(text);
    text += ":" + escaped(of.placeholder) + ":";
    if (of.takes == offered_option::value::file) text += "_files";
    if (of.takes == offered_option::value::choice)
        text += fmt::format("({})", fmt::join(of.choices, " "));
    return quoted(text);
}

std::string described(const std::vector<std::pair<std::string, std::string>>& rows) {
    std::string text;
    for (const auto& [word, help] : rows) text += ' ' + quoted(word + ':' + escaped(help));
    return text;
}

/// A function that offers what can stand at a place.
std::string place_function(const offered_place& place) {
    const bool has_parts = !place.words.empty() && !is_part(place);
    // Behind the first part, options are the part's.
    std::string text = function_of(place) + "() {\n    _arguments -s" +
                       (has_parts || is_part(place) ? " -A '-*'" : "") + " \\\n";
    for (const offered_option& each : place.options) {
        for (const std::string& flag : each.flags())
            text += "        " + specification(each, flag) + " \\\n";
    }
    text += has_parts
                ? fmt::format("        '*::part:{}_parts'\n", function_of(place))
                : std::string(place.files ? "        '*:file:_files'\n" : "        '*:word:'\n");
    return text + "}\n\n";
}

/// A function that finds the part that is being typed: what stands behind the last joint.
std::string parts_function(const offered_place& verb, std::span<const offered_place> places) {
    std::string cases;
    std::string joint;
    for (const offered_place& place : places) {
        if (!place.name.starts_with(verb.name + ' ')) continue;
        const std::string word = place.name.substr(verb.name.size() + 1);
        if (place.options.empty() && !place.files) joint = word;
        if (!place.options.empty())
            cases += fmt::format("        {}) {} ;;\n", word, function_of(place));
    }
    return fmt::format(
        "{0}_parts() {{\n"
        "    local i parts\n"
        "    parts=({1})\n"
        "    for ((i = CURRENT - 1; i > 0; i--)); do\n"
        "        [[ $words[i] == {2} ]] && break\n"
        "    done\n"
        "    words=(\"${{(@)words[i+1,-1]}}\")\n"
        "    ((CURRENT -= i))\n"
        "    if ((CURRENT == 1)); then\n"
        "        _describe part parts\n"
        "        return\n"
        "    fi\n"
        "    case $words[1] in\n{3}        *) _files ;;\n    esac\n}}\n\n",
        function_of(verb), described(verb.words), joint, cases);
}

}  // namespace

std::string zsh_completion(std::span<const offered_place> places) {
    std::string text =
        fmt::format("#compdef grove\n# grove in zsh; made from the option tables of grove {}\n\n",
                    GROVE_VERSION);
    std::vector<std::pair<std::string, std::string>> verbs;
    std::string cases;
    for (const offered_place& place : places) {
        if (is_part(place)) {
            if (!place.options.empty()) text += place_function(place);
            continue;
        }
        verbs.emplace_back(place.name, place.summary);
        text += place_function(place);
        if (!place.words.empty()) text += parts_function(place, places);
        cases += fmt::format("        {}) {} ;;\n", place.name, function_of(place));
    }
    return text + fmt::format(
                      "_grove() {{\n"
                      "    local verbs\n"
                      "    verbs=({})\n"
                      "    if ((CURRENT == 2)); then\n"
                      "        _describe verb verbs\n"
                      "        return\n"
                      "    fi\n"
                      "    shift words\n"
                      "    ((CURRENT--))\n"
                      "    case $words[1] in\n{}    esac\n}}\n\n_grove \"$@\"\n",
                      described(verbs), cases);
}

}  // namespace grove::cmd
