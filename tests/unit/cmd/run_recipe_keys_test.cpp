// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_keys.hpp"
#include "cmd/run/recipe/recipe_reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using namespace grove::cmd;

/// Where a table of these keys stands in a recipe.
struct table_place {
    const key_table& keys;
    std::string_view before;
};

const table_place places[]{
    {settings_keys, "[[step]]\nsh='x'\n[recipe]\n"},
    {variable_keys, "[[step]]\nsh='x'\n[vars.v]\n"},
    {secret_keys, "[[step]]\nsh='x'\n[secrets.s]\n"},
    {report_keys, "[[step]]\nsh='x'\n[report]\n"},
    {service_keys, "[[step]]\nsh='x'\n[[service]]\nsh='x'\n"},
    {ready_keys, "[[step]]\nsh='x'\n[[service]]\nsh='x'\nid='s'\n[service.ready]\n"},
    {stop_keys, "[[step]]\nsh='x'\n[[service]]\nsh='x'\nid='s'\n[service.stop]\n"},
    {step_keys, "[[step]]\nsh='x'\n"},
    {task_keys, "[[step]]\nsh='x'\n"},
    {program_keys, "[[step]]\nsh='x'\n"},
    {final_keys, "[[step]]\nsh='x'\n[[finally]]\nsh='x'\n"},
    {task_keys, "[[step]]\nsh='x'\n[[finally]]\nsh='x'\n"},
    {retry_keys, "[[step]]\nsh='x'\n[step.retry]\n"},
};

std::string value_for(const key_rule& rule) {
    switch (rule.type) {
        case key_type::flag:
            return "true";
        case key_type::time:
            return "'5s'";
        case key_type::count:
            return std::to_string(rule.most);
        case key_type::choice:
            return fmt::format("'{}'", rule.choices.back());
        case key_type::pairs:
            return "{ a = 'x' }";
        case key_type::lists:
            return "{ a = [1, 2] }";
        case key_type::table:
            return "{ }";
        default:
            return "'x'";
    }
}

std::string problems_of(const std::string& text) {
    recipe_problems problems;
    static_cast<void>(read_recipe(text, "test", verb_book({}), problems));
    std::string told;
    for (const recipe_problem& each : problems.all()) {
        if (each.kind == problem_kind::unknown_key || each.kind == problem_kind::wrong_type ||
            each.kind == problem_kind::bad_value)
            told += each.what + '\n';
    }
    return told;
}

TEST(recipe_keys, are_what_the_readers_take) {
    for (const table_place& place : places) {
        for (const key_rule& rule : place.keys.keys) {
            const std::string line = fmt::format("{} = {}\n", rule.name, value_for(rule));
            EXPECT_EQ(problems_of(std::string(place.before) + line), "") << place.before << line;
        }
    }
}

TEST(recipe_keys, are_all_that_the_readers_take) {
    for (const table_place& place : places)
        EXPECT_THAT(problems_of(std::string(place.before) + "strange = 1\n"),
                    testing::HasSubstr("has no key \"strange\""));
}

TEST(recipe_keys, have_limits) {
    EXPECT_NE(problems_of("[recipe]\njobs = 10001\n[[step]]\nsh='x'\n"), "");
    EXPECT_NE(problems_of("[[step]]\nsh='x'\non_fail = 'explode'\n"), "");
}

}  // namespace
