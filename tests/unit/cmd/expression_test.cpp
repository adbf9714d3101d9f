// SPDX-License-Identifier: MIT
#include "cmd/common/expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using testing::HasSubstr;

constexpr std::array schema{
    fact{"status", fact_type::number, ""},     fact{"header", fact_type::family, ""},
    fact{"body", fact_type::text, ""},         fact{"json", fact_type::json, ""},
    fact{"size", fact_type::size, ""},         fact{"time", fact_type::duration, ""},
    fact{"time.dns", fact_type::duration, ""}, fact{"p99", fact_type::duration, ""},
    fact{"rate", fact_type::event_rate, ""},   fact{"speed", fact_type::byte_rate, ""},
    fact{"errors", fact_type::ratio, ""},      fact{"sha256", fact_type::text, ""},
    fact{"done", fact_type::boolean, ""},      fact{"baseline", fact_type::baseline, ""}};

std::string canonical(std::string_view text) {
    expression into;
    const auto wrong = expression::parse(text, schema, into);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what << " at " << wrong->offset;
    return into.text();
}

text_error refused(std::string_view text) {
    expression into;
    const auto wrong = expression::parse(text, schema, into);
    EXPECT_TRUE(wrong) << text << " was taken as " << into.text();
    EXPECT_EQ(into.source(), "");
    return wrong.value_or(text_error{});
}

TEST(expression, the_grammar_of_the_manual_is_taken) {
    for (const char* text : {"status == 200",
                             "status=200",
                             "header.etag ~ \"^W/\"",
                             "json.items[0].id == \"a\"",
                             "body contains \"ok\"",
                             "size < 1MB",
                             "time < 200ms",
                             "time.dns < 1s",
                             "sha256 == 9f86d0",
                             "sha256 == d0c9",
                             "body ~ /ready/",
                             "p99 < 20ms",
                             "rate >= 1000/s",
                             "speed > 10MB/s",
                             "errors < 0.1%",
                             "errors == 0",
                             "json.ready==true",
                             "json.ready",
                             "!json.ready",
                             "done",
                             "!(done && status < 400) || status >= 500",
                             "p99 <= baseline * 1.05",
                             "p99 <= baseline.p99 * 105%",
                             "(p99 - time.dns) * 2 < 1s",
                             "status != 404",
                             "body !~ /error/",
                             "json[\"a key\"][2].b == null",
                             "header.content-type == text/html",
                             "-1 < json.n",
                             "json.tags contains \"x\""}) {
        EXPECT_NE(canonical(text), "") << text;
    }
}

TEST(expression, the_canonical_text_parses_to_itself) {
    for (const char* text :
         {"status=200&&time<200ms||done", "!(done||done)&&done", "!!done", "!status==200",
          "(status == 200) == done", "(p99 - 1ms - 2ms)<1s", "(p99 - (time - 2ms)) < 1s",
          "p99 * (2 + 3) < 1s", "p99 / 2 / 3 < 1s", "p99 / (2 / 3) < 1s", "- -json.a < 3",
          "body ~ /a\\/b\\d/", "body == \"q\\\"\\\\ \\n\\t \\d\"", "sha256 == 12345678",
          "header.x == a/b:c", "json.a-b.c_d[12][\"x y\"] == \"\"", "json.a == bare"}) {
        const std::string once = canonical(text);
        EXPECT_EQ(canonical(once), once) << text;
    }
    EXPECT_EQ(canonical("status=200&&(time<200ms||done)"),
              "status == 200 && (time < 200ms || done)");
    EXPECT_EQ(canonical("!(status == 200)"), "!(status == 200)");
    EXPECT_EQ(canonical("body ~ /a\\/b\\d/"), "body ~ \"a/b\\\\d\"");
}

