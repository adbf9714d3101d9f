// SPDX-License-Identifier: MIT
#include "cmd/run/recipe_line.hpp"

#include "cmd/run/recipe/call_words.hpp"

#include <grove/error.hpp>

#include <cerrno>
#include <fstream>
#include <string>

namespace grove::cmd {
namespace {

constexpr std::string_view own_option = "--save-recipe";

/// As a TOML string; `{{` would be a recipe's name.
std::string toml_text(const std::string& text) {
    std::string escaped;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (text.compare(at, 2, "{{") == 0) {
            escaped += R"({{\"{{\"}})";
            ++at;
        } else if (c == '"' || c == '\\') {
            (escaped += '\\') += c;
        } else if (c == '\n') {
            escaped += "\\n";
        } else if (c == '\t') {
            escaped += "\\t";
        } else {
            escaped += c;
        }
    }
    return '"' + escaped + '"';
}

}  // namespace

std::string recipe_of(std::string_view verb, std::span<const char* const> words) {
    std::string line;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == own_option) {
            ++i;
            continue;
        }
        if (word.starts_with(own_option) && word.substr(own_option.size()).starts_with('='))
            continue;
        if (!line.empty()) line += ' ';
        line += quoted_word(word);
    }
    const bool service = verb == "serve";
    std::string text = service ? "[[service]]\nid = \"server\"\n" : "[[step]]\n";
    text += verb;
    return text + " = " + toml_text(line) + "\n";
}

void append_to_recipe(const std::string& file, std::string_view text) {
    std::ofstream to(file, std::ios::app);
    if (to.is_open() && to.tellp() > 0) to << '\n';
    to << text;
    if (!to.flush()) throw_error(errno == 0 ? EIO : errno, "write " + file);
}

}  // namespace grove::cmd
