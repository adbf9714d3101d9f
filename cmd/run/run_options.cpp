// SPDX-License-Identifier: MIT
#include "cmd/run/run_options.hpp"

#include "cmd/common/option_table.hpp"

namespace grove::cmd {

using namespace std::chrono_literals;

std::string file_of(const run_options& options) {
    return options.file.empty() ? "grove.toml" : options.file.front();
}

void describe(run_options& options, option_table& table) {
    table.group("What");
    table.words("file", options.file, "FILE", "the recipe (TOML); ./grove.toml; - stdin")
        .kind(value_kind::file);
    table.add("set", options.set, "NAME=VALUE", "a variable of [vars] (repeatable)");
    table.add("vars", options.vars, "FILE", "a TOML file of variables").kind(value_kind::file);
    table.add("only", options.only, "ID|TAG", "these steps and what they need (repeatable)");
    table.group("How");
    table.add({'j', "jobs"}, options.jobs, "N", "steps at once; two a core").range(1, 10000);
    table.add("deadline", options.deadline, "T", "the whole run; reaching it exits 124")
        .range(1ms, 24h * 365);
    table.add("grace", options.grace, "T", "for programs that are told to end").range(0s, 24h);
    table.group("Looking");
    table.flag("check", options.check, "tell all that is wrong with it, and run nothing");
    table.flag("list", options.list, "list its steps and variables, and run nothing");
    table.flag("graph", options.graph, "draw what waits for what, for Graphviz: | dot -Tsvg");
    table.flag({'n', "dry-run"}, options.dry_run, "say what would be run");
    table.flag("schema", options.schema, "print the JSON Schema of recipes, for editors");
    table.group("Reports");
    table.add("junit", options.junit, "FILE", "a case a step, for CI").kind(value_kind::file);
    table.add("html", options.html, "FILE", "a page: what ran when, and its output")
        .kind(value_kind::file);
    table.advise("-f", "the file is a word: grove run FILE");
    table.advise("--file", "the file is a word: grove run FILE");
    table.advise("-e", "use --set NAME=VALUE");
    table.advise("--var", "use --set NAME=VALUE");
    describe(options.talk, table);
}

std::optional<std::string> validate(const run_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (options.file.size() > 1)
        return "one recipe at a time: " + options.file[1] + " is one too many";
    if (options.check + options.list + options.dry_run + options.graph + options.schema > 1)
        return "--check, --list, --dry-run, --graph and --schema exclude each other";
    if (options.schema && !options.file.empty())
        return "--schema is of all recipes: leave out " + options.file.front();
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, given_value& into) {
    const std::size_t mark = text.find('=');
    if (mark == std::string_view::npos || mark == 0)
        return text_error{"is no NAME=VALUE", text.size(), "write --set port=9000"};
    into = {std::string(text.substr(0, mark)), std::string(text.substr(mark + 1))};
    return std::nullopt;
}

}  // namespace grove::cmd
