// SPDX-License-Identifier: MIT
#include "cmd/run/run.hpp"

#include "cmd/common/output.hpp"
#include "cmd/run/recipe/recipe_check.hpp"
#include "cmd/run/recipe/toml_value.hpp"
#include "cmd/run/recipe_list.hpp"
#include "cmd/run/recipe_run.hpp"
#include "cmd/run/run_options.hpp"

#include <grove/file.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr const char* usual_file = "grove.toml";

std::string file_of(const run_options& options) {
    return options.file.empty() ? usual_file : options.file.front();
}

/// Throws: `std::system_error`.
std::string read_source(const std::string& file) {
    return read_file(file == "-" ? "/dev/stdin" : file);
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
    return file == "-" ? std::string() : std::filesystem::path(file).parent_path().string();
}

/// What was typed starts from the folder in which it was typed.
run_options with_whole_paths(run_options options) {
    for (std::string* path : {&options.junit, &options.html}) {
        if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal().string();
    }
    return options;
}

exit_code run_checked(const run_options& typed, output& out) {
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
    } catch (const std::system_error& e) {
        const bool absent = e.code() == std::errc::no_such_file_or_directory;
        out.error(e.what() +
                  std::string(absent && options.file.empty() ? " (grove run FILE)" : ""));
        return exit_code::environment;
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
