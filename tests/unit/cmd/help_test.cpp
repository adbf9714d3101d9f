// SPDX-License-Identifier: MIT
#include "cmd/common/help.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/fetch/fetch_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace grove::cmd {
namespace {

using testing::HasSubstr;

constexpr verb fetch{"fetch", "downloads", "[OPTION]... URL...", "1\n2\n3\n4\n5\n6\n",
                     nullptr, fetch_facts};

std::string fetch_help(unsigned columns) {
    fetch_options options;
    option_table table;
    describe(options, table);
    return verb_help(fetch, table, columns);
}

std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);)
        widest = std::max(widest, display_width(line));
    return widest;
}

TEST(help, of_fetch_fits_two_screens) {
    const std::string text = fetch_help(80);
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 90);
    EXPECT_LE(widest_line(text), 80);
}

TEST(help, names_every_option_and_group_once) {
    fetch_options options;
    option_table table;
    describe(options, table);
    const std::string text = "\n" + fetch_help(80);
    for (const option& each : table.options()) {
        if (each.words != word_rule::none) continue;
        EXPECT_THAT(text, HasSubstr("--" + each.name)) << each.name;
        EXPECT_FALSE(each.help.empty()) << each.name;
        const std::string heading = "\n" + each.group + "\n";
        EXPECT_NE(text.find(heading), std::string::npos) << each.group;
        EXPECT_EQ(text.find(heading), text.rfind(heading)) << each.group;
    }
}

TEST(help, shows_defaults_as_the_options_struct_has_them) {
    const std::string text = fetch_help(80);
    EXPECT_THAT(text, HasSubstr("transfers at once [64]"));
    EXPECT_THAT(text, HasSubstr("[30s]"));
}

TEST(help, lists_the_names_that_expressions_may_use) {
    const std::string text = fetch_help(80);
    EXPECT_THAT(text, HasSubstr("\n  status header.NAME body json.PATH size "));
    EXPECT_THAT(text, HasSubstr(" time.first_byte"));
}

TEST(help, breaks_long_lines_in_its_column) {
    option_table table;
    bool flag = false;
    table.flag({'x', "example"}, flag, "some words that do not fit into one line of this width");
    EXPECT_EQ(verb_help({"v", "s", "", "", nullptr}, table, 44),
              "Usage: grove v \ns\n\nOptions\n"
              "  -x, --example some words that do not fit\n"
              "                into one line of this width\n"
              "  -h, --help    this page\n");
}

TEST(help, a_flag_that_is_too_long_stands_alone) {
    option_table table;
    std::string value;
    table.add("a-flag-with-quite-a-long-name", value, "VALUE", "help");
    EXPECT_THAT(verb_help({"v", "s", "", "", nullptr}, table, 80),
                HasSubstr("      --a-flag-with-quite-a-long-name VALUE\n"));
}

TEST(help, of_the_program_aligns_the_summaries) {
    const std::array verbs{verb{"fetch", "gets", "", "", nullptr},
                           verb{"run", "does", "", "", nullptr}};
    EXPECT_THAT(program_help(verbs), HasSubstr("  fetch  gets\n  run    does\n"));
}

}  // namespace
}  // namespace grove::cmd
