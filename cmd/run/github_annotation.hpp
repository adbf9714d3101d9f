// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe_problem.hpp"

#include <string>

/// What GitHub's runner reads from the output of a program, and shows beside the line of a file.

namespace grove::cmd {

struct annotation {
    std::string file;
    line_place place;
    std::string title;
    std::string message;
};

/// `::error file=smoke.toml,line=46,col=10,title=E012::unknown step "buld"` and a line feed.
[[nodiscard]] std::string github_error(const annotation& what);

/// The environment says that such a runner reads along.
[[nodiscard]] bool is_github();

}  // namespace grove::cmd
