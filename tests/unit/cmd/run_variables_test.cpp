// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/variables.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace grove::cmd;

bool fits(variable_type type, std::string_view text) {
    return !check_variable({.name = "x", .type = type}, text).has_value();
}

TEST(recipe_variable, takes_values_of_its_type) {
    EXPECT_TRUE(fits(variable_type::whole, "-3"));
    EXPECT_FALSE(fits(variable_type::whole, "1.5"));
    EXPECT_FALSE(fits(variable_type::whole, "3s"));
    EXPECT_TRUE(fits(variable_type::real, "1.5"));
    EXPECT_TRUE(fits(variable_type::truth, "false"));
    EXPECT_FALSE(fits(variable_type::truth, "no"));
    EXPECT_TRUE(fits(variable_type::time, "250ms"));
    EXPECT_FALSE(fits(variable_type::time, "250"));
    EXPECT_TRUE(fits(variable_type::size, "10MiB"));
    EXPECT_TRUE(fits(variable_type::port, "8080"));
    EXPECT_FALSE(fits(variable_type::port, "0"));
    EXPECT_TRUE(fits(variable_type::url, "https://example.org/x"));
    EXPECT_FALSE(fits(variable_type::url, "nonsense"));
    EXPECT_FALSE(fits(variable_type::path, ""));
}

TEST(recipe_variable, keeps_within_its_limits_whatever_the_unit) {
    const recipe_variable time{
        .name = "t", .type = variable_type::time, .least = "100ms", .most = "2s"};
    EXPECT_FALSE(check_variable(time, "0.5s").has_value());
    EXPECT_TRUE(check_variable(time, "99ms").has_value());
    EXPECT_TRUE(check_variable(time, "1m").has_value());
    const recipe_variable number{.name = "n", .type = variable_type::whole, .least = "-2"};
    EXPECT_FALSE(check_variable(number, "-2").has_value());
    EXPECT_TRUE(check_variable(number, "-3").has_value());
}

TEST(recipe_variables, are_what_was_given_else_the_default) {
    recipe in{.name = "r"};
    in.vars.push_back({.name = "a", .value = placed_text{"1", {0, 1}}});
    in.vars.push_back({.name = "b", .value = placed_text{"{{a}}!", std::vector<std::size_t>(7)}});
    in.vars.push_back({.name = "c"});
    recipe_problems problems;
    const auto values = settle_variables(in, {{"a", "2"}}, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(values.at("b").text, "2!");
    ASSERT_EQ(missing_variables(in, values).size(), 1U);
    EXPECT_EQ(missing_variables(in, values)[0]->name, "c");
}

TEST(recipe_variables, refuse_names_that_there_are_not) {
    recipe in{.name = "r"};
    in.vars.push_back({.name = "port"});
    recipe_problems problems;
    EXPECT_THROW(static_cast<void>(settle_variables(in, {{"prt", "2"}}, problems)),
                 std::invalid_argument);
}

}  // namespace
