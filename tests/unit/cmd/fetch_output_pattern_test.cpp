// SPDX-License-Identifier: MIT
#include "cmd/fetch/output_pattern.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>

namespace grove::cmd {
namespace {

using kind = output_pattern::kind;

std::string path_of(std::string_view pattern, name_source source) {
    const auto parsed = output_pattern::parse(pattern);
    return parsed.folder() + " | " + parsed.path(source);
}

constexpr name_source iso{.url = "https://user:pw@h.example:81/pub/linux/a.tar.gz?x=1"};

TEST(fetch_output_pattern, a_trailing_slash_makes_a_folder) {
    EXPECT_EQ(output_pattern::parse("out/").what(), kind::folder);
    EXPECT_EQ(path_of("out/deep/", iso), "out/deep | a.tar.gz");
    EXPECT_EQ(path_of("/", iso), "/ | a.tar.gz");
}

TEST(fetch_output_pattern, dots_are_folders) {
    EXPECT_EQ(path_of(".", iso), ". | a.tar.gz");
    EXPECT_EQ(path_of("..", iso), ".. | a.tar.gz");
    EXPECT_EQ(path_of("a/..", iso), "a/.. | a.tar.gz");
}

TEST(fetch_output_pattern, the_default_is_the_current_folder) {
    EXPECT_EQ(output_pattern().what(), kind::folder);
    EXPECT_EQ(output_pattern().folder(), ".");
    EXPECT_EQ(output_pattern().path(iso), "a.tar.gz");
}

TEST(fetch_output_pattern, a_dash_is_stdout) {
    EXPECT_EQ(output_pattern::parse("-").what(), kind::standard_output);
}

TEST(fetch_output_pattern, anything_else_is_one_file) {
    const auto pattern = output_pattern::parse("../out/x.bin");
    EXPECT_EQ(pattern.what(), kind::file);
    EXPECT_EQ(pattern.folder(), "../out");
    EXPECT_EQ(pattern.path(iso), "x.bin");
    EXPECT_FALSE(pattern.follows_content_disposition());
}

TEST(fetch_output_pattern, placeholders_are_filled_in) {
    EXPECT_EQ(path_of("o/{name}", iso), "o | a.tar.gz");
    EXPECT_EQ(path_of("o/pre-{stem}.old{ext}", iso), "o | pre-a.old.tar.gz");
    EXPECT_EQ(path_of("o/{host}/{path}/{name}", iso), "o | h.example/pub/linux/a.tar.gz");
    EXPECT_EQ(path_of("{n}-{name}", {.url = "http://h/x", .number = 17}), ". | 17-x");
}

TEST(fetch_output_pattern, an_empty_placeholder_leaves_no_empty_part) {
    EXPECT_EQ(path_of("o/{path}/{name}", {.url = "http://h/x"}), "o | x");
    EXPECT_EQ(path_of("{name}{ext}", {.url = "http://h/x"}), ". | x");
}

TEST(fetch_output_pattern, a_template_that_ends_in_a_slash_is_a_folder_for_each) {
    EXPECT_EQ(path_of("o/{host}/", iso), "o | h.example/a.tar.gz");
}

TEST(fetch_output_pattern, doubled_braces_are_plain) {
    EXPECT_EQ(path_of("{{{name}}}", iso), ". | {a.tar.gz}");
    EXPECT_EQ(output_pattern::parse("a{{b}}").what(), kind::file);
}

TEST(fetch_output_pattern, mistakes_are_told) {
    for (const auto* text : {"", "{nam}", "a{name", "a}", "{}", "a/{name}}"}) {
        EXPECT_THROW((void)output_pattern::parse(text), std::invalid_argument) << text;
    }
}

TEST(fetch_output_pattern, the_lists_name_wins) {
    EXPECT_EQ(path_of("o/", {.url = "http://h/x",
                             .out = "sub/y",
                             .content_disposition = "attachment; filename=z"}),
              "o | sub/y");
}

TEST(fetch_output_pattern, a_header_wins_over_the_url) {
    const name_source source{.url = "http://h/x",
                             .content_disposition = "attachment; filename=z.bin"};
    EXPECT_EQ(path_of("o/", source), "o | z.bin");
    EXPECT_EQ(path_of("o/{stem}-1{ext}", source), "o | z-1.bin");
    EXPECT_EQ(path_of("o/file", source), "o | file");
    EXPECT_TRUE(output_pattern::parse("o/{ext}").follows_content_disposition());
    EXPECT_FALSE(output_pattern::parse("o/{n}").follows_content_disposition());
}

TEST(fetch_output_pattern, a_header_without_a_name_leaves_that_of_the_url) {
    EXPECT_EQ(path_of("o/", {.url = "http://h/x", .content_disposition = "inline"}), "o | x");
}

TEST(fetch_output_pattern, a_listed_name_that_leaves_the_folder_is_refused) {
    const auto pattern = output_pattern::parse("o/");
    EXPECT_THROW((void)pattern.path({.url = "http://h/x", .out = "../y"}), std::invalid_argument);
    EXPECT_THROW((void)pattern.path({.url = "http://h/x", .out = "/y"}), std::invalid_argument);
}

TEST(fetch_output_pattern, hostile_hosts_and_paths_stay_inside) {
    EXPECT_EQ(path_of("o/{host}/{name}", {.url = "http://../x"}), "o | __/x");
    EXPECT_EQ(path_of("o/{path}/{name}", {.url = "http://h/%2e%2e/../%2Fetc/x"}),
              "o | __/__/_etc/x");
    EXPECT_EQ(path_of("o/{host}/{name}", {.url = "http://[::1]:80/x"}), "o | ::1/x");
    EXPECT_EQ(path_of("o/{host}/{name}", {.url = "http://a@b@h/x"}), "o | h/x");
    EXPECT_EQ(path_of("o/{host}/{name}", {.url = ":8080/x"}), "o | localhost/x");
}

TEST(fetch_output_pattern, no_url_leads_out_of_the_folder) {
    std::mt19937 random(11);
    const std::string alphabet = "./%2eFf:?#@[]h\\\x01\xC3";
    const auto pattern = output_pattern::parse("o/{host}/{path}/{name}");
    for (int round = 0; round < 30000; ++round) {
        std::string url = round % 3 == 0 ? "" : "http://";
        for (auto left = random() % 24; left > 0; --left)
            url += alphabet[random() % alphabet.size()];
        const auto path = "/" + pattern.path({.url = url}) + "/";
        EXPECT_EQ(path.find("/../"), std::string::npos) << url;
        EXPECT_EQ(path.find("//"), std::string::npos) << url;
        EXPECT_EQ(path.find('\x01'), std::string::npos) << url;
    }
}

}  // namespace
}  // namespace grove::cmd