// Any tree that prints must parse again to what prints the same.
TEST(expression, random_expressions_are_stable_when_printed) {
    std::mt19937 random(7);
    const auto pick = [&](std::initializer_list<const char*> from) {
        return std::string(*(from.begin() + random() % from.size()));
    };
    const auto number = [&](auto&& self, int depth) -> std::string {
        if (depth == 0 || random() % 2 == 0)
            return pick({"status", "json.a[0]", "3", "1.5", "json.b-c"});
        return '(' + self(self, depth - 1) + pick({" + ", " - ", "*", " / "}) +
               self(self, depth - 1) + ')';
    };
    const auto condition = [&](auto&& self, int depth) -> std::string {
        switch (depth == 0 ? 3 + random() % 4 : random() % 7) {
            case 0:
                return '(' + self(self, depth - 1) + "&&" + self(self, depth - 1) + ')';
            case 1:
                return self(self, depth - 1) + " || (" + self(self, depth - 1) + ')';
            case 2:
                return "!(" + self(self, depth - 1) + ')';
            case 3:
                return pick({"done", "json.ready", "header.x"});
            case 4:
                return "body" + pick({" ~ ", " !~ "}) + pick({"/x\\/y/", "\"^a\\\\b\""});
            case 5:
                return pick({"body", "sha256", "header.a-b"}) + pick({"==", " != "}) +
                       pick({"x1", "\"q \\\"\"", "9f"});
            default:
                return number(number, 2) + pick({"<", " >= ", "==", "!="}) + number(number, 2);
        }
    };
    for (int round = 0; round < 2000; ++round) {
        const std::string text = condition(condition, 4);
        const std::string once = canonical(text);
        ASSERT_EQ(canonical(once), once) << text;
    }
}

// Hostile text may be refused, but it must not crash, hang or be taken and printed as something
// that is refused.
TEST(expression, random_bytes_are_refused_or_stable) {
    std::mt19937 random(11);
    const std::string alphabet = "status json.[0]\"/\\~!=<>&|()+-*% 12ms.x\n'$";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::size_t size = random() % 24; size > 0; --size)
            text += alphabet[random() % alphabet.size()];
        expression into;
        const auto wrong = expression::parse(text, schema, into);
        if (wrong) {
            EXPECT_LE(wrong->offset, text.size()) << text;
            EXPECT_FALSE(wrong->what.empty()) << text;
        } else {
            EXPECT_EQ(canonical(into.text()), into.text()) << text;
        }
    }
}

TEST(expression, units_that_do_not_agree_are_refused_before_anything_runs) {
    const std::vector<std::pair<const char*, std::size_t>> cases{
        {"time < 200", 7},       {"size < 200ms", 7},   {"status == 5%", 10},  {"rate > 1000", 7},
        {"errors < 5", 9},       {"p99 < size", 6},     {"time + 1 < 2s", 5},  {"speed > 5/s", 8},
        {"time * time < 1s", 5}, {"json.a < 200ms", 9}, {"size / time > 1", 5}};
    for (const auto& [text, offset] : cases) EXPECT_EQ(refused(text).offset, offset) << text;
    EXPECT_EQ(refused("time < 200").what, "a duration cannot be compared with a plain number");
    EXPECT_EQ(refused("time < 200").hint, "write 200ms or 200s");
    EXPECT_EQ(refused("errors < 5").hint, "write 5%");
}

TEST(expression, zero_needs_no_unit) {
    for (const char* text : {"errors == 0", "time > 0", "size != 0", "0 < rate"}) canonical(text);
}

TEST(expression, types_that_do_not_agree_are_refused) {
    EXPECT_EQ(refused("status == \"200\"").what, "a plain number cannot be compared with a text");
    EXPECT_EQ(refused("body < \"a\"").what, "a text has no order");
    EXPECT_EQ(refused("done > true").what, "true or false has no order");
    EXPECT_EQ(refused("body + 1 == 2").what, "+ is for numbers, and this is a text");
    EXPECT_EQ(refused("status ~ /2../").what, "~ is for texts, and this is a plain number");
    EXPECT_EQ(refused("status contains 2").what, "a plain number cannot contain anything");
    EXPECT_EQ(refused("body contains 1ms && status").offset, 21);
    EXPECT_EQ(refused("status").what, "is a plain number, not a condition");
    EXPECT_EQ(refused("!body").what, "is a text, not a condition");
}

TEST(expression, an_unknown_name_gets_the_nearest) {
    EXPECT_EQ(refused("stauts == 200").what, "unknown name \"stauts\"");
    EXPECT_EQ(refused("stauts == 200").hint, "did you mean status?");
    EXPECT_EQ(refused("done && tiem.dns < 1s").offset, 8);
    EXPECT_EQ(refused("status.code == 200").hint, "did you mean status?");
    EXPECT_EQ(refused("p99-p50 < 1s").hint, "a minus needs spaces around it");
    EXPECT_THAT(refused("frobnicate == 1").hint, HasSubstr("names are status, header"));
}

