// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/text_template.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace {

using grove::cmd::named_value;
using grove::cmd::text_template;

std::optional<named_value> lookup(std::string_view name) {
    if (name == "user") return named_value{"ann b"};
    if (name == "api.port") return named_value{"8080", true};
    return std::nullopt;
}

text_template parsed(std::string_view text) {
    text_template made;
    const auto wrong = text_template::parse(text, made);
    EXPECT_FALSE(wrong.has_value()) << wrong->what;
    return made;
}

std::string expanded(std::string_view text) {
    return parsed(text).expand(lookup).value_or("nothing");
}

TEST(text_template, replaces_names_with_and_without_blanks) {
    EXPECT_EQ(expanded("http://localhost:{{api.port}}/{{ user }}!"),
              "http://localhost:8080/ann b!");
}

TEST(text_template, without_names_is_the_text) {
    EXPECT_EQ(expanded("{a} }} {"), "{a} }} {");
    EXPECT_FALSE(parsed("{a}").has_names());
}

TEST(text_template, pipes_names_through_filters) {
    EXPECT_EQ(expanded("{{user | url}}"), "ann%20b");
    EXPECT_EQ(expanded("{{user | base64}}"), "YW5uIGI=");
    EXPECT_EQ(expanded("{{user | json}}"), "\"ann b\"");
    EXPECT_EQ(expanded("{{api.port | json}}"), "8080");
    EXPECT_EQ(expanded("{{user | shell}}"), "'ann b'");
    EXPECT_EQ(expanded("{{\"it's $(x)\" | shell}}"), R"('it'\''s $(x)')");
    EXPECT_EQ(expanded("{{\"  x \" | trim}}"), "x");
    EXPECT_EQ(expanded("{{user | url | base64}}"), "YW5uJTIwYg==");
}

TEST(text_template, of_a_name_without_a_value_has_none_unless_there_is_a_default) {
    EXPECT_EQ(expanded("{{nobody}}"), "nothing");
    EXPECT_EQ(expanded("{{nobody | default \"me\"}}"), "me");
    EXPECT_EQ(expanded("{{user | default \"me\"}}"), "ann b");
}

TEST(text_template, writes_braces_by_a_text_in_quotes) {
    EXPECT_EQ(expanded("{{\"{{\"}}x"), "{{x");
}

TEST(text_template, leaves_the_slots_of_bench_alone) {
    EXPECT_EQ(expanded("{{seq}} {{rand 1 9}} {{line f.txt}}"),
              "{{seq}} {{rand 1 9}} {{line f.txt}}");
    EXPECT_EQ(expanded("{{line}} {{line | default \"x\"}}"), "nothing");
    EXPECT_EQ(expanded("{{line | default \"x\"}}"), "x");
}

TEST(text_template, of_one_name_alone_keeps_its_type) {
    EXPECT_TRUE(parsed("{{api.port}}").value(lookup)->is_json);
    EXPECT_FALSE(parsed(":{{api.port}}").value(lookup)->is_json);
    EXPECT_FALSE(parsed("{{user}}").value(lookup)->is_json);
}

TEST(text_template, tells_where_it_is_wrong) {
    text_template ignored;
    EXPECT_EQ(text_template::parse("ab{{name", ignored)->offset, 8U);
    EXPECT_EQ(text_template::parse("{{a | nope}}", ignored)->offset, 6U);
    EXPECT_EQ(text_template::parse("{{a b}}", ignored)->offset, 4U);
    EXPECT_EQ(text_template::parse("{{}}", ignored)->offset, 2U);
    EXPECT_EQ(text_template::parse("{{a | default b}}", ignored)->offset, 14U);
}

}  // namespace
