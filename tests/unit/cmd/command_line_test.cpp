// SPDX-License-Identifier: MIT
#include "cmd/common/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

namespace grove::cmd {

// A verb of each shape that there is: words among flags, a command after --, stages to the end.
struct visit_options {
    talk_options talk;
    std::vector<std::string> places;
    std::vector<std::string> command;
    std::string output;
    std::vector<std::string> headers;
    std::string password;
    unsigned count = 1;
    bool insecure = false;
    bool follow = false;
    bool four = false;
};

void describe(visit_options& options, option_table& table) {
    table.words("place", options.places, "PLACE", "where to");
    table.words("command", options.command, "COMMAND", "then", word_rule::after_double_dash);
    table.add({'o', "output"}, options.output, "PATH", "where");
    table.add({'H', "header"}, options.headers, "LINE", "header");
    table
        .add_parsed(
            "password", options.password,
            [](std::string_view, std::string&) -> std::optional<text_error> {
                return text_error{"is too short", 3, {}};
            },
            "P", "pass")
        .secret();
    table.add({'c', "count"}, options.count, "N", "how many").range(1, 1000);
    table.flag({'k', "insecure"}, options.insecure, "lax");
    table.flag({'L', "location"}, options.follow, "follow");
    table.flag({'4', "ipv4"}, options.four, "four");
    table.add_parsed(
        "even", options.count,
        [](std::string_view text, unsigned& into) -> std::optional<text_error> {
            if (text.size() % 2 != 0) return text_error{"is odd", text.size() - 1, "add one"};
            into = 2;
            return std::nullopt;
        },
        "TEXT", "an even length");
    describe(options.talk, table);
    table.advise("-O", "use -o");
}

visit_options last_visit;  // what run_visit got

std::optional<std::string> validate(const visit_options& options) {
    if (options.count == 13) return "13 is unlucky: take 12";
    return std::nullopt;
}

exit_code run_visit(const visit_options& options, output& /*out*/) {
    last_visit = options;
    return exit_code::ok;
}

struct stage_options {
    talk_options talk;
    unsigned jobs = 1;
    std::vector<std::string> stages;
};

void describe(stage_options& options, option_table& table) {
    table.add({'j', "jobs"}, options.jobs, "N", "at once");
    table.words("stage", options.stages, "STAGE", "what to do", word_rule::from_first_on);
}

std::optional<std::string> validate(const stage_options& /*options*/) {
    return std::nullopt;
}

stage_options last_stages;

exit_code run_stages(const stage_options& options, output& /*out*/) {
    last_stages = options;
    return exit_code::ok;
}

struct idle_options {
    talk_options talk;
};

void describe(idle_options& options, option_table& table) {
    describe(options.talk, table);
}

std::optional<std::string> validate(const idle_options& /*options*/) {
    return std::nullopt;
}

exit_code run_idle(const idle_options& /*options*/, output& /*out*/) {
    return exit_code::ok;
}

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::array verbs{
    verb{"visit", "goes places", "[OPTION]... PLACE...", "  grove visit x\n",
         prepare<visit_options, run_visit>},
    verb{"stage", "does things", "[OPTION]... STAGE...", "", prepare<stage_options, run_stages>},
    verb{"idle", "does nothing", "", "", prepare<idle_options, run_idle>}};

command_line read(std::initializer_list<const char*> words) {
    return read_command_line(verbs, {words.begin(), words.size()});
}

// Reads and runs; what was wrong, or empty.
std::string wrong_with(std::initializer_list<const char*> words) {
    const command_line line = read(words);
    if (line.what != command_line::outcome::run) return line.text;
    output out(line.use->talk());
    static_cast<void>(line.use->run(out));
    return {};
}

TEST(command_line, flags_and_words_mix) {
    EXPECT_EQ(wrong_with({"visit", "a", "-o", "out", "b", "--count", "5", "-k"}), "");
    EXPECT_THAT(last_visit.places, ElementsAre("a", "b"));
    EXPECT_EQ(last_visit.output, "out");
    EXPECT_EQ(last_visit.count, 5);
    EXPECT_TRUE(last_visit.insecure);
}

TEST(command_line, letters_combine_and_values_may_be_attached) {
    EXPECT_EQ(wrong_with({"visit", "-kL4c7", "-oout"}), "");
    EXPECT_TRUE(last_visit.insecure && last_visit.follow && last_visit.four);
    EXPECT_EQ(last_visit.count, 7);
    EXPECT_EQ(last_visit.output, "out");
}

TEST(command_line, a_value_after_an_equals_sign_may_hold_blanks_and_more_of_them) {
    EXPECT_EQ(wrong_with({"visit", "--header=a == b", "--header", "x=y"}), "");
    EXPECT_THAT(last_visit.headers, ElementsAre("a == b", "x=y"));
}

TEST(command_line, a_value_may_look_like_a_flag) {
    EXPECT_EQ(wrong_with({"visit", "-o", "-", "-H", "-x", "--header", "--count"}), "");
    EXPECT_EQ(last_visit.output, "-");
    EXPECT_THAT(last_visit.headers, ElementsAre("-x", "--count"));
}

TEST(command_line, a_value_may_be_empty_in_each_spelling) {
    EXPECT_EQ(wrong_with({"visit", "-o", "", "--header=", "--header", "", "place"}), "");
    EXPECT_THAT(last_visit.headers, ElementsAre("", ""));
    EXPECT_THAT(last_visit.places, ElementsAre("place"));
}

TEST(command_line, a_value_that_ends_in_an_equals_sign_is_not_a_flag_without_value) {
    EXPECT_EQ(wrong_with({"visit", "-H", "--output=", "place"}), "");
    EXPECT_THAT(last_visit.headers, ElementsAre("--output="));
    EXPECT_EQ(last_visit.output, "");
}

TEST(command_line, a_value_in_brackets_is_one_value) {
    EXPECT_EQ(wrong_with({"visit", "-H", "[a,b]"}), "");
    EXPECT_THAT(last_visit.headers, ElementsAre("[a,b]"));
}

TEST(command_line, a_lone_dash_is_a_word) {
    EXPECT_EQ(wrong_with({"visit", "-", "a"}), "");
    EXPECT_THAT(last_visit.places, ElementsAre("-", "a"));
}

TEST(command_line, what_follows_two_dashes_is_the_command) {
    EXPECT_EQ(wrong_with({"visit", "a", "--", "npm", "-k", "--", "--count"}), "");
    EXPECT_THAT(last_visit.places, ElementsAre("a"));
    EXPECT_THAT(last_visit.command, ElementsAre("npm", "-k", "--", "--count"));
    EXPECT_FALSE(last_visit.insecure);
}

TEST(command_line, of_two_values_the_last_wins_across_options) {
    EXPECT_EQ(wrong_with({"visit", "--count", "5", "--even", "ab", "-c6"}), "");
    EXPECT_EQ(last_visit.count, 6);
    EXPECT_EQ(wrong_with({"visit", "-c6", "--even", "ab"}), "");
    EXPECT_EQ(last_visit.count, 2);
}

TEST(command_line, a_flag_takes_true_and_false_after_an_equals_sign) {
    EXPECT_EQ(wrong_with({"visit", "--insecure=true", "--location=false"}), "");
    EXPECT_TRUE(last_visit.insecure);
    EXPECT_FALSE(last_visit.follow);
    EXPECT_THAT(wrong_with({"visit", "--insecure=maybe"}),
                HasSubstr("--insecure \"maybe\": takes no value"));
}

TEST(command_line, shared_talk_options_reach_the_verb) {
    EXPECT_EQ(wrong_with({"visit", "-q", "--json", "--no-progress", "--color", "never"}), "");
    EXPECT_TRUE(last_visit.talk.quiet && last_visit.talk.json);
    EXPECT_FALSE(last_visit.talk.progress);
    EXPECT_EQ(last_visit.talk.color, color_mode::never);
}

TEST(command_line, an_unknown_flag_gets_the_nearest) {
    EXPECT_EQ(wrong_with({"visit", "--ouput", "x"}),
              "grove visit: there is no option --ouput; did you mean --output?\n"
              "try: grove visit --help\n");
    EXPECT_THAT(wrong_with({"visit", "-O", "x"}), HasSubstr("there is no option -O; use -o"));
    EXPECT_THAT(wrong_with({"visit", "-kZ"}), HasSubstr("there is no option -Z"));
}

TEST(command_line, an_unknown_flag_is_told_before_what_else_is_wrong_with_its_value) {
    EXPECT_THAT(wrong_with({"visit", "--ouput=\x1b[2J", "x"}), HasSubstr("no option --ouput;"));
}

TEST(command_line, a_missing_value_is_told_with_the_flag) {
    EXPECT_THAT(wrong_with({"visit", "a", "-o"}), HasSubstr("-o, --output needs a value: PATH"));
    EXPECT_THAT(wrong_with({"visit", "--count"}), HasSubstr("-c, --count needs a value: N"));
    EXPECT_THAT(wrong_with({"visit", "-kLo"}), HasSubstr("-o, --output needs a value"));
}

TEST(command_line, a_bad_value_is_quoted) {
    EXPECT_EQ(wrong_with({"visit", "-c", "0"}),
              "grove visit: -c, --count \"0\": must be from 1 to 1000\n"
              "try: grove visit --help\n");
}

TEST(command_line, a_place_inside_a_bad_value_gets_a_caret) {
    EXPECT_EQ(wrong_with({"visit", "--even", "abc"}),
              "grove visit: --even: is odd\n    abc\n      ^\nhint: add one\n"
              "try: grove visit --help\n");
}

TEST(command_line, a_secret_value_is_not_repeated) {
    EXPECT_EQ(wrong_with({"visit", "--password", "hunter2"}),
              "grove visit: --password: is too short\ntry: grove visit --help\n");
    EXPECT_EQ(wrong_with({"visit", "--even", "http://ann:topsecret@h/x!"}),
              "grove visit: --even \"http://ann:***@h/x!\": is odd\nhint: add one\n"
              "try: grove visit --help\n");
}

TEST(command_line, the_verbs_own_check_is_told) {
    EXPECT_EQ(wrong_with({"visit", "-c", "13"}),
              "grove visit: 13 is unlucky: take 12\ntry: grove visit --help\n");
}

TEST(command_line, stages_begin_at_the_first_word_and_keep_their_flags) {
    EXPECT_EQ(wrong_with({"stage", "-j", "4", "each", "-j", "8", "--", "x", "--json"}), "");
    EXPECT_EQ(last_stages.jobs, 4);
    EXPECT_THAT(last_stages.stages, ElementsAre("each", "-j", "8", "--", "x", "--json"));
}

TEST(command_line, a_wrong_flag_in_front_of_the_stages_is_told) {
    EXPECT_THAT(wrong_with({"stage", "--jbos", "4", "each"}), HasSubstr("did you mean --jobs?"));
}

TEST(command_line, a_word_where_none_is_taken_is_told) {
    EXPECT_EQ(wrong_with({"idle", "-q"}), "");
    EXPECT_THAT(wrong_with({"idle", "-q", "word"}), HasSubstr("\"word\" is one word too many"));
}

TEST(command_line, an_unknown_verb_gets_the_nearest) {
    EXPECT_EQ(wrong_with({"vist", "x"}),
              "grove: there is no verb \"vist\"; did you mean \"visit\"?\ntry: grove --help\n");
    EXPECT_THAT(wrong_with({"-k", "visit"}), HasSubstr("options come after the verb"));
    EXPECT_THAT(wrong_with({"http://h/"}), HasSubstr("grove fetch http://h/"));
    EXPECT_THAT(wrong_with({"http://ann:topsecret@h/"}), Not(HasSubstr("topsecret")));
    EXPECT_THAT(wrong_with({"a\x1b[2J"}), Not(HasSubstr("\x1b")));
}

TEST(command_line, help_wins_over_what_is_wrong) {
    for (const auto& words : {std::initializer_list<const char*>{"visit", "--help"},
                              {"visit", "-h", "--nonsense"},
                              {"visit", "-c", "0", "--help"},
                              {"visit", "--help", "-o"},
                              {"help", "visit"}}) {
        const command_line line = read(words);
        EXPECT_EQ(line.what, command_line::outcome::print);
        EXPECT_THAT(line.text, StartsWith("Usage: grove visit [OPTION]... PLACE...\n"));
    }
}

TEST(command_line, a_help_flag_that_is_a_value_is_a_value) {
    EXPECT_EQ(wrong_with({"visit", "-o", "--help"}), "");
    EXPECT_EQ(last_visit.output, "--help");
}

TEST(command_line, the_program_tells_its_verbs_and_version) {
    EXPECT_EQ(read({"--help"}).what, command_line::outcome::print);
    EXPECT_THAT(read({"--help"}).text, HasSubstr("  visit  goes places\n"));
    EXPECT_THAT(read({"--version"}).text, testing::MatchesRegex("grove [0-9.]+\n"));
    EXPECT_EQ(read({}).what, command_line::outcome::refuse);
    EXPECT_THAT(read({}).text, HasSubstr("Usage: grove VERB"));
}

}  // namespace
}  // namespace grove::cmd
