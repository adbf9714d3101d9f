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

struct signal_name {
    std::string_view name;
    int number;
};

constexpr std::array stop_names{signal_name{"TERM", SIGTERM}, signal_name{"INT", SIGINT},
                                signal_name{"HUP", SIGHUP},   signal_name{"QUIT", SIGQUIT},
                                signal_name{"USR1", SIGUSR1}, signal_name{"USR2", SIGUSR2},
                                signal_name{"KILL", SIGKILL}};

}  // namespace

std::vector<placed_pair> read_pairs(table_reader& table, std::string_view key) {
    std::vector<placed_pair> made;
    const toml_value* const found = table.take(key, toml_type::table);
    if (found == nullptr) return made;
    for (const toml_entry& each : found->entries) {
        if (auto text = scalar_text(table.source(), each.value, each.key))
            made.push_back({each.key, each.offset, std::move(*text)});
    }
    return made;
}

recipe_step step_reader::read_step(const toml_value& table) const {
    table_reader reader(source_, table, "a step");
    recipe_step made;
    made.offset = table.offset;
    read_order(reader, made);
    read_matrix(reader, made);
    if (const auto found = reader.choice("on_fail", {"stop", "continue", "skip"}))
        made.on_fail = on_failure{static_cast<unsigned char>(*found)};
    for (const placed_text& each : reader.texts("tags")) made.tags.push_back(each.text);
    read_common(reader, made);
    return made;
}

recipe_step step_reader::read_final(const toml_value& table) const {
    table_reader reader(source_, table, "a step of [[finally]]");
    recipe_step made;
    made.offset = table.offset;
    made.id = reader.plain_text("id");
    if (const auto found = reader.choice("when", {"always", "failed", "passed", "cancelled"}))
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
    into.call = read_call(table, verbs_.step_keys(), "step");
    if (!into.call.is_program()) {
        table.refuse_rest();
        return;
    }
    into.timeout = table.time("timeout");
    into.expect = table.texts("expect");
    table.refuse_rest();
}

void step_reader::read_retry(table_reader& table, recipe_step& into) const {
    const toml_value* const found = table.table().find("retry");
    if (found == nullptr || found->type != toml_type::table) {
        into.retries = static_cast<unsigned>(table.count("retry", 0, 1000).value_or(0));
        return;
    }
    table_reader inside(source_, *table.take("retry"), "retry");
    into.retries = static_cast<unsigned>(inside.count("max", 0, 1000).value_or(0));
    if (const auto pause = inside.time("backoff")) into.retry_pause = *pause;
    inside.refuse_rest();
}

void step_reader::read_matrix(table_reader& table, recipe_step& into) const {
    const toml_value* const found = table.take("matrix", toml_type::table);
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
    table_reader reader(source_, table, "a service");
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
    made.call = read_call(reader, verbs_.service_keys(), "service");
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
    table_reader inside(source_, *found, "ready");
    for (const placed_text& each : inside.texts("poll")) split_into(each, made.words);
    made.log = inside.text("log");
    if (const auto time = inside.time("deadline")) made.deadline = *time;
    for (const toml_entry* each : inside.rest()) read_option(*each, made.options);
    return made;
}

service_stop step_reader::read_stop(table_reader& table) const {
    service_stop made;
    const toml_value* const found = table.take("stop", toml_type::table);
    if (found == nullptr) return made;
    table_reader inside(source_, *found, "stop");
    std::vector<std::string_view> names;
    for (const signal_name& each : stop_names) names.push_back(each.name);
    if (const auto chosen = inside.choice("signal", names))
        made.signal = stop_names.at(*chosen).number;
    if (const auto grace = inside.time("grace")) made.grace = *grace;
    made.expect = inside.text("expect");
    inside.refuse_rest();
    return made;
}

}  // namespace grove::cmd
