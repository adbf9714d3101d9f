// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/placed_text.hpp"
#include "cmd/run/recipe/toml_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using grove::cmd::placed_text;
using grove::cmd::places_of;
using grove::cmd::read_toml;
using grove::cmd::split_words;
using grove::cmd::toml_error;
using grove::cmd::toml_type;
using testing::ElementsAre;

/// What stands in the file where the content's `part` was written.
std::string_view written_at(std::string_view source, std::string_view part) {
    const auto root = read_toml(source);
    const auto& value = root.entries.front().value;
    const auto places = places_of(source, value);
    EXPECT_EQ(places.size(), value.text.size() + 1);
    return source.substr(places.at(value.text.find(part)), part.size());
}

TEST(toml_value, keeps_the_order_of_the_file_and_its_places) {
    const std::string_view source = "zebra = 1\n[apple]\nb = true\na = [\"x\", 2.5]\n";
    const auto root = read_toml(source);
    ASSERT_EQ(root.entries.size(), 2U);
    EXPECT_EQ(root.entries[0].key, "zebra");
    EXPECT_EQ(root.entries[0].value.text, "1");
    const auto& apple = root.entries[1].value;
    EXPECT_EQ(apple.entries[0].key, "b");
    EXPECT_EQ(source.substr(apple.entries[1].offset, 1), "a");
    EXPECT_EQ(apple.find("a")->items[1].type, toml_type::real);
    EXPECT_EQ(source.substr(apple.find("a")->items[1].offset, 3), "2.5");
}

TEST(toml_value, counts_columns_in_characters) {
    const std::string_view source = "\"\xC3\xA4\xE2\x82\xAC\" = \"x\"\n";
    const auto root = read_toml(source);
    EXPECT_EQ(source.substr(root.entries[0].value.offset), "\"x\"\n");
}

TEST(toml_value, says_what_is_wrong_and_where) {
    try {
        static_cast<void>(read_toml("a = 1\nb = [1,\n"));
        FAIL() << "it was taken";
    } catch (const toml_error& wrong) {
        EXPECT_GE(wrong.offset(), 6U);
        EXPECT_NE(std::string(wrong.what()), "");
    }
}

TEST(places_of, look_through_escapes) {
    EXPECT_EQ(written_at(R"(a = "x\ty\"zw")", "zw"), "zw");
    EXPECT_EQ(written_at(R"(a = "\u00e4\U0001F600end")", "end"), "end");
}

TEST(places_of, look_through_all_four_kinds_of_quotes) {
    EXPECT_EQ(written_at("a = 'x\\end'", "end"), "end");
    EXPECT_EQ(written_at("a = \"\"\"\nfirst\nend\"\"\"", "end"), "end");
    EXPECT_EQ(written_at("a = '''\r\nfirst\r\nend'''", "end"), "end");
    EXPECT_EQ(written_at("a = \"\"\"one \\\n    end\"\"\"", "end"), "end");
}

std::vector<std::string> split(std::string_view text) {
    placed_text whole;
    whole.append(text, 0);
    std::vector<placed_text> words;
    EXPECT_FALSE(split_words(whole, words).has_value());
    std::vector<std::string> made;
    for (const placed_text& each : words) {
        made.push_back(each.text);
        EXPECT_EQ(each.places.size(), each.text.size() + 1);
    }
    return made;
}

TEST(split_words, parts_at_blanks_and_keeps_quotes_together) {
    EXPECT_THAT(split("  a 'b c' d\"e \\\" f\"g h\\ i "),
                ElementsAre("a", "b c", "de \" fg", "h i"));
    EXPECT_THAT(split("'' \"\""), ElementsAre("", ""));
}

TEST(split_words, keeps_templates_together) {
    EXPECT_THAT(split("a{{ x | default \"y z\" }}b c"),
                ElementsAre("a{{ x | default \"y z\" }}b", "c"));
}

TEST(split_words, tells_of_an_open_quote) {
    placed_text whole;
    whole.append("ab 'cd", 0);
    std::vector<placed_text> words;
    EXPECT_EQ(split_words(whole, words)->offset, 3U);
}

TEST(toml_value, letters_beyond_ascii_are_no_blanks) {
    const auto root = read_toml("a = \"\"\"x\\\n   \u00e9 \ufc7f\"\"\"");
    EXPECT_EQ(root.find("a")->text, "x\u00e9 \ufc7f");
    EXPECT_THROW(static_cast<void>(read_toml("a = 1\n\ufc7f = 2")), toml_error);
    EXPECT_THROW(static_cast<void>(read_toml("a = \u00e9")), toml_error);
}

}  // namespace
