// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <span>
#include <string>
#include <string_view>

/// The texts of `--help`, made from the verbs and their option tables.

namespace grove::cmd {

/// `grove --help`.
[[nodiscard]] std::string program_help(std::span<const verb> verbs);

/// `grove fetch --help`: the synopsis, the options by group in aligned columns, the examples. No
/// line is wider than `columns`.
[[nodiscard]] std::string verb_help(const verb& of, const option_table& table, unsigned columns);

/// For a verb's `more_help`: a word and what it does, as an option is shown.
void append_help_row(std::string& to, const std::string& word, std::string_view help,
                     unsigned columns);

/// ... and the options that it has itself, below it.
void append_help_options(std::string& to, const option_table& table, unsigned columns);

}  // namespace grove::cmd
