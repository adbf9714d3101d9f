// SPDX-License-Identifier: MIT
#include "cmd/pipe/line_options.hpp"

#include "cmd/common/option_table.hpp"

namespace grove::cmd {

using namespace std::chrono_literals;

void describe(match_options& options, option_table& table) {
    table.flag({'v', "invert"}, options.invert, "those that do not match");
    table.flag({'i', "ignore-case"}, options.ignore_case, "a is A");
    table.advise("-E", "patterns are extended by themselves (RE2)");
    table.advise("-P", "patterns are RE2's, which are most of Perl's");
}

void describe(batch_options& options, option_table& table) {
    table.add("linger", options.linger, "T", "what came so long ago goes on without the rest")
        .range(1ms, 24h);
    table.add("with", options.with, "TEXT", "what stands between them").default_text("a blank");
}

}  // namespace grove::cmd
