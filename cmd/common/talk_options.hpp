// SPDX-License-Identifier: MIT
#pragma once

/// How much a run says and in which shape: the options that every verb shares. All talk goes to
/// stderr; `json` chooses what goes to stdout.

namespace grove::cmd {

class option_table;

enum class color_mode : unsigned char {
    automatic,  ///< on a terminal, unless NO_COLOR is set, or TERM is unset or `dumb`
    always,
    never,
};

struct talk_options {
    bool quiet = false;    ///< errors only
    bool verbose = false;  ///< also what is done, step by step
    bool json = false;     ///< JSON lines on stdout
    bool progress = true;
    color_mode color = color_mode::automatic;
};

/// Whether a verb has results that `--json` can show; a pipe's stdout is what its stages make.
enum class json_lines : unsigned char { offered, none };

/// Adds `-q -v --json --no-progress --color`.
void describe(talk_options& options, option_table& table, json_lines json = json_lines::offered);

}  // namespace grove::cmd
