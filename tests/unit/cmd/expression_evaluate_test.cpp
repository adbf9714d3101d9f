// SPDX-License-Identifier: MIT
#include "cmd/common/expression.hpp"

#include <grove/greenlet.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

namespace grove::cmd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array schema{
    fact{"status", fact_type::number, ""},     fact{"header", fact_type::family, ""},
    fact{"body", fact_type::text, ""},         fact{"json", fact_type::json, ""},
    fact{"size", fact_type::size, ""},         fact{"time", fact_type::duration, ""},
    fact{"time.tls", fact_type::duration, ""}, fact{"rate", fact_type::event_rate, ""},
    fact{"errors", fact_type::ratio, ""},      fact{"done", fact_type::boolean, ""},
    fact{"baseline", fact_type::baseline, ""}};

class answer : public fact_source {
 public:
    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override {
        ++asked[std::string(name)];
        if (name == "status") return 404.0;
        if (name == "size") return 1234567.0;
        if (name == "time") return 0.25;
        if (name == "rate") return 990.0;
        if (name == "errors") return 0.002;
        if (name == "done") return true;
        if (name == "body") return std::string_view(body);
        if (name == "json") return &document;
        if (name == "baseline" && key == "rate") return 1000.0;
        if (name == "header" && key == "content-type") return std::string_view("text/html");
        if (name == "header" && key == "content-length") return std::string_view("0512");
        if (name == "header" && key == "x-flag") return std::string_view("true");
        if (name == "header" && key == "x-wait") return std::string_view("5m");
        return {};
    }

    std::string body = "all is ready";
    boost::json::value document = boost::json::parse(
        R"({"id": "a", "n": 7, "ready": true, "no": false, "nil": null, "tags": ["x", 3],
            "items": [{"id": "b", "a key": 1}], "big": 1e3})");
    mutable std::map<std::string, int> asked;
};

verdict judge(std::string_view text, const answer& facts = answer()) {
    expression into;
    const auto wrong = expression::parse(text, schema, into);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    return into.evaluate(facts);
}

bool holds(std::string_view text) {
    return judge(text).holds;
}

TEST(expression_evaluation, numbers_compare_in_their_units) {
    EXPECT_TRUE(holds("status == 404"));
    EXPECT_FALSE(holds("status == 200"));
    EXPECT_TRUE(holds("status != 200"));
    EXPECT_TRUE(holds("time <= 250ms"));
    EXPECT_FALSE(holds("time < 250ms"));
    EXPECT_TRUE(holds("size > 1MB && size < 1.2MiB"));
    EXPECT_TRUE(holds("errors < 1% && errors >= 0.2%"));
    EXPECT_TRUE(holds("rate < 60k/m"));
}

TEST(expression_evaluation, conditions_join_with_the_usual_precedence) {
    EXPECT_TRUE(holds("done || done && !done"));
    EXPECT_FALSE(holds("(done || done) && !done"));
    EXPECT_TRUE(holds("!(status == 200)"));
    EXPECT_TRUE(holds("!status == 200")) << "! is looser than ==";
}

TEST(expression_evaluation, arithmetic_follows_the_rules) {
    EXPECT_TRUE(holds("time * 2 == 500ms"));
    EXPECT_TRUE(holds("time + 50ms * 2 == 350ms"));
    EXPECT_TRUE(holds("(time + 50ms) * 2 == 600ms"));
    EXPECT_TRUE(holds("time / 50ms == 5"));
    EXPECT_TRUE(holds("1s - time - 250ms == 500ms"));
    EXPECT_TRUE(holds("-json.n + 8 == 1"));
    EXPECT_TRUE(holds("time * 50% == 125ms"));
}

TEST(expression_evaluation, a_baseline_is_the_same_fact_of_another_run) {
    EXPECT_TRUE(holds("rate >= baseline * 0.99"));
    EXPECT_FALSE(holds("rate >= baseline"));
    EXPECT_TRUE(holds("rate >= baseline.rate * 0.9"));
}

TEST(expression_evaluation, texts_compare_match_and_contain) {
    EXPECT_TRUE(holds("body == \"all is ready\""));
    EXPECT_TRUE(holds("body contains ready"));
    EXPECT_TRUE(holds("body ~ /^all .* r[e]ady$/"));
    EXPECT_FALSE(holds("body ~ /^ready/"));
    EXPECT_TRUE(holds("body !~ /^ready/"));
    EXPECT_FALSE(holds("body contains \"Ready\""));
}

TEST(expression_evaluation, header_names_have_no_case_and_their_values_may_be_numbers) {
    EXPECT_TRUE(holds("header.Content-Type == text/html"));
    EXPECT_TRUE(holds("header.content-length < 1000"));
    EXPECT_TRUE(holds("header.content-length == 512"));
    EXPECT_FALSE(holds("header.content-type < 1000"));
    EXPECT_TRUE(holds("header.x-flag == true"));
    EXPECT_TRUE(holds("header.x-wait == 5m"));
}

