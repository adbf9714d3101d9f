// SPDX-License-Identifier: MIT
#include "cmd/common/option_table.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

enum class shade { light, dark };

struct sample {
    bool loud = false;
    unsigned count = 64;
    std::int8_t small = -1;
    std::string name = "x";
    duration pause = 1500ms;
    std::optional<byte_size> limit;
    std::vector<std::string> words;
    std::vector<duration> pauses;
    shade tone = shade::light;
};

class option_table_of_a_sample : public testing::Test {
 protected:
    option_table_of_a_sample() {
        table.group("First");
        table.flag({'l', "loud"}, options.loud, "noise");
        table.add({'c', "count"}, options.count, "N", "how many").range(1, 100);
        table.add("small", options.small, "N", "");
        table.add("name", options.name, "TEXT", "");
        table.group("Second");
        table.add("pause", options.pause, "T", "").range(1ms, 1h);
        table.add("limit", options.limit, "SIZE", "");
        table.add("each", options.pauses, "T", "");
        table.choose("tone", options.tone, {{"light", shade::light}, {"dark", shade::dark}}, "TONE",
                     "");
        table.fixed("night", options.tone, shade::dark, "dark");
        table.words("word", options.words, "WORD", "");
        table.advise("-O", "use --name");
    }

    std::optional<text_error> set(std::string_view name, std::string_view text) {
        return table.find(name)->set(text);
    }

    sample options;
    option_table table;
};

TEST_F(option_table_of_a_sample, a_set_option_stores_into_its_member) {
    EXPECT_FALSE(set("loud", "true"));
    EXPECT_FALSE(set("count", "100"));
    EXPECT_FALSE(set("small", "-128"));
    EXPECT_FALSE(set("name", "two words"));
    EXPECT_FALSE(set("pause", "2s"));
    EXPECT_TRUE(options.loud);
    EXPECT_EQ(options.count, 100);
    EXPECT_EQ(options.small, -128);
    EXPECT_EQ(options.name, "two words");
    EXPECT_EQ(options.pause, 2s);
}

TEST_F(option_table_of_a_sample, the_default_is_what_the_member_held) {
    EXPECT_EQ(table.find("count")->default_text, "64");
    EXPECT_EQ(table.find("small")->default_text, "-1");
    EXPECT_EQ(table.find("pause")->default_text, "1.5s");
    EXPECT_EQ(table.find("tone")->default_text, "light");
    EXPECT_EQ(table.find("limit")->default_text, "");
    EXPECT_EQ(table.find("loud")->default_text, "");
}

TEST_F(option_table_of_a_sample, a_default_can_be_set_again_from_its_text) {
    for (option& each : table.options()) {
        if (!each.default_text.empty()) {
            EXPECT_FALSE(each.set(each.default_text)) << each.name;
        }
    }
}

TEST_F(option_table_of_a_sample, a_value_out_of_range_is_refused_with_both_ends) {
    EXPECT_EQ(set("count", "0")->what, "must be from 1 to 100");
    EXPECT_EQ(set("count", "101")->what, "must be from 1 to 100");
    EXPECT_EQ(set("pause", "2h")->what, "must be from 1ms to 1h");
    EXPECT_EQ(options.count, 64);
    EXPECT_EQ(options.pause, 1500ms);
    EXPECT_EQ(table.find("count")->least, "1");
    EXPECT_EQ(table.find("pause")->most, "1h");
}

TEST_F(option_table_of_a_sample, a_value_beyond_the_members_type_is_refused) {
    EXPECT_EQ(set("small", "128")->what, "must be at most 127");
    EXPECT_EQ(set("small", "-129")->what, "must be at least -128");
    EXPECT_EQ(options.small, -1);
}

TEST_F(option_table_of_a_sample, a_refused_value_counts_as_not_given) {
    EXPECT_TRUE(set("count", "x"));
    EXPECT_EQ(table.find("count")->given, 0);
    EXPECT_FALSE(set("count", "5"));
    EXPECT_FALSE(set("count", "6"));
    EXPECT_EQ(table.find("count")->given, 2);
    EXPECT_EQ(options.count, 6);
}

