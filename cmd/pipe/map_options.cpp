// SPDX-License-Identifier: MIT
#include "cmd/pipe/map_options.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/terminal_text.hpp"

#include <chrono>

namespace grove::cmd {

using namespace std::chrono_literals;

void describe(map_options& options, option_table& table) {
    table.add({'j', "jobs"}, options.jobs, "N", "workers").range(1, 10000).default_text("cores");
    table.add("timeout", options.timeout, "T", "for an answer; then the worker is replaced")
        .range(1ms, 24h * 365);
    table.add("retries", options.retries, "N", "times an item is sent again to a new worker")
        .range(0, 1000);
    table.choose("order", options.order, {{"input", item_order::input}, {"any", item_order::any}},
                 "HOW", "answers as items came, or as they come");
    table.advise("-k", "answers keep the order of the items by themselves");
    table.advise("-P", "it is -j N");
    table.advise("--joblog", "map's workers live on; each --joblog has a line an item");
}

process_options worker_of(const map_options& options) {
    process_options made;
    if (is_shell_line(options.command))
        made.shell = options.command.front();
    else
        made.command = options.command;
    return made;
}

std::string worker_name(const map_options& options) {
    return fit_middle(one_line(options.command.front()), 60);
}

}  // namespace grove::cmd
