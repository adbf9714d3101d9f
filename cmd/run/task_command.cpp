// SPDX-License-Identifier: MIT
#include "cmd/run/task_command.hpp"

#include "cmd/run/recipe/call_words.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::optional<placed_text>& folder, const name_lookup& names) {
    if (!folder) return {};
    const auto text = expand(*folder, names);
    if (!text) throw std::runtime_error("cwd: " + folder->text + " has no value yet");
    return text->text;
}

/// A verb of grove's as a program: without progress, and in plain colours.
std::vector<std::string> grove_words(const std::string& verb, const extra_words& extra,
                                     const std::vector<std::string>& words) {
    std::vector<std::string> made{"/proc/self/exe", verb, "--no-progress", "--color=never"};
    made[0] = fs::read_symlink(made[0]).string();
    made.insert(made.end(), extra.begin(), extra.end());
    made.insert(made.end(), words.begin(), words.end());
    return made;
}

}  // namespace

task_command command_of(const recipe_call& call, const std::vector<placed_pair>& environment,
                        const std::optional<placed_text>& folder, const run_values& values,
                        const verb_book& verbs, const name_lookup& names,
                        const extra_words& extra) {
    command_words made = words_of(call, verbs, names);
    if (!made.unknown.empty()) throw std::runtime_error(made.unknown + " has no value");
    task_command command;
    command.child.folder = folder_of(folder, names);
    command.child.environment = values.environment(environment, names);
    command.shown = values.secrets()(command_line_of(call, made.words));
    if (call.verb == "sh") {
        command.child.shell = std::move(made.words.front());
    } else if (call.is_program()) {
        command.child.words = std::move(made.words);
    } else {
        command.child.words = grove_words(call.verb, extra, made.words);
    }
    return command;
}

}  // namespace grove::cmd
