// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/verb_book.hpp"

#include <string>

namespace grove::cmd {

/// The language of recipes as a JSON Schema (draft 7), for editors: made of the tables that the
/// readers go by, and of the verbs' options. It takes what they take, but for what only they can
/// know: names, words, values that depend on each other.
[[nodiscard]] std::string recipe_schema(const verb_book& verbs);

}  // namespace grove::cmd
