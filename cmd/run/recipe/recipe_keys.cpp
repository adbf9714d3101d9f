// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_keys.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace grove::cmd {
namespace {

using enum key_type;

// The number of a choice is that of the enumerator in recipe.hpp.
constexpr std::array<std::string_view, 10> variable_types{
    "string", "int", "float", "bool", "duration", "size", "port", "url", "path", "enum"};
constexpr std::array<std::string_view, 3> failure_rules{"stop", "continue", "skip"};
constexpr std::array<std::string_view, 4> final_moments{"always", "failed", "passed", "cancelled"};
constexpr std::array<std::string_view, 7> stop_signal_names{"TERM", "INT",  "HUP", "QUIT",
                                                            "USR1", "USR2", "KILL"};

constexpr std::array top{
    key_rule{"recipe", table, "the whole", {}, 0, 0, &settings_keys},
    key_rule{"vars", pairs, "variables: {{name}}", {}, 0, 0, &variable_keys},
    key_rule{"secrets", named, "values that are shown as ***", {}, 0, 0, &secret_keys},
    key_rule{"report", table, "files that a run leaves", {}, 0, 0, &report_keys},
    key_rule{"defaults", defaults, "options of each use of a verb"},
    key_rule{"service", tables, "what runs beside the steps", {}, 0, 0, &service_keys},
    key_rule{"step", tables, "what is done, from top to bottom", {}, 0, 0, &step_keys},
    key_rule{"finally", tables, "what is done at the end, however it came", {}, 0, 0, &final_keys}};

constexpr std::array settings{key_rule{"name", plain, "for reports; the file's name"},
                              key_rule{"description", plain, "for people"},
                              key_rule{"deadline", time, "of the whole run; reaching it exits 124"},
                              key_rule{"fail_fast", flag, "the first failure ends the run (true)"},
                              key_rule{"jobs", count, "steps at once", {}, 1, 10000},
                              key_rule{"cwd", plain, "where it runs, from the recipe's folder"},
                              key_rule{"env", pairs, "of all programs"}};

constexpr std::array variable{
    key_rule{"type", choice, "what its values are (string)", variable_types},
    key_rule{"default", text, "may name variables above it, and {{env.NAME}}"},
    key_rule{"help", plain, "for --list"},
    key_rule{"min", text, "the least value"},
    key_rule{"max", text, "the greatest value"},
    key_rule{"values", texts, "of an enum"},
    key_rule{"required", flag, "--set must give it"}};

constexpr std::array secret{key_rule{"env", plain, "a variable of the environment"},
                            key_rule{"file", plain, "what is in it"},
                            key_rule{"exec", plain, "what this line of the shell writes"}};

constexpr std::array report{key_rule{"junit", plain, "a file: a case a step"},
                            key_rule{"json", plain, "a file: an event a line"},
                            key_rule{"html", plain, "a file: a page"},
                            key_rule{"trace", plain, "a file for chrome://tracing and Perfetto"}};

constexpr std::array service{
    key_rule{"id", plain, "steps name it: {{id.port}}"},
    key_rule{"env", pairs, "of its environment"},
    key_rule{"cwd", text, "where it runs"},
    key_rule{"needs", texts, "services that it stands on"},
    key_rule{"ready", texts, "what `grove poll` takes", {}, 0, 0, &ready_keys},
    key_rule{"stop", table, "how it is ended", {}, 0, 0, &stop_keys},
    key_rule{"show", flag, "its output as it comes"}};

constexpr std::array ready{key_rule{"poll", texts, "what `grove poll` takes"},
                           key_rule{"log", text, "a pattern for a line of its output"},
                           key_rule{"deadline", time, "until it must be ready (30s)"}};

constexpr std::array stop{key_rule{"signal", choice, "TERM", stop_signal_names},
                          key_rule{"grace", time, "until it is killed (5s)"},
                          key_rule{"expect", text, "of its end: exit == 0"}};

constexpr std::array step{
    key_rule{"id", plain, "its name; else its verb and a number"},
    key_rule{"needs", texts, "steps and services that it waits for alone"},
    key_rule{"parallel", flag, "it does not wait for the step above"},
    key_rule{"when", text, "else it is skipped: rate > 1000, env.CI == \"true\""},
    key_rule{"matrix", lists, "an instance for each value: {{matrix.NAME}}"},
    key_rule{"on_fail", choice, "when it fails", failure_rules},
    key_rule{"tags", texts, "for --only"}};

constexpr std::array final_step{key_rule{"id", plain, "its name"},
                                key_rule{"when", choice, "always", final_moments}};

constexpr std::array task{
    key_rule{"env", pairs, "of its environment"}, key_rule{"cwd", text, "where it runs"},
    key_rule{"save", pairs, "names for what it found: {{name}}"},
    key_rule{"show", flag, "its output as it comes"},
    key_rule{"retry", count, "so often when it fails", {}, 0, 1000, &retry_keys}};

constexpr std::array program{
    key_rule{"timeout", time, "of an attempt"},
    key_rule{"expect", texts, "all must hold: exit stdout stderr json time"}};

constexpr std::array retry{key_rule{"max", count, "so often when it fails", {}, 0, 1000},
                           key_rule{"on", text, "only after such a failure: status >= 502"},
                           key_rule{"backoff", time, "before the first, then twice that (500ms)"}};

}  // namespace

const key_table recipe_keys{"a recipe", top};
const key_table settings_keys{"[recipe]", settings};
const key_table variable_keys{"a variable", variable};
const key_table secret_keys{"a secret", secret};
const key_table report_keys{"[report]", report};
const key_table service_keys{"a service", service};
const key_table ready_keys{"ready", ready};
const key_table stop_keys{"stop", stop};
const key_table step_keys{"a step", step};
const key_table final_keys{"a step of [[finally]]", final_step};
const key_table task_keys{"a step", task};
const key_table program_keys{"a step", program};
const key_table retry_keys{"retry", retry};

const key_rule* key_table::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(keys, name, &key_rule::name);
    return found == keys.end() ? nullptr : std::to_address(found);
}

}  // namespace grove::cmd
