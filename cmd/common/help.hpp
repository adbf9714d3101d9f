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

}  // namespace grove::cmd
