// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch_options.hpp"

#include "cmd/common/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class fetch_options_of_a_run : public testing::Test {
 protected:
    fetch_options_of_a_run() {
        describe(options, table);
        EXPECT_FALSE(set("url", "http://h/x"));
    }

    std::optional<text_error> set(std::string_view name, std::string_view text) {
        return table.find(name)->set(text);
    }

    [[nodiscard]] std::string problem() const { return validate(options).value_or(""); }

    fetch_options options;
    option_table table;
};

TEST_F(fetch_options_of_a_run, letters_are_those_of_the_grammar) {
    const std::string letters = "ioXHdubALkx46cqv";
    std::set<char> described;
    for (const option& each : table.options()) {
        if (each.letter != 0) described.insert(each.letter);
    }
    EXPECT_EQ(described, std::set<char>(letters.begin(), letters.end()));
    EXPECT_EQ(table.find('i')->name, "input");
    EXPECT_EQ(table.find('o')->name, "output");
    EXPECT_EQ(table.find('c')->name, "connections");
}

TEST_F(fetch_options_of_a_run, defaults_are_valid) {
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(options.connections, 64);
    EXPECT_EQ(options.per_host, 8);
}

TEST_F(fetch_options_of_a_run, a_url_is_checked_when_it_is_read) {
    EXPECT_TRUE(set("url", "ftp://h/"));
    EXPECT_FALSE(set("url", ":8080/x"));
    EXPECT_EQ(options.urls.back(), ":8080/x");
}

TEST_F(fetch_options_of_a_run, something_must_be_fetched) {
    options.urls.clear();
    EXPECT_THAT(problem(), HasSubstr("no URL"));
    EXPECT_FALSE(set("input", "list.txt"));
    EXPECT_EQ(problem(), "");
}

TEST_F(fetch_options_of_a_run, stdin_has_one_reader) {
    EXPECT_FALSE(set("input", "-"));
    EXPECT_EQ(problem(), "");
    EXPECT_FALSE(set("data", "@-"));
    EXPECT_THAT(problem(), HasSubstr("both read stdin"));
    options.http.data.clear();
    EXPECT_FALSE(set("input", "-"));
    EXPECT_THAT(problem(), HasSubstr("-i - can be given once"));
}

TEST_F(fetch_options_of_a_run, a_base_in_shorthand_becomes_a_url) {
    EXPECT_FALSE(set("base", ":8080/pub/"));
    EXPECT_EQ(options.base, "http://localhost:8080/pub/");
    EXPECT_FALSE(set("base", "https://ann:pw@m/pub"));
    EXPECT_EQ(options.base, "https://ann:pw@m/pub");
    EXPECT_TRUE(set("base", "ftp://m/"));
}

TEST_F(fetch_options_of_a_run, a_checksum_is_for_one_url_and_has_64_digits) {
    EXPECT_TRUE(set("sha256", "12"));
    EXPECT_EQ(set("sha256", std::string(63, 'a') + "x")->offset, 63);
    EXPECT_FALSE(set("sha256", std::string(64, 'A')));
    EXPECT_EQ(options.sha256, std::string(64, 'a'));
    EXPECT_EQ(problem(), "");
    EXPECT_FALSE(set("url", "http://h/y"));
    EXPECT_THAT(problem(), HasSubstr("--sha256 is for one URL"));
}

TEST_F(fetch_options_of_a_run, one_file_cannot_take_many_bodies) {
    EXPECT_FALSE(set("output", "one.bin"));
    EXPECT_EQ(problem(), "");
    EXPECT_FALSE(set("url", "http://h/y"));
    EXPECT_THAT(problem(), HasSubstr("-o one.bin is one file for many"));
    EXPECT_FALSE(set("output", "many/"));
    EXPECT_EQ(problem(), "");
    EXPECT_FALSE(set("output", "{host}-{name}"));
    EXPECT_EQ(problem(), "");
    EXPECT_TRUE(set("output", "{nonsense}"));
    EXPECT_TRUE(set("output", ""));
}

