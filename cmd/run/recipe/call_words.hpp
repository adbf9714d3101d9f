// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/text_template.hpp"
#include "cmd/run/recipe/verb_book.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// From what a recipe says to the words of a command line.

namespace grove::cmd {

struct command_words {
    std::vector<std::string> words;  ///< of a verb without `grove`; of `sh` the line alone
    std::string unknown;  ///< the template that has a name without a value; empty: there is none
};

/// What `step` types. A verb's options come first, then its words.
[[nodiscard]] command_words words_of(const recipe_call& call, const verb_book& verbs,
                                     const name_lookup& lookup);

/// `--name=value`, or `--name` for a flag; empty for a flag that is false.
[[nodiscard]] std::string option_word(const option& of, std::string_view value);

/// The answer is looked at and not asked to be kept: then no file is made of it.
[[nodiscard]] bool discards_answers(const recipe_step& step, const verb_book& verbs);

/// A word as a shell reads it back; blanks and the like get it into quotes.
[[nodiscard]] std::string quoted_word(std::string_view word);

/// `grove fetch --expect 'status == 200' :8080/`: what one would type.
[[nodiscard]] std::string command_line_of(const recipe_call& call,
                                          const std::vector<std::string>& words);

}  // namespace grove::cmd
