// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <span>
#include <string>
#include <string_view>

/// The manual, in roff's man macros, made from the verbs and their option tables.
/// `date` is the day at their foot: `2026-11-26`.

namespace grove::cmd {

/// grove(1): the verbs, and what holds for all of them.
[[nodiscard]] std::string program_man_page(std::span<const verb> verbs, std::string_view date);

/// grove-fetch(1).
[[nodiscard]] std::string verb_man_page(const verb& of, std::string_view date);

}  // namespace grove::cmd