TEST(expression, a_family_needs_a_key_and_a_path_its_parts) {
    EXPECT_EQ(refused("header == \"x\"").what, "header of what?");
    EXPECT_EQ(refused("json[x] == 1").what, "is not an index");
    EXPECT_EQ(refused("json[1 == 1").what, "has no closing ]");
}

TEST(expression, a_baseline_alone_needs_one_name_on_the_other_side) {
    EXPECT_EQ(refused("baseline < 1s").what, "baseline of what?");
    EXPECT_EQ(refused("p99 + time.dns < baseline").what, "baseline of what?");
    EXPECT_EQ(refused("p99 < baseline.nope").what, "unknown name \"nope\"");
    EXPECT_EQ(refused("p99 < baseline.rate").what, "a duration cannot be compared with a rate");
    EXPECT_EQ(canonical("rate >= baseline * 0.9"), "rate >= baseline * 0.9");
}

TEST(expression, a_pattern_must_compile_and_stand_in_quotes) {
    EXPECT_THAT(refused("body ~ \"(\"").what, HasSubstr("is not a pattern"));
    EXPECT_EQ(refused("body ~ \"(\"").offset, 7);
    EXPECT_EQ(refused("body ~ ready").what, "a pattern stands in quotes or slashes");
    EXPECT_THAT(refused("body ~ /(?=x)/").what, HasSubstr("is not a pattern"));
}

TEST(expression, what_is_missing_is_pointed_at) {
    const std::vector<std::pair<const char*, std::size_t>> cases{{"", 0},
                                                                 {"status ==", 9},
                                                                 {"== 200", 0},
                                                                 {"status 200", 7},
                                                                 {"(done", 0},
                                                                 {"done)", 4},
                                                                 {"done &&", 7},
                                                                 {"done & done", 5},
                                                                 {"body == \"x", 8},
                                                                 {"body ~ /x", 7},
                                                                 {"done done", 5},
                                                                 {"status == 200 201", 14},
                                                                 {"1 < status < 3", 11},
                                                                 {"done && (status == )", 19},
                                                                 {"'x' == body", 0},
                                                                 {"$status == 1", 0}};
    for (const auto& [text, offset] : cases) EXPECT_EQ(refused(text).offset, offset) << text;
}

TEST(expression, words_of_other_languages_get_a_hint) {
    EXPECT_EQ(refused("done and done").hint, "write &&");
    EXPECT_EQ(refused("done or done").hint, "write ||");
    EXPECT_EQ(refused("status is 200").hint, "write ==");
    EXPECT_EQ(refused("1 < status < 3").hint, "comparisons do not chain: join them with &&");
}

TEST(expression, length_and_depth_are_bounded) {
    EXPECT_EQ(refused(std::string(4097, ' ')).what, "is longer than 4096 bytes");
    EXPECT_EQ(refused(std::string(70, '(') + "done" + std::string(70, ')')).what,
              "is nested too deeply");
    EXPECT_EQ(refused(std::string(4000, '!') + "done").what, "is nested too deeply");
    EXPECT_EQ(refused(std::string(4000, '-') + "1 < 2").what, "is nested too deeply");
    std::string sum = "status";
    for (int i = 0; i < 100; ++i) sum += " + 1";
    EXPECT_EQ(refused(sum + " > 0").what, "is nested too deeply");
}

TEST(expression, the_canonical_form_of_the_deepest_one_parses) {
    const std::string text = canonical(std::string(30, '!') + "done");
    EXPECT_EQ(canonical(text), text);
}

TEST(expression, a_long_chain_of_conditions_is_not_deep) {
    std::string text = "done";
    for (int i = 0; i < 300; ++i) text += " && done";
    EXPECT_EQ(canonical(text), text);
}

TEST(expression, tells_what_it_mentions) {
    expression into;
    EXPECT_FALSE(expression::parse("json.a == 1 && header.x != y && p99 < baseline", schema, into));
    EXPECT_TRUE(into.mentions("json"));
    EXPECT_TRUE(into.mentions("header"));
    EXPECT_TRUE(into.mentions("baseline"));
    EXPECT_FALSE(into.mentions("status"));
    EXPECT_FALSE(into.mentions("y"));
}

}  // namespace
}  // namespace grove::cmd
