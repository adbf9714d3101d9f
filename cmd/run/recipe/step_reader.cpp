// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/step_reader.hpp"

#include "cmd/common/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace grove::cmd {
namespace {

/// In the order in which `stop_keys` names them.
constexpr std::array stop_signals{SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGKILL};

}  // namespace

std::vector<placed_pair> read_pairs(table_reader& table, std::string_view key) {
    std::vector<placed_pair> made;
    const toml_value* const found = table.take(key, key_type::pairs);
    if (found == nullptr) return made;
    for (const toml_entry& each : found->entries) {
        if (auto text = scalar_text(table.source(), each.value, each.key))
            made.push_back({each.key, each.offset, std::move(*text)});
    }
    return made;
}

recipe_step step_reader::read_step(const toml_value& table) const {
    table_reader reader(source_, table, step_keys);
    reader.also(task_keys);
    recipe_step made;
    made.offset = table.offset;
    read_order(reader, made);
    made.when_true = reader.text("when");
    read_matrix(reader, made);
    if (const auto found = reader.choice("on_fail"))
        made.on_fail = on_failure{static_cast<unsigned char>(*found)};
    for (const placed_text& each : reader.texts("tags")) made.tags.push_back(each.text);
    read_common(reader, made);
    return made;
}

recipe_step step_reader::read_final(const toml_value& table) const {
    table_reader reader(source_, table, final_keys);
    reader.also(task_keys);
    recipe_step made;
    made.offset = table.offset;
    made.id = reader.plain_text("id");
    if (const auto found = reader.choice("when"))
        made.when = final_when{static_cast<unsigned char>(*found)};
    read_common(reader, made);
    if (!made.timeout) made.timeout = std::chrono::seconds(10);
    return made;
}

void step_reader::read_order(table_reader& table, recipe_step& into) const {
    into.id = table.plain_text("id");
    into.needs = read_names(table, "needs");
    into.has_needs = table.table().find("needs") != nullptr;
    table.flag("parallel", into.parallel);
}

void step_reader::read_common(table_reader& table, recipe_step& into) const {
    into.env = read_pairs(table, "env");
    into.cwd = table.text("cwd");
    if (const toml_value* const save = table.table().find("save");
        save != nullptr && save->type == toml_type::table)
        into.save = read_pairs(table, "save");
    table.flag("show", into.show);
    read_retry(table, into);
    into.call = read_call(table, verbs_.step_verbs(), "step");
    if (!into.call.is_program()) {
        table.refuse_rest();
        return;
    }
    table.also(program_keys);
    into.timeout = table.time("timeout");
    into.expect = table.texts("expect");
    table.refuse_rest();
}

void step_reader::read_retry(table_reader& table, recipe_step& into) const {
    const toml_value* const found = table.table().find("retry");
    if (found == nullptr || found->type != toml_type::table) {
        into.retries = static_cast<unsigned>(table.count("retry").value_or(0));
        return;
    }
    table_reader inside(source_, *table.take("retry"), retry_keys);
    into.retries = static_cast<unsigned>(inside.count("max").value_or(0));
    into.retry_on = inside.text("on");
    if (into.retry_on && into.retries == 0) {
        source_.problems.add(problem_kind::missing, inside.offset_of("on"),
                             "on says when to try again, and nothing how often", "write max = 3");
    }
    if (const auto pause = inside.time("backoff")) into.retry_pause = *pause;
    inside.refuse_rest();
}

void step_reader::read_matrix(table_reader& table, recipe_step& into) const {
    const toml_value* const found = table.take("matrix", key_type::lists);
    if (found == nullptr) return;
    table_reader inside(source_, *found, "matrix");
    for (const toml_entry& each : found->entries) {
        matrix_axis axis{each.key, each.offset, inside.texts(each.key)};
        if (axis.values.empty()) {
            source_.problems.add(problem_kind::bad_value, each.value.offset,
                                 fmt::format("matrix.{} has no values", one_line(each.key)),
                                 "write a list: [1, 2, 3]");
        }
        into.matrix.push_back(std::move(axis));
    }
}

std::vector<placed_name> step_reader::read_names(table_reader& table, std::string_view key) const {
    std::vector<placed_name> names;
    for (const placed_text& each : table.texts(key)) names.push_back({each.text, each.place(0)});
    return names;
}

recipe_service step_reader::read_service(const toml_value& table) const {
    table_reader reader(source_, table, service_keys);
    recipe_service made;
    made.offset = table.offset;
    made.id = reader.plain_text("id");
    if (made.id.empty()) {
        source_.problems.add(problem_kind::missing, table.offset, "a service needs an id",
                             "steps name it: {{api.port}}");
    }
    made.env = read_pairs(reader, "env");
    made.cwd = reader.text("cwd");
    made.needs = read_names(reader, "needs");
    made.ready = read_ready(reader);
    made.stop = read_stop(reader);
    reader.flag("show", made.show);
    made.call = read_call(reader, verbs_.service_verbs(), "service");
    reader.refuse_rest();
    return made;
}

std::optional<service_ready> step_reader::read_ready(table_reader& table) const {
    const toml_value* const found = table.take("ready");
    if (found == nullptr) return std::nullopt;
    service_ready made{.offset = found->offset};
    if (found->type != toml_type::table) {
        for (const placed_text& each : table.texts("ready")) split_into(each, made.words);
        return made;
    }
    table_reader inside(source_, *found, ready_keys);
    for (const placed_text& each : inside.texts("poll")) split_into(each, made.words);
    made.log = inside.text("log");
    if (const auto time = inside.time("deadline")) made.deadline = *time;
    std::vector<std::string_view> options;
    if (const verb* const poll = verbs_.find("poll")) options = verbs_.option_names(*poll);
    for (const toml_entry* each : inside.rest()) {
        if (std::ranges::find(options, each->key) == options.end())
            inside.refuse(*each, options);
        else
            read_option(*each, made.options);
    }
    return made;
}

service_stop step_reader::read_stop(table_reader& table) const {
    service_stop made;
    const toml_value* const found = table.take("stop", key_type::table);
    if (found == nullptr) return made;
    table_reader inside(source_, *found, stop_keys);
    if (const auto chosen = inside.choice("signal")) made.signal = stop_signals.at(*chosen);
    if (const auto grace = inside.time("grace")) made.grace = *grace;
    made.expect = inside.text("expect");
    inside.refuse_rest();
    return made;
}

}  // namespace grove::cmd
