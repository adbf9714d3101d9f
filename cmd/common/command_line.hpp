// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <memory>
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

}  // namespace grove::cmd
