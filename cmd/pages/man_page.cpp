// SPDX-License-Identifier: MIT
#include "cmd/pages/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace grove::cmd {

namespace {

// What roff would read as something else than the character; a dash is a minus, so that what is
// copied can be typed.
constexpr std::pair<char, std::string_view> spellings[] = {
    {'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"}, {'`', "\\(ga"}};

std::string plain(std::string_view text) {
    std::string made;
    for (const char each : text) {
        const auto* const found = std::find_if(std::begin(spellings), std::end(spellings),
                                               [&](const auto& row) { return row.first == each; });
        if (found == std::end(spellings))
            made += each;
        else
            made += found->second;
    }
    // A line that begins with a dot would be an order.
    if (made.starts_with('.')) made.insert(0, "\\&");
    return made;
}

std::string bold(std::string_view text) {
    return "\\fB" + plain(text) + "\\fR";
}

// Lines of flags and URLs are ugly when they are stretched to the margin.
std::string title(std::string_view name, std::string_view date) {
    return fmt::format(".TH {} 1 {} \"grove {}\" \"User Commands\"\n.ad l\n.nh\n", plain(name),
                       date, GROVE_VERSION);
}

std::string section(std::string_view name) {
    return fmt::format(".SH {}\n", name);
}

/// A word, and a paragraph about it that is indented.
std::string entry(const std::string& head, std::string_view text) {
    return fmt::format(".TP\n{}\n{}\n", head, plain(text));
}

/// Lines that stay as they are.
std::string example(std::string_view lines) {
    std::string made = ".EX\n";
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        made += plain(line) + "\n";
    }
    return made + ".EE\n";
}

std::string head_of(const option& of) {
    const std::string value = of.placeholder.empty() ? "" : "\\fI" + plain(of.placeholder) + "\\fR";
    if (of.words != word_rule::none) return value;
    const std::string letter = of.letter == 0 ? "" : bold(std::string{'-', of.letter}) + ", ";
    return letter + bold("--" + of.name) + (value.empty() ? "" : " " + value);
}

/// What help says, and what it has no room for: limits, and whether it may be repeated.
std::string about(const option& of) {
    std::string text = of.help;
    if (!of.default_text.empty()) text += fmt::format(" [{}]", of.default_text);
    if (!of.least.empty()) text += fmt::format("; from {} to {}", of.least, of.most);
    if (of.repeatable && of.words == word_rule::none && text.find("repeat") == std::string::npos)
        text += "; may be given several times";
    return text + '.';
}

std::string options_by_group(const option_table& table) {
    std::vector<std::string> groups;
    for (const option& each : table.options()) {
        if (std::ranges::find(groups, each.group) == groups.end()) groups.push_back(each.group);
    }
    std::string text;
    for (const std::string& group : groups) {
        text += fmt::format(".SS {}\n", plain(group));
        for (const option& each : table.options()) {
            if (each.group == group) text += entry(head_of(each), about(each));
        }
    }
    return text + entry(bold("-h") + ", " + bold("--help"), "a page of all this.");
}

std::string parts_of(const verb_parts& parts) {
    std::string text = section("STAGES") + plain(parts.title) + ".\n";
    for (const verb_part& each : parts.all) {
        text += entry(bold(each.usage), each.help + '.');
        if (each.describe == nullptr) continue;
        option_table table;
        each.describe(table);
        text += ".RS\n";
        for (const option& own : table.options()) text += entry(head_of(own), about(own));
        text += ".RE\n";
    }
    return text;
}

std::string names_of(std::span<const fact> facts) {
    std::string names;
    for (const fact& each : facts) {
        names += (names.empty() ? "" : ", ") + std::string(each.name);
        if (each.type == fact_type::family) names += ".NAME";
        if (each.type == fact_type::json) names += ".PATH";
    }
    return section("EXPRESSIONS") + plain("Names for --expect: " + names) + ".\n" +
           "Values are compared by == != < <= > >= \\(ti !\\(ti contains, joined by && || ! ( ) "
           "and\n"
           "may be computed with + \\- * /.\n";
}

std::string exit_status() {
    std::string text = section("EXIT STATUS");
    for (const exit_meaning& each : exit_meanings()) {
        text += entry(bold(each.code), each.text);
    }
    return text;
}

std::string values() {
    return section("VALUES") + entry(bold("T"), "a time: 250ms, 1.5s, 2m, 1h.") +
           entry(bold("SIZE"), "bytes: 64k and 10MB count thousands, 10MiB counts 1024s.") +
           entry(bold("N/S, BYTES/S"), "a rate: 1000/s, 90/m, 10MB/s.") +
           entry(bold("P"), "a share: 0.1%.") +
           entry(bold("URL, TARGET"),
                 "http(s)://, ws(s)://, tcp://host:port, tls://host:port, unix:/path, "
                 "dns://[server]/name, redis://host, postgres://host, file:path, pid:N, "
                 "exec:command, "
                 "where the verb can; :8080/x is http on localhost, and host:port is tcp.");
}

}  // namespace

std::string program_man_page(std::span<const verb> verbs, std::string_view date) {
    std::string text = title("GROVE", date) + section("NAME") +
                       "grove \\- many network things at once, from one command line\n" +
                       section("SYNOPSIS") + bold("grove") + " \\fIVERB\\fR [\\fIOPTION\\fR]... " +
                       "[\\fIWORD\\fR]...\n" + section("VERBS");
    for (const verb& each : verbs) {
        text += entry(bold(each.name), std::string(each.summary) + '.');
    }
    text += section("OPTIONS") + entry(bold("--version"), "the version.") +
            entry(bold("--help"), "the verbs; after a verb, its options.");
    text += values() + exit_status() + section("ENVIRONMENT") +
            entry(bold("NO_COLOR"), "if set, nothing is coloured.") + section("SEE ALSO");
    std::string others;
    for (const verb& each : verbs) {
        others += (others.empty() ? "" : ",\n") + bold(fmt::format("grove-{}", each.name)) + "(1)";
    }
    return text + others + "\n";
}

std::string verb_man_page(const verb& of, std::string_view date) {
    const std::string name = fmt::format("grove-{}", of.name);
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    const auto use = of.prepare();
    std::string text = title(upper, date) + section("NAME") + plain(name) + " \\- " +
                       plain(of.summary) + "\n" + section("SYNOPSIS") +
                       bold(fmt::format("grove {}", of.name)) + " " + plain(of.synopsis) + "\n" +
                       section("OPTIONS") + options_by_group(use->table());
    if (of.parts != nullptr) text += parts_of(of.parts());
    if (of.facts != nullptr) text += names_of(of.facts());
    if (!of.examples.empty()) text += section("EXAMPLES") + example(of.examples);
    return text + exit_status() + section("SEE ALSO") + bold("grove") + "(1)\n";
}

}  // namespace grove::cmd
