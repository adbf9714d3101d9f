// SPDX-License-Identifier: MIT
#include "cmd/pages/completion.hpp"

#include <fmt/format.h>

namespace grove::cmd {

namespace {

/// The functions that say where on the line the cursor is.
std::string finders(std::span<const offered_place> places) {
    std::string text =
        "function __grove_place\n"
        "    set -l words (commandline -opc)\n"
        "    set -l place $words[2]\n"
        "    for word in $words[3..]\n"
        "        switch \"$place $word\"\n";
    for (const offered_place& place : places) {
        const std::string verb = place.name.substr(0, place.name.find(' '));
        for (const auto& [word, help] : place.words) {
            text += fmt::format("            case {}\n                set place {}\n",
                                quoted(place.name + ' ' + word), quoted(verb + ' ' + word));
        }
    }
    return text +
           "        end\n    end\n    echo $place\nend\n\n"
           "function __grove_at\n    test \"$(__grove_place)\" = \"$argv[1]\"\nend\n\n";
}

std::string line(std::string_view place, const std::string& rest, std::string_view help) {
    return fmt::format("complete -c grove -n \"__grove_at '{}'\" {} -d {}\n", place, rest,
                       quoted(help));
}

std::string option_line(const offered_place& place, const offered_option& each) {
    std::string rest = each.letter == 0 ? "" : fmt::format("-s {} ", each.letter);
    rest += "-l " + each.name;
    if (each.takes == offered_option::value::file) rest += " -r -F";
    if (each.takes == offered_option::value::other) rest += " -x";
    if (each.takes == offered_option::value::choice)
        rest += " -x -a " + quoted(fmt::format("{}", fmt::join(each.choices, " ")));
    return line(place.name, rest, each.help);
}

}  // namespace

std::string fish_completion(std::span<const offered_place> places) {
    std::string text =
        fmt::format("# grove in fish; made from the option tables of grove {}\n\n", GROVE_VERSION) +
        finders(places) + "complete -c grove -f\n";
    for (const offered_place& place : places) {
        if (!is_part(place)) text += line("", "-a " + place.name, place.summary);
        if (place.files)
            text += fmt::format("complete -c grove -n \"__grove_at '{}'\" -F\n", place.name);
        for (const auto& [word, help] : place.words) text += line(place.name, "-a " + word, help);
        for (const offered_option& each : place.options) text += option_line(place, each);
    }
    return text;
}

}  // namespace grove::cmd
