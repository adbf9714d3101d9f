// SPDX-License-Identifier: MIT
#include "cmd/run/github_annotation.hpp"

#include "cmd/run/recipe/environment.hpp"

#include <fmt/format.h>

#include <string_view>

namespace grove::cmd {
namespace {

/// As the runner's workflow commands have it; `more` has a meaning there too.
std::string escaped(std::string_view text, std::string_view more = {}) {
    std::string made;
    for (const char c : text) {
        if (c == '%' || c == '\r' || c == '\n' || more.find(c) != std::string_view::npos)
            made += fmt::format("%{:02X}", c);
        else
            made += c;
    }
    return made;
}

}  // namespace

std::string github_error(const annotation& what) {
    constexpr std::string_view in_properties = ":,";
    return fmt::format("::error file={},line={},col={},title={}::{}\n",
                       escaped(what.file, in_properties), what.place.line, what.place.column,
                       escaped(what.title, in_properties), escaped(what.message));
}

bool is_github() {
    const char* const value = environment_value("GITHUB_ACTIONS");
    return value != nullptr && std::string_view(value) == "true";
}

}  // namespace grove::cmd
