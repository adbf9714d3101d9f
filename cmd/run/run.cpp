// SPDX-License-Identifier: MIT
#include "cmd/run/run.hpp"

#include "cmd/common/output.hpp"
#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/github_annotation.hpp"
#include "cmd/run/recipe/recipe_check.hpp"
#include "cmd/run/recipe/recipe_schema.hpp"
#include "cmd/run/recipe/toml_value.hpp"
#include "cmd/run/recipe_list.hpp"
#include "cmd/run/recipe_run.hpp"
#include "cmd/run/run_options.hpp"

#include <grove/file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

/// The recipes in `folder`, for hints.
std::vector<std::string> recipes_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code unreadable;
    for (const auto& each : fs::directory_iterator(folder.empty() ? "." : folder, unreadable)) {
        if (each.path().extension() == ".toml") names.push_back((folder / each.path().filename()));
    }
    std::ranges::sort(names);
    return names;
}

/// `wanted`: a recipe's name without its ending; empty: any.
std::string hint_among(const std::string& wanted, const fs::path& folder) {
    constexpr std::size_t most_listed = 8;
    std::vector<std::string> there = recipes_in(folder);
    if (there.empty()) return "; name one: grove run FILE";
    std::vector<std::string> stems;
    for (const std::string& each : there) stems.push_back(fs::path(each).stem().string());
    const std::vector<std::string_view> names(stems.begin(), stems.end());
    if (const std::string_view best = nearest(wanted, names); !best.empty()) {
        const auto place = std::ranges::find(stems, best) - stems.begin();
        return fmt::format("; did you mean {}?", one_line(there[static_cast<std::size_t>(place)]));
    }
    if (there.size() > most_listed) there.resize(most_listed);
    return one_line(
        fmt::format("; there {} {}", there.size() == 1 ? "is" : "are", fmt::join(there, ", ")));
}

/// Throws: `std::invalid_argument` where no recipe is there; `std::system_error`.
std::string read_source(const std::string& file) {
    if (file == "-") return read_file("/dev/stdin");
    const fs::path path(file);
    std::error_code unknown;
    const fs::file_status what = fs::status(path, unknown);
    if (what.type() == fs::file_type::not_found)
        throw std::invalid_argument(
            fmt::format("there is no {}{}", one_line(file),
                        hint_among(path.stem().string(), path.parent_path())));
    if (what.type() == fs::file_type::directory)
        throw std::invalid_argument(
            fmt::format("{} is a folder, not a recipe{}", one_line(file), hint_among({}, path)));
    return read_file(file);
}

/// `--vars FILE`: names and values of TOML.
void read_variables(const std::string& file, given_values& into) {
    const std::string text = read_file(file);
    recipe_problems problems;
    try {
        const toml_value root = read_toml(text);
        for (const toml_entry& each : root.entries) {
            if (each.value.type == toml_type::table || each.value.type == toml_type::list) {
                throw std::invalid_argument(fmt::format("{}: {} is {}, where a value is expected",
                                                        file, each.key,
                                                        describe_type(each.value.type)));
            }
            into[each.key] = each.value.text;
        }
    } catch (const toml_error& wrong) {
        problems.add(problem_kind::no_toml, wrong.offset(), wrong.what());
        throw std::invalid_argument("\n" + to_text(problems.all().front(), text, file));
    }
}

given_values values_of(const run_options& options) {
    given_values given;
    if (!options.vars.empty()) read_variables(options.vars, given);
    for (const given_value& each : options.set) given[each.name] = each.value;
    return given;
}

std::string count_of(std::size_t number, const char* what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

void tell_problems(const recipe_problems& problems, const checked_recipe& of,
                   const std::string& file, const run_options& options, output& out) {
    for (const recipe_problem& each : problems.all()) {
        if (options.talk.json)
            out.json(to_json(each, of.text, file));
        else
            out.print_talk(to_text(each, of.text, file));
        if (is_github())
            out.print_talk(github_error({.file = file,
                                         .place = place_of(of.text, each.offset),
                                         .title = code_of(each.kind),
                                         .message = each.what}));
    }
    if (options.talk.json) return;
    out.error(
        fmt::format("{} in {}; nothing was run", count_of(problems.all().size(), "problem"), file));
}

exit_code look(const run_options& options, const checked_recipe& of, const run_plan& plan,
               const verb_book& verbs, output& out) {
    if (options.check) {
        out.say(fmt::format("{} is well: {}, {}", file_of(options),
                            count_of(of.what.steps.size(), "step"),
                            count_of(of.what.services.size(), "service")));
    } else if (options.graph) {
        out.write(graph_of(of, plan));
    } else if (options.talk.json) {
        out.write(list_as_json(of, plan, verbs));
    } else if (options.list) {
        out.write(list_recipe(of, verbs));
    } else {
        out.write(dry_run(of, plan, verbs));
    }
    return exit_code::ok;
}

/// Throws: `std::invalid_argument` naming the variables that need a value.
void tell_missing(const checked_recipe& of) {
    std::vector<std::string> names;
    for (const recipe_variable* each : missing_variables(of.what, of.vars))
        names.push_back("--set " + each->name + "=VALUE");
    if (names.empty()) return;
    throw std::invalid_argument(fmt::format("the recipe needs {}", fmt::join(names, " ")));
}

/// The folder of the recipe; empty: this one.
std::string folder_of(const std::string& file) {
    return file == "-" ? std::string() : fs::path(file).parent_path().string();
}

/// What was typed starts from the folder in which it was typed.
run_options with_whole_paths(run_options options) {
    for (std::string* path : {&options.junit, &options.html}) {
        if (!path->empty() && *path != "-") *path = fs::absolute(*path).lexically_normal().string();
    }
    return options;
}

exit_code run_checked(const run_options& typed, output& out) {
    if (typed.schema) {
        out.line(recipe_schema(verb_book(typed.verbs)));
        return exit_code::ok;
    }
    const run_options options = with_whole_paths(typed);
    const std::string file = file_of(options);
    const verb_book verbs(options.verbs);
    checked_recipe of;
    recipe_problems problems;
    load_recipe(read_source(file), file, folder_of(file), verbs, values_of(options), of, problems);
    if (!problems.empty()) {
        tell_problems(problems, of, file, options, out);
        return exit_code::usage;
    }
    const run_plan plan = options.only.empty() ? of.plan : only(of.plan, options.only);
    if (options.check || options.list || options.dry_run || options.graph)
        return look(options, of, plan, verbs, out);
    tell_missing(of);
    recipe_run run(options, of, plan, verbs, out);
    return run.execute();
}

exit_code run_recipe(const run_options& options, output& out) {
    try {
        return run_checked(options, out);
    } catch (const std::invalid_argument& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::runtime_error& e) {
        out.error(e.what());
        return exit_code::environment;
    }
}

class run_invocation final : public invocation {
 public:
    explicit run_invocation(std::span<const verb> verbs) {
        options_.verbs = verbs;
        describe(options_, table());
    }

    [[nodiscard]] const talk_options& talk() const noexcept override { return options_.talk; }

    [[nodiscard]] std::optional<std::string> problem() const override { return validate(options_); }

    [[nodiscard]] exit_code run(output& out) const override { return run_recipe(options_, out); }

 private:
    run_options options_;
};

}  // namespace

std::unique_ptr<invocation> prepare_run(std::span<const verb> verbs) {
    return std::make_unique<run_invocation>(verbs);
}

}  // namespace grove::cmd
