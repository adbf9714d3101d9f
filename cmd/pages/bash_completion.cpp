// SPDX-License-Identifier: MIT
#include "cmd/pages/completion.hpp"

#include <fmt/format.h>

namespace grove::cmd {

namespace {

// `--color=auto` comes as three words, since = breaks words in bash.
constexpr std::string_view driver = R"(_grove() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} place kind options words
    local files='' i
    COMPREPLY=()
    if [[ $word == '=' ]]; then
        word=''
    elif [[ $before == '=' ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
    place=${COMP_WORDS[1]}
    if ((COMP_CWORD == 1)) || [[ $place == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$_grove_verbs" -- "$word")
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            place=--
            break
        fi
        _grove_go "${COMP_WORDS[i]}"
    done
    if _grove_value "$before"; then
        case $kind in
            file) files=yes ;;
            *) mapfile -t COMPREPLY < <(compgen -W "$kind" -- "$word") ;;
        esac
    elif [[ $place == -- ]]; then
        files=yes
    else
        _grove_offer
        [[ $word == -* ]] && words=$options files=''
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    fi
    if [[ $files ]]; then
        compopt -o filenames 2> /dev/null
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -F _grove grove
)";

std::string joined(const std::vector<std::string>& words, std::string_view by) {
    return fmt::format("{}", fmt::join(words, by));
}

/// `kind` of what follows an option: `file`, the words there are, or nothing that is known.
std::string values(std::span<const offered_place> places) {
    std::string text = "_grove_value() {\n    case \"$place $1\" in\n";
    for (const offered_place& place : places) {
        for (const offered_option& each : place.options) {
            if (each.takes == offered_option::value::none) continue;
            std::vector<std::string> patterns;
            for (const std::string& flag : each.flags())
                patterns.push_back(quoted(place.name + ' ' + flag));
            const std::string kind = each.takes == offered_option::value::file
                                         ? "file"
                                         : quoted(joined(each.choices, " "));
            text += fmt::format("        {}) kind={} ;;\n", joined(patterns, " | "), kind);
        }
    }
    return text + "        *) return 1 ;;\n    esac\n}\n\n";
}

/// From place to place, by a word.
std::string ways(std::span<const offered_place> places) {
    std::string text = "_grove_go() {\n    case \"$place $1\" in\n";
    for (const offered_place& place : places) {
        for (const auto& [word, help] : place.words) {
            const std::string verb = place.name.substr(0, place.name.find(' '));
            text += fmt::format("        {}) place={} ;;\n", quoted(place.name + ' ' + word),
                                quoted(verb + ' ' + word));
        }
    }
    return text + "    esac\n}\n\n";
}

std::string offers(std::span<const offered_place> places) {
    std::string text = "_grove_offer() {\n    options='' words=''\n    case $place in\n";
    for (const offered_place& place : places) {
        std::vector<std::string> options;
        for (const offered_option& each : place.options) options.push_back("--" + each.name);
        std::vector<std::string> words;
        for (const auto& [word, help] : place.words) words.push_back(word);
        text += fmt::format("        {})\n            options={}\n            words={}\n",
                            quoted(place.name), quoted(joined(options, " ")),
                            quoted(joined(words, " ")));
        if (place.files) text += "            files=yes\n";
        text += "            ;;\n";
    }
    return text + "    esac\n}\n\n";
}

}  // namespace

std::string bash_completion(std::span<const offered_place> places) {
    std::vector<std::string> verbs;
    for (const offered_place& place : places) {
        if (!is_part(place)) verbs.push_back(place.name);
    }
    return fmt::format(
               "# grove in bash; made from the option tables of grove {}\n\n"
               "_grove_verbs='{} help --help --version'\n\n",
               GROVE_VERSION, joined(verbs, " ")) +
           values(places) + ways(places) + offers(places) + std::string(driver);
}

}  // namespace grove::cmd