TEST_F(fetch_options_of_a_run, stdout_takes_bodies_one_after_another_and_nothing_else) {
    EXPECT_FALSE(set("output", "-"));
    EXPECT_FALSE(set("url", "http://h/y"));
    EXPECT_EQ(problem(), "");
    EXPECT_EQ(transfers_at_once(options), 1);
    options.resume = true;
    EXPECT_THAT(problem(), HasSubstr("--resume needs a file"));
    options.resume = false;
    options.talk.json = true;
    EXPECT_THAT(problem(), HasSubstr("both write to stdout"));
    options.talk.json = false;
    options.skip_existing = true;
    EXPECT_THAT(problem(), HasSubstr("--skip-existing needs files"));
}

TEST_F(fetch_options_of_a_run, only_a_get_can_be_resumed) {
    options.resume = true;
    EXPECT_EQ(problem(), "");
    EXPECT_FALSE(set("data", "a=1"));
    EXPECT_THAT(problem(), HasSubstr("not with a POST"));
}

TEST_F(fetch_options_of_a_run, contradictions_are_told) {
    options.talk.quiet = options.talk.verbose = true;
    EXPECT_THAT(problem(), HasSubstr("-q and -v"));
    options.talk.verbose = false;
    EXPECT_FALSE(set("dns", "system"));
    EXPECT_FALSE(set("dns-server", "127.0.0.1:5353"));
    EXPECT_THAT(problem(), HasSubstr("--dns system"));
    options.dns_servers.clear();
    EXPECT_FALSE(set("timeout", "1s"));
    EXPECT_EQ(problem(), "") << "the default of --connect-timeout is no contradiction";
    EXPECT_FALSE(set("connect-timeout", "2s"));
    EXPECT_THAT(problem(), HasSubstr("--connect-timeout is longer"));
}

TEST_F(fetch_options_of_a_run, fail_fast_is_a_limit_of_one) {
    EXPECT_FALSE(options.max_failures.reached(1, 1, 10));
    EXPECT_FALSE(set("fail-fast", "true"));
    EXPECT_TRUE(options.max_failures.reached(1, 1, 10));
    EXPECT_FALSE(set("max-failures", "50%"));
    EXPECT_FALSE(options.max_failures.reached(1, 1, 10));
    EXPECT_TRUE(set("max-failures", "0"));
}

TEST_F(fetch_options_of_a_run, expectations_are_checked_against_the_facts) {
    EXPECT_FALSE(set("expect", "status == 200 && header.etag ~ \"^W/\""));
    EXPECT_FALSE(set("expect", "time.first_byte < 200ms"));
    EXPECT_TRUE(expects_status(options));
    const auto wrong = set("expect", "stauts == 200");
    EXPECT_EQ(wrong->hint, "did you mean status?");
    EXPECT_EQ(options.expect.size(), 2);
}

TEST_F(fetch_options_of_a_run, without_an_expectation_of_the_status_400_fails_by_itself) {
    EXPECT_FALSE(set("expect", "size > 0"));
    EXPECT_FALSE(expects_status(options));
}

TEST_F(fetch_options_of_a_run, flags_of_other_tools_get_an_advice) {
    for (const char* flag : {"-O", "-J", "-C", "-Z", "-j", "-m", "-f", "-w", "-z", "-s", "-I", "-F",
                             "--parallel", "--retry", "--max-time", "--fail", "--max-redirs"}) {
        EXPECT_NE(table.hint_for(flag), "") << flag;
    }
}

TEST(fetch_facts, every_example_of_the_grammar_that_fits_a_download_is_taken) {
    for (const char* text :
         {"status == 200", "status = 200", "header.etag ~ \"^W/\"", "json.items[0].id == \"a\"",
          "body contains \"ok\"", "size < 1MB", "time < 200ms",
          "time.dns < 1s && time.connect < 1s && time.tls < 1s && time.first_byte < 1s",
          "sha256 == 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          "json.ready==true"}) {
        expression into;
        const auto wrong = expression::parse(text, fetch_facts(), into);
        EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    }
}

}  // namespace
}  // namespace grove::cmd
