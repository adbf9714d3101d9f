// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_reader.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/step_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

class recipe_reader {
 public:
    recipe_reader(const recipe_source& source, const verb_book& verbs, recipe& into)
        : source_(source), verbs_(verbs), into_(into) {}

    void read(const toml_value& root) {
        table_reader top(source_, root, recipe_keys);
        read_settings(top);
        read_vars(top);
        read_secrets(top);
        read_report(top);
        read_defaults(top);
        const step_reader steps(source_, verbs_, defaults_);
        for_each(top, "service",
                 [&](const toml_value& one) { into_.services.push_back(steps.read_service(one)); });
        for_each(top, "step",
                 [&](const toml_value& one) { into_.steps.push_back(steps.read_step(one)); });
        for_each(top, "finally",
                 [&](const toml_value& one) { into_.finals.push_back(steps.read_final(one)); });
        top.refuse_rest();
        if (into_.steps.empty() && source_.problems.empty()) {
            source_.problems.add(problem_kind::missing, 0, "a recipe needs a step",
                                 "write [[step]] and below it what to do: sh = \"echo hello\"");
        }
        name_steps(into_.steps, "");
        name_steps(into_.finals, "finally-");
    }

 private:
    template <class F>
    void for_each(table_reader& top, std::string_view key, F&& take) {
        const toml_value* const found = top.take(key);
        if (found == nullptr) return;
        if (found->type == toml_type::list) {
            std::ranges::for_each(found->items, take);
            return;
        }
        source_.problems.add(problem_kind::wrong_type, found->offset,
                             fmt::format("{} is {}, where a list of tables is expected", key,
                                         describe_type(found->type)),
                             fmt::format("write [[{}]], with two brackets", key));
    }

    void read_settings(table_reader& top) {
        const toml_value* const found = top.take("recipe", key_type::table);
        if (found == nullptr) return;
        table_reader table(source_, *found, settings_keys);
        if (auto name = table.plain_text("name"); !name.empty()) into_.name = std::move(name);
        into_.description = table.plain_text("description");
        into_.deadline = table.time("deadline");
        table.flag("fail_fast", into_.fail_fast);
        if (const auto jobs = table.count("jobs")) into_.jobs = static_cast<std::size_t>(*jobs);
        into_.cwd = table.plain_text("cwd");
        into_.env = read_pairs(table, "env");
        table.refuse_rest();
    }

    void read_vars(table_reader& top) {
        const toml_value* const found = top.take("vars", key_type::pairs);
        if (found == nullptr) return;
        for (const toml_entry& each : found->entries) {
            recipe_variable made{.name = each.key, .offset = each.offset};
            if (each.value.type == toml_type::table) {
                read_variable(each.value, made);
            } else {
                made.type = type_of(each.value.type);
                made.value = scalar_text(source_, each.value, each.key);
            }
            into_.vars.push_back(std::move(made));
        }
    }

    static variable_type type_of(toml_type type) noexcept {
        if (type == toml_type::integer) return variable_type::whole;
        if (type == toml_type::real) return variable_type::real;
        return type == toml_type::boolean ? variable_type::truth : variable_type::text;
    }

    void read_variable(const toml_value& from, recipe_variable& into) {
        table_reader table(source_, from, variable_keys);
        if (const auto type = table.choice("type"))
            into.type = variable_type{static_cast<unsigned char>(*type)};
        into.value = table.text("default");
        into.help = table.plain_text("help");
        if (const auto least = table.text("min")) into.least = least->text;
        if (const auto most = table.text("max")) into.most = most->text;
        for (const placed_text& each : table.texts("values")) into.choices.push_back(each.text);
        bool required = false;
        table.flag("required", required);
        if (required && into.value) {
            source_.problems.add(problem_kind::bad_value, table.offset_of("required"),
                                 "what has a default is not required", "leave one of them out");
        }
        table.refuse_rest();
    }

    void read_secrets(table_reader& top) {
        const toml_value* const found = top.take("secrets", key_type::named);
        if (found == nullptr) return;
        for (const toml_entry& each : found->entries) {
            recipe_secret made{.name = each.key, .offset = each.offset};
            if (each.value.type != toml_type::table) {
                source_.problems.add(problem_kind::wrong_type, each.value.offset,
                                     "a secret does not stand in a recipe",
                                     "write { env = \"NAME\" }, { file = \"PATH\" } or "
                                     "{ exec = \"COMMAND\" }");
                continue;
            }
            read_secret(each.value, made);
            into_.secrets.push_back(std::move(made));
        }
    }

    void read_secret(const toml_value& from, recipe_secret& into) {
        constexpr std::array<std::string_view, 3> keys{"env", "file", "exec"};
        table_reader table(source_, from, secret_keys);
        std::size_t given = 0;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            std::string where = table.plain_text(keys.at(i));
            if (where.empty()) continue;
            ++given;
            into.from = recipe_secret::source{static_cast<unsigned char>(i)};
            into.where = std::move(where);
        }
        table.refuse_rest();
        if (given == 1) return;
        source_.problems.add(problem_kind::missing, from.offset, "a secret comes from one place",
                             "write one of env, file and exec");
    }

    void read_report(table_reader& top) {
        const toml_value* const found = top.take("report", key_type::table);
        if (found == nullptr) return;
        table_reader table(source_, *found, report_keys);
        into_.report = {.junit = table.plain_text("junit"),
                        .json = table.plain_text("json"),
                        .html = table.plain_text("html"),
                        .trace = table.plain_text("trace")};
        table.refuse_rest();
    }

    void read_defaults(table_reader& top) {
        const toml_value* const found = top.take("defaults", key_type::defaults);
        if (found == nullptr) return;
        const step_reader options(source_, verbs_, defaults_);
        for (const toml_entry& each : found->entries) {
            const verb* const of = verbs_.find(each.key);
            if (of == nullptr) {
                source_.problems.add(problem_kind::unavailable, each.offset,
                                     fmt::format("there is no verb {}", one_line(each.key)));
                continue;
            }
            table_reader table(source_, each.value, "[defaults." + each.key + "]");
            const std::vector<std::string_view>& names = verbs_.option_names(*of);
            for (const toml_entry* key : table.rest()) {
                if (std::ranges::find(names, key->key) == names.end())
                    table.refuse(*key, names);
                else
                    options.read_option(*key, defaults_[each.key]);
            }
        }
    }

    /// Steps without an id are called by their verb and its number: `fetch-2`.
    static void name_steps(std::vector<recipe_step>& steps, const std::string& prefix) {
        std::map<std::string, unsigned> seen;
        for (recipe_step& each : steps) {
            const unsigned number = ++seen[each.call.verb];
            if (!each.id.empty()) continue;
            const std::string verb = each.call.verb.empty() ? "step" : each.call.verb;
            each.id = fmt::format("{}{}-{}", prefix, verb, number);
        }
    }

    const recipe_source& source_;
    const verb_book& verbs_;
    recipe& into_;
    call_defaults defaults_;
};

}  // namespace

recipe read_recipe(std::string_view text, const std::string& name, const verb_book& verbs,
                   recipe_problems& problems) {
    recipe made{.name = name};
    if (text.size() > longest_recipe) {
        problems.add(problem_kind::no_toml, 0, "a recipe has 1 MiB at most");
        return made;
    }
    const recipe_source source{text, problems};
    try {
        const toml_value root = read_toml(text);
        recipe_reader(source, verbs, made).read(root);
    } catch (const toml_error& wrong) {
        problems.add(problem_kind::no_toml, wrong.offset(), wrong.what());
    }
    return made;
}

}  // namespace grove::cmd
