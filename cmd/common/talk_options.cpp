// SPDX-License-Identifier: MIT
#include "cmd/common/talk_options.hpp"

#include "cmd/common/option_table.hpp"

namespace grove::cmd {

void describe(talk_options& options, option_table& table, json_lines json) {
    table.group("Output");
    table.flag({'q', "quiet"}, options.quiet, "errors only");
    table.flag({'v', "verbose"}, options.verbose, "say what is done, step by step");
    if (json == json_lines::offered)
        table.flag("json", options.json, "JSON lines on stdout, stable keys");
    table.fixed("no-progress", options.progress, false, "no progress on stderr");
    table.choose("color", options.color,
                 {{"auto", color_mode::automatic},
                  {"always", color_mode::always},
                  {"never", color_mode::never}},
                 "WHEN", "colour: auto, always, never");
    table.advise("-s", "use -q to hear errors only");
    table.advise("--silent", "use -q to hear errors only");
    table.advise("--colour", "it is spelled --color");
    table.advise("--no-color", "use --color never");
}

}  // namespace grove::cmd