TEST_F(option_table_of_a_sample, an_optional_member_is_filled) {
    EXPECT_FALSE(set("limit", "1k"));
    EXPECT_EQ(options.limit, byte_size{1024});
}

TEST_F(option_table_of_a_sample, a_vector_member_collects) {
    EXPECT_FALSE(set("each", "1s"));
    EXPECT_FALSE(set("each", "2s"));
    EXPECT_EQ(options.pauses, (std::vector<duration>{1s, 2s}));
    EXPECT_TRUE(table.find("each")->repeatable);
    EXPECT_FALSE(table.find("count")->repeatable);
}

TEST_F(option_table_of_a_sample, a_choice_takes_its_names_only) {
    EXPECT_EQ(set("tone", "red")->what, "must be one of light, dark");
    EXPECT_FALSE(set("tone", "dark"));
    EXPECT_EQ(options.tone, shade::dark);
    EXPECT_EQ(table.find("tone")->choices, (std::vector<std::string>{"light", "dark"}));
}

TEST_F(option_table_of_a_sample, a_fixed_flag_stores_its_value_only_when_true) {
    EXPECT_FALSE(set("night", "false"));
    EXPECT_EQ(options.tone, shade::light);
    EXPECT_FALSE(set("night", "true"));
    EXPECT_EQ(options.tone, shade::dark);
}

TEST_F(option_table_of_a_sample, a_flag_is_true_or_false) {
    EXPECT_EQ(set("loud", "1")->what, "takes no value");
    EXPECT_FALSE(options.loud);
}

TEST_F(option_table_of_a_sample, kinds_follow_the_members_types) {
    EXPECT_EQ(table.find("loud")->kind, value_kind::flag);
    EXPECT_EQ(table.find("count")->kind, value_kind::integer);
    EXPECT_EQ(table.find("name")->kind, value_kind::text);
    EXPECT_EQ(table.find("pause")->kind, value_kind::duration);
    EXPECT_EQ(table.find("limit")->kind, value_kind::size);
    EXPECT_EQ(table.find("each")->kind, value_kind::duration);
    EXPECT_EQ(table.find("tone")->kind, value_kind::choice);
}

TEST_F(option_table_of_a_sample, options_belong_to_the_group_they_were_added_under) {
    EXPECT_EQ(table.find("loud")->group, "First");
    EXPECT_EQ(table.find("pause")->group, "Second");
}

TEST_F(option_table_of_a_sample, options_are_found_by_name_letter_and_rule) {
    EXPECT_EQ(table.find('c'), table.find("count"));
    EXPECT_EQ(table.find('z'), nullptr);
    EXPECT_EQ(table.find("nothing"), nullptr);
    EXPECT_EQ(table.find_words(word_rule::anywhere), table.find("word"));
    EXPECT_EQ(table.find_words(word_rule::after_double_dash), nullptr);
    EXPECT_EQ(table.find("count")->flag_text(), "-c, --count");
}

TEST_F(option_table_of_a_sample, a_name_or_letter_is_taken_once) {
    EXPECT_THROW(table.flag("loud", options.loud, ""), std::logic_error);
    EXPECT_THROW(table.flag({'c', "other"}, options.loud, ""), std::logic_error);
}

TEST_F(option_table_of_a_sample, a_wrong_flag_gets_the_nearest_or_an_advice) {
    EXPECT_EQ(table.hint_for("--cuont"), "did you mean --count?");
    EXPECT_EQ(table.hint_for("--cuont=5"), "did you mean --count?");
    EXPECT_EQ(table.hint_for("-count"), "did you mean --count?");
    EXPECT_EQ(table.hint_for("-O"), "use --name");
    EXPECT_EQ(table.hint_for("-O5"), "use --name") << "a letter and its value";
    EXPECT_EQ(table.hint_for("--wrod"), "") << "words are no flags";
    EXPECT_EQ(table.hint_for("-z"), "");
}

}  // namespace
}  // namespace grove::cmd
