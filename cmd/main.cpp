// SPDX-License-Identifier: MIT
#include "cmd/common/command_line.hpp"
#include "cmd/common/descriptors.hpp"
#include "cmd/common/output.hpp"
#include "cmd/run/recipe_line.hpp"
#include "cmd/verbs.hpp"

#include <grove/introspect.hpp>

#include <exception>
#include <span>
#include <string>

namespace {

using namespace grove::cmd;

/// `--save-recipe`.
exit_code save_recipe(const std::string& file, std::span<const char* const> words, output& out) {
    const std::string text = recipe_of(words.front(), words.subspan(1));
    if (file == "-")
        out.write(text);
    else
        append_to_recipe(file, text);
    return exit_code::ok;
}

int run(std::span<const char* const> words) {
    const command_line line = read_command_line(all_verbs(), words);
    if (line.what == command_line::outcome::run) {
        output out(line.use->talk());
        const std::string& recipe = line.use->recipe();
        if (!recipe.empty()) return to_int(out.finish(save_recipe(recipe, words, out)));
        // SIGQUIT, which is Ctrl-\, prints what the greenlets do, and the run goes on.
        const grove::introspect::print_on_signal on_quit(
            {.tell = [&out](const auto& seen) { out.print_talk(to_tree(seen)); }});
        return to_int(out.finish(line.use->run(out)));
    }
    output out{talk_options()};
    if (line.what == command_line::outcome::refuse) {
        out.print_talk(line.text);
        return to_int(exit_code::usage);
    }
    out.write(line.text);
    return to_int(out.finish(exit_code::ok));
}

}  // namespace

int main(int argc, char** argv) {
    prepare_standard_streams();
    prepare_descriptor_table();
    grove::introspect::obey_environment();
    try {
        return run({argv + (argc > 0 ? 1 : 0), argv + argc});
    } catch (const std::exception& error) {
        output(talk_options()).error(error.what());
        return to_int(exit_code::environment);
    }
}
