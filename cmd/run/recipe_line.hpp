// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace grove::cmd {

/// A step, or of `serve` a service, that does what `grove VERB WORDS` does, as a recipe has it. Of
/// the words `--save-recipe` and its value are left out.
[[nodiscard]] std::string recipe_of(std::string_view verb, std::span<const char* const> words);

/// Adds `text` at the end of `file`, which is made where it is not there.
/// Throws: `std::system_error`.
void append_to_recipe(const std::string& file, std::string_view text);

}  // namespace grove::cmd
