// SPDX-License-Identifier: MIT
#include "cmd/common/help.hpp"

#include "cmd/common/terminal_text.hpp"

#include <algorithm>
#include <vector>

namespace grove::cmd {

namespace {

constexpr std::size_t widest_flag =
    27;  // columns of the flags; a longer one is followed by a break
constexpr std::size_t flag_margin = 2;

std::string flag_column(const option& of) {
    if (of.words != word_rule::none) return of.placeholder;
    const std::string letter =
        of.letter == 0 ? std::string("    ") : std::string{'-', of.letter, ',', ' '};
    return letter + "--" + of.name + (of.placeholder.empty() ? "" : " " + of.placeholder);
}

std::string help_column(const option& of) {
    if (of.default_text.empty()) return of.help;
    return of.help + " [" + of.default_text + "]";
}

// Breaks at blanks; a word that is longer than a line stands alone on one.
std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines(1);
    while (!text.empty()) {
        const std::size_t blank = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
        std::string& line = lines.back();
        if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
            lines.emplace_back(word);
        } else {
            if (!line.empty()) line += ' ';
            line += word;
        }
    }
    return lines;
}

void append_row(std::string& to, const std::string& left, const std::string& right,
                std::size_t left_columns, std::size_t columns) {
    const std::size_t indent = flag_margin + left_columns + 1;
    std::string line = std::string(flag_margin, ' ') + left;
    bool first = true;
    for (const std::string& piece : wrap(right, columns - std::min(indent, columns / 2))) {
        if (!first || display_width(line) + 1 > indent) {
            to += line + '\n';
            line.clear();
        }
        line.resize(line.size() + indent - display_width(line), ' ');
        line += piece;
        first = false;
    }
    to += line + '\n';
}

std::vector<std::string> groups_of(const option_table& table) {
    std::vector<std::string> groups;
    for (const option& each : table.options()) {
        if (std::find(groups.begin(), groups.end(), each.group) == groups.end()) {
            groups.push_back(each.group);
        }
    }
    return groups;
}

std::size_t flag_columns(const option_table& table) {
    std::size_t widest = 0;
    for (const option& each : table.options()) {
        const std::size_t width = display_width(flag_column(each));
        if (width <= widest_flag) widest = std::max(widest, width);
    }
    return widest;
}

void append_facts(std::string& to, std::span<const fact> facts, std::size_t columns) {
    std::string names;
    for (const fact& each : facts) {
        names += (names.empty() ? "" : " ") + std::string(each.name);
        if (each.type == fact_type::family) names += ".NAME";
        if (each.type == fact_type::json) names += ".PATH";
    }
    to += "\nNames for --expect, joined by == != < <= > >= ~ !~ contains && || ! ( ) + - * /\n";
    for (const std::string& line : wrap(names, columns - flag_margin)) {
        to += std::string(flag_margin, ' ') + line + '\n';
    }
}

void append_parts(std::string& to, const verb_parts& parts, std::size_t columns) {
    to += "\n" + parts.title + "\n";
    for (const verb_part& each : parts.all) {
        append_row(to, each.usage, each.help, widest_flag, columns);
        if (each.describe == nullptr) continue;
        option_table table;
        each.describe(table);
        for (const option& own : table.options()) {
            append_row(to, flag_column(own), help_column(own), widest_flag, columns);
        }
    }
}

}  // namespace

std::string program_help(std::span<const verb> verbs) {
    std::string text =
        "grove: many network things at once, from one command line\n\n"
        "Usage: grove VERB [OPTION]... [WORD]...\n\nVerbs:\n";
    std::size_t widest = 0;
    for (const verb& each : verbs) widest = std::max(widest, each.name.size());
    for (const verb& each : verbs) {
        append_row(text, std::string(each.name), std::string(each.summary), widest + 1, 80);
    }
    text +=
        "\n  grove VERB --help   the options of a verb\n"
        "  grove --version     the version\n";
    return text;
}

std::string verb_help(const verb& of, const option_table& table, unsigned columns) {
    const std::size_t width = std::max<std::size_t>(columns, 40);
    std::string text = "Usage: grove " + std::string(of.name) + " " + std::string(of.synopsis) +
                       "\n" + std::string(of.summary) + "\n";
    const std::size_t left = flag_columns(table);
    for (const std::string& group : groups_of(table)) {
        text += "\n" + group + "\n";
        for (const option& each : table.options()) {
            if (each.group == group) {
                append_row(text, flag_column(each), help_column(each), left, width);
            }
        }
    }
    append_row(text, "-h, --help", "this page", left, width);
    if (of.parts != nullptr) append_parts(text, of.parts(), width);
    if (of.facts != nullptr) append_facts(text, of.facts(), width);
    if (!of.examples.empty()) text += "\nExamples\n" + std::string(of.examples);
    return text;
}

}  // namespace grove::cmd
