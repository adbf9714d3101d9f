// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/talk_options.hpp"
#include "cmd/common/text_error.hpp"
#include "cmd/common/verb.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// All that `grove run` can be told.

namespace grove::cmd {

class option_table;

/// `--set name=value`.
struct given_value {
    std::string name;
    std::string value;
};

struct run_options {
    std::span<const verb> verbs;    ///< what a recipe can use; set by the program, not by an option
    std::vector<std::string> file;  ///< one at most; none: ./grove.toml; `-` stdin

    // What to do with it; nothing: run it.
    bool check = false;
    bool list = false;
    bool dry_run = false;
    bool graph = false;
    bool schema = false;  ///< of any recipe; none is read

    // What of it.
    std::vector<given_value> set;
    std::string vars;  ///< a TOML file of values; empty: none
    std::vector<std::string> only;

    // How.
    std::optional<std::size_t> jobs;   ///< steps at once; absent: the recipe's, else two a core
    std::optional<duration> deadline;  ///< absent: the recipe's
    duration grace = std::chrono::seconds(5);  ///< for programs that are told to end

    // Reports; empty: the recipe's, or none.
    std::string junit;
    std::string html;

    talk_options talk;
};

/// The recipe's file.
[[nodiscard]] std::string file_of(const run_options& options);

void describe(run_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const run_options& options);

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, given_value& into);

}  // namespace grove::cmd