TEST(expression_evaluation, json_is_walked_by_keys_and_indices) {
    EXPECT_TRUE(holds("json.id == a"));
    EXPECT_TRUE(holds("json.items[0].id == \"b\""));
    EXPECT_TRUE(holds("json.items[0][\"a key\"] == 1"));
    EXPECT_TRUE(holds("json.n == 7 && json.big == 1000"));
    EXPECT_TRUE(holds("json.ready && !json.no && !json.nil"));
    EXPECT_TRUE(holds("json.ready == true"));
    EXPECT_TRUE(holds("json.tags contains \"x\" && json.tags contains 3"));
    EXPECT_FALSE(holds("json.tags contains \"y\""));
    EXPECT_TRUE(holds("json contains \"id\"")) << "an object contains its keys";
}

TEST(expression_evaluation, what_is_absent_is_null_and_fails_all_else) {
    EXPECT_TRUE(holds("json.nothing == null && json.nil == null"));
    EXPECT_TRUE(holds("json.items[9].id == null"));
    EXPECT_TRUE(holds("json.id.deeper == null"));
    EXPECT_TRUE(holds("header.nothing == null && header.nothing != x"));
    EXPECT_FALSE(holds("header.nothing == x"));
    EXPECT_FALSE(holds("header.nothing ~ /.*/"));
    EXPECT_TRUE(holds("header.nothing !~ /.*/"));
    EXPECT_FALSE(holds("time.tls < 1s"));
    EXPECT_FALSE(holds("time.tls >= 1s"));
    EXPECT_TRUE(holds("json.id != null"));
    EXPECT_FALSE(holds("json.nothing"));
}

TEST(expression_evaluation, what_has_another_type_is_unequal_and_without_order) {
    EXPECT_FALSE(holds("json.id == 7"));
    EXPECT_FALSE(holds("json.ready == 1"));
    EXPECT_FALSE(holds("json.id < 7"));
    EXPECT_FALSE(holds("json.id > 7"));
    EXPECT_FALSE(holds("json.id + 1 > 0"));
    EXPECT_FALSE(holds("json.n / json.nothing > 0"));
    EXPECT_FALSE(holds("json.n / 0 > 0"));
}

TEST(expression_evaluation, what_decides_already_is_not_asked_further) {
    const answer facts;
    EXPECT_TRUE(judge("done || body contains \"x\"", facts).holds);
    EXPECT_EQ(facts.asked.count("body"), 0);
}

TEST(expression_evaluation, each_fact_is_asked_once) {
    const answer facts;
    EXPECT_FALSE(judge("json.n == 1 || json.id == b || json.ready == false", facts).holds);
    EXPECT_EQ(facts.asked.at("json"), 1);
}

TEST(expression_evaluation, a_failure_tells_the_actual_values) {
    EXPECT_EQ(judge("status == 200 && time < 200ms").explanation,
              "status == 200 && time < 200ms\n  status is 404\n  time is 250ms");
    EXPECT_EQ(judge("json.items[0].id == x").explanation,
              "json.items[0].id == x\n  json.items[0].id is \"b\"");
    EXPECT_THAT(judge("size < 1MB").explanation, HasSubstr("size is 1234567 bytes (1.23 MB)"));
    EXPECT_THAT(judge("errors == 0").explanation, HasSubstr("errors is 0.2%"));
    EXPECT_THAT(judge("rate > 1000/s").explanation, HasSubstr("rate is 990/s"));
    EXPECT_THAT(judge("header.x == y").explanation, HasSubstr("header.x is absent"));
    EXPECT_THAT(judge("json.tags == null").explanation, HasSubstr("json.tags is [\"x\",3]"));
    EXPECT_EQ(judge("status == 404").explanation, "");
}

TEST(expression_evaluation, a_long_text_is_shown_in_part_and_where_it_differs) {
    answer facts;
    facts.body = std::string(500, 'a') + "\x1b!" + std::string(500, 'b');
    const std::string wanted = std::string(500, 'a') + "?!" + std::string(500, 'b');
    const std::string text = judge("body == \"" + wanted + "\"", facts).explanation;
    EXPECT_THAT(text, HasSubstr("(1002 bytes)"));
    EXPECT_THAT(text, HasSubstr("body differs at byte 500: ..\"aaa"));
    EXPECT_THAT(text, HasSubstr("\\x1b!bbb"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(expression_evaluation, an_empty_expression_holds) {
    EXPECT_TRUE(expression().evaluate(answer()).holds);
    EXPECT_EQ(expression().text(), "");
}

TEST(expression_evaluation, an_explanation_has_no_control_characters) {
    const std::string text = judge("json[\"\x1b\"] == 1\n&& status == 200").explanation;
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_THAT(text, HasSubstr("\\n&& status == 200\n  json[\"\\x1b\"] is absent"));
}

TEST(expression_evaluation, the_deepest_expression_fits_the_stack_of_a_greenlet) {
    std::string text = "body ~ /(a|l)+ is .*y/ && size > 1.5kB * 2 && status != 404";
    for (int i = 0; i < 14; ++i) text = "!(" + text + ')';
    expression parsed;
    EXPECT_FALSE(expression::parse(text, schema, parsed));
    verdict result;
    spawn([&] { result = parsed.evaluate(answer()); }).join();
    EXPECT_THAT(result.explanation, HasSubstr("status is 404"));
}

TEST(expression_evaluation, a_copy_outlives_the_original) {
    expression copy;
    {
        expression first;
        EXPECT_FALSE(expression::parse("body ~ /ready/", schema, first));
        copy = first;
    }
    EXPECT_TRUE(copy.evaluate(answer()).holds);
}

}  // namespace
}  // namespace grove::cmd
