// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// From argv to a verb that is ready to run, or to a text to print. Does no work of the verb: no
/// file is opened, no name is looked up.

namespace grove::cmd {

struct command_line {
    enum class outcome : unsigned char {
        run,     ///< `use` is set
        print,   ///< `text` goes to stdout, exit 0: help, version
        refuse,  ///< `text` goes to stderr, exit 2: what was wrong and how to go on
    };

    outcome what = outcome::refuse;
    std::unique_ptr<invocation> use;
    std::string text;  ///< ends in a line feed
};

/// Reads `words`, which are argv without the program's name. Values are set in the order of the
/// words, so that the last of two wins. Only the chosen verb is prepared.
[[nodiscard]] command_line read_command_line(std::span<const verb> verbs,
                                             std::span<const char* const> words,
                                             unsigned columns = 80);

/// What is wrong with one of a verb's words.
struct word_problem {
    std::string what;       ///< a sentence
    std::string hint = {};  ///< what to write instead; empty: nothing to say
    std::string word = {};  ///< the value, or the word that fits nowhere; empty: none in particular
    std::size_t offset = 0;    ///< of what is wrong, in `word`
    bool shows_place = false;  ///< the sentence needs a caret below it to be understood
};

/// Sets the options of a verb's table from `words`, as its command line would; what the options
/// mean together is not looked at, and `--help` sets nothing.
/// Result: what is wrong first; those before it are set.
[[nodiscard]] std::optional<word_problem> set_options(option_table& table,
                                                      std::span<const char* const> words);

}  // namespace grove::cmd
