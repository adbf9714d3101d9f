// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/placed_text.hpp"
#include "cmd/run/recipe/toml_value.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A recipe as it was read: what stands in the file, with defaults filled in and nothing replaced.
/// Places are byte offsets in the file.

namespace grove::cmd {

/// A verb's option that stands as a key beside the verb.
struct call_option {
    std::string name;
    std::size_t offset = 0;  ///< of the key
    placed_text value;
};

/// What a step or a service runs.
struct recipe_call {
    std::string verb;        ///< one of grove's, or `exec`, or `sh`
    std::size_t offset = 0;  ///< of its key
    std::vector<call_option> options = {};
    /// Behind the verb: targets and options as typed. Of `exec` the program and its arguments, of
    /// `sh` one line.
    std::vector<placed_text> words = {};
    /// What is sent as JSON; its texts are templates.
    std::optional<toml_value> body = {};

    /// It is another program than grove.
    [[nodiscard]] bool is_program() const noexcept { return verb == "exec" || verb == "sh"; }

    [[nodiscard]] const call_option* find(std::string_view name) const noexcept;
};

/// A name and what it is set to: of the environment, of a `save`.
struct placed_pair {
    std::string name;
    std::size_t offset = 0;
    placed_text value;
};

/// The name of another step or service.
struct placed_name {
    std::string name;
    std::size_t offset = 0;
};

struct matrix_axis {
    std::string name;
    std::size_t offset = 0;
    std::vector<placed_text> values;
};

enum class on_failure : unsigned char {
    stop,       ///< the run ends
    go_on,      ///< as if it had not failed, but the run's exit code tells
    skip_rest,  ///< those that need it are skipped
};

/// When a step of [[finally]] runs.
enum class final_when : unsigned char { always, failed, passed, cancelled };

struct recipe_step {
    std::string id;
    std::size_t offset = 0;
    recipe_call call = {};
    std::vector<placed_pair> env = {};
    std::optional<placed_text> cwd = {};
    std::vector<placed_name> needs = {};
    bool has_needs = false;  ///< it waits for those alone
    bool parallel = false;
    std::optional<placed_text> when_true = {};  ///< `when` of a step: else it is skipped
    std::vector<matrix_axis> matrix = {};
    unsigned retries = 0;
    duration retry_pause = std::chrono::milliseconds(500);
    std::optional<placed_text> retry_on = {};  ///< only after such a failure
    std::optional<duration> timeout = {};      ///< of one attempt
    std::vector<placed_text> expect = {};      ///< of a program; verbs have their own
    std::vector<placed_pair> save = {};
    std::optional<on_failure> on_fail = {};
    std::vector<std::string> tags = {};
    bool show = false;                     ///< its output as it comes
    final_when when = final_when::always;  ///< in [[finally]]
};

struct service_ready {
    std::vector<placed_text> words = {};  ///< for `grove poll`
    std::vector<call_option> options = {};
    std::optional<placed_text> log = {};  ///< a pattern for a line of its output
    duration deadline = std::chrono::seconds(30);
    std::size_t offset = 0;
};

struct service_stop {
    int signal = 15;
    duration grace = std::chrono::seconds(5);
    std::optional<placed_text> expect = {};
};

struct recipe_service {
    std::string id;
    std::size_t offset = 0;
    recipe_call call = {};
    std::vector<placed_pair> env = {};
    std::optional<placed_text> cwd = {};
    std::vector<placed_name> needs = {};
    std::optional<service_ready> ready = {};
    service_stop stop = {};
    bool show = false;
};

enum class variable_type : unsigned char {
    text,
    whole,
    real,
    truth,
    time,
    size,
    port,
    url,
    path,
    choice
};

struct recipe_variable {
    std::string name;
    std::size_t offset = 0;
    variable_type type = variable_type::text;
    std::optional<placed_text> value = {};  ///< the default; a template of others before it
    std::string help = {};
    std::string least = {};
    std::string most = {};
    std::vector<std::string> choices = {};
};

struct recipe_secret {
    enum class source : unsigned char { environment, file, program };
    std::string name;
    std::size_t offset = 0;
    source from = source::environment;
    std::string where = {};  ///< a variable's name, a path, a command line
};

struct recipe_report {
    std::string junit = {};  ///< files; empty: none
    std::string json = {};
    std::string html = {};
    std::string trace = {};
};

struct recipe {
    std::string name;
    std::string description = {};
    std::optional<duration> deadline = {};
    bool fail_fast = true;
    std::optional<std::size_t> jobs = {};
    std::string cwd = {};  ///< from the file's folder; empty: that folder
    std::vector<placed_pair> env = {};
    std::vector<recipe_variable> vars = {};
    std::vector<recipe_secret> secrets = {};
    recipe_report report = {};
    std::vector<recipe_service> services = {};
    std::vector<recipe_step> steps = {};
    std::vector<recipe_step> finals = {};

    [[nodiscard]] const recipe_service* service(std::string_view id) const noexcept;
    [[nodiscard]] const recipe_step* step(std::string_view id) const noexcept;
};

}  // namespace grove::cmd
