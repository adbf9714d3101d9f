// SPDX-License-Identifier: MIT
#include "cmd/pipe/item_command.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using words = std::vector<std::string>;

item_command command(const words& typed) {
    item_command parsed;
    EXPECT_EQ(item_command::parse(typed, parsed), std::nullopt);
    return parsed;
}

words arguments(const words& typed, std::string_view item) {
    return command(typed).options(item, 7).command;
}

TEST(pipe_item_command, parts_of_the_item_are_filled_in) {
    const std::string_view item = "images/cat.small.png";
    EXPECT_EQ(arguments({"x", "{}", "{.}", "{/}", "{//}", "{/.}", "{#}"}, item),
              (words{"x", "images/cat.small.png", "images/cat.small", "cat.small.png", "images",
                     "cat.small", "7"}));
}

TEST(pipe_item_command, a_part_may_be_inside_a_word) {
    EXPECT_EQ(arguments({"cp", "{}", "out/{/.}-{#}.bak{}"}, "a/b.c"),
              (words{"cp", "a/b.c", "out/b-7.baka/b.c"}));
}

TEST(pipe_item_command, without_a_part_the_item_is_the_last_argument) {
    EXPECT_EQ(arguments({"gzip", "-9"}, "a b"), (words{"gzip", "-9", "a b"}));
}

TEST(pipe_item_command, items_that_are_no_paths_have_parts_too) {
    EXPECT_EQ(arguments({"x", "{.}", "{/}", "{//}"}, "plain"), (words{"x", "plain", "plain", "."}));
    EXPECT_EQ(arguments({"x", "{.}", "{//}"}, "/.profile"), (words{"x", "/.profile", "/"}));
    EXPECT_EQ(arguments({"x", "{.}"}, "a.d/b"), (words{"x", "a.d/b"}));
    EXPECT_EQ(arguments({"x", "{}"}, ""), (words{"x", ""}));
}

TEST(pipe_item_command, other_braces_stay) {
    EXPECT_EQ(arguments({"x", "{a}", "{", "}", "{}"}, "i"), (words{"x", "{a}", "{", "}", "i"}));
}

TEST(pipe_item_command, a_line_for_the_shell_gets_the_item_as_its_argument) {
    const process_options made = command({"wc -l < \"$1\""}).options("; rm -rf /", 1);
    EXPECT_EQ(made.shell, "wc -l < \"$1\"");
    EXPECT_EQ(made.command, words{"; rm -rf /"});
}

TEST(pipe_item_command, a_line_that_names_no_argument_has_it_at_its_end) {
    EXPECT_EQ(command({"wc -l"}).options("a", 1).shell, "wc -l \"$@\"");
}

TEST(pipe_item_command, braces_in_a_line_for_the_shell_are_refused) {
    item_command parsed;
    const auto wrong = item_command::parse({"echo {} | wc"}, parsed);
    ASSERT_TRUE(wrong);
    EXPECT_NE(wrong->find("\"$1\""), std::string::npos) << *wrong;
    EXPECT_EQ(item_command::parse({"find \"$1\" -exec ls {} +"}, parsed), std::nullopt);
}

TEST(pipe_item_command, one_plain_word_is_a_program) {
    EXPECT_FALSE(is_shell_line({"./job"}));
    EXPECT_FALSE(is_shell_line({"two words", "x"}));
    EXPECT_TRUE(is_shell_line({"two words"}));
    EXPECT_TRUE(is_shell_line({"a|b"}));
    EXPECT_EQ(arguments({"./job"}, "i"), (words{"./job", "i"}));
}

TEST(pipe_item_command, its_text_can_be_typed_again) {
    EXPECT_EQ(command({"echo", "it's", "{}"}).text("a b", 1), "echo 'it'\\''s' 'a b'");
    EXPECT_EQ(command({"echo", "{}"}).text("a\tb'\\", 1), "echo $'a\\x09b\\'\\\\'");
    EXPECT_EQ(command({"echo", "{}"}).text("", 1), "echo ''");
    EXPECT_EQ(command({"echo \"$1\""}).text("x", 1), "sh -c 'echo \"$1\"' sh x");
}

TEST(pipe_item_command, it_knows_whether_the_item_names_the_program) {
    EXPECT_TRUE(command({"echo", "{}"}).has_fixed_program());
    EXPECT_TRUE(command({"echo \"$1\""}).has_fixed_program());
    EXPECT_FALSE(command({"./{}"}).has_fixed_program());
}

TEST(pipe_item_command, no_words_are_no_command) {
    item_command parsed;
    EXPECT_EQ(item_command::parse({}, parsed), "needs a command");
}

}  // namespace
}  // namespace grove::cmd
