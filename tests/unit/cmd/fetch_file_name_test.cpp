// SPDX-License-Identifier: MIT
#include "cmd/common/utf8.hpp"
#include "cmd/fetch/file_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>

namespace grove::cmd {
namespace {

std::string disposition(std::string_view value) {
    return content_disposition_name(value).value_or("(none)");
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        if (!character.valid) return false;
        text.remove_prefix(character.size);
    }
    return true;
}

void expect_safe(const std::string& name) {
    EXPECT_FALSE(name.empty());
    EXPECT_NE(name, ".");
    EXPECT_NE(name, "..");
    EXPECT_LE(name.size(), max_name_bytes);
    EXPECT_TRUE(is_valid_utf8(name)) << name;
    EXPECT_TRUE(std::ranges::none_of(name, [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7F || c == '/' || c == '\\';
    })) << name;
}

TEST(fetch_file_name, a_url_gives_the_last_segment_of_its_path) {
    EXPECT_EQ(url_file_name("https://h/a/b.iso"), "b.iso");
    EXPECT_EQ(url_file_name("https://h/a/b.iso?x=/y#/z"), "b.iso");
    EXPECT_EQ(url_file_name(":8080/x"), "x");
}

TEST(fetch_file_name, a_url_without_a_last_segment_gives_index_html) {
    EXPECT_EQ(url_file_name("https://h"), "index.html");
    EXPECT_EQ(url_file_name("https://h/"), "index.html");
    EXPECT_EQ(url_file_name("https://h/a/?q=b"), "index.html");
    EXPECT_EQ(url_file_name("https://h?x=/y"), "index.html");
}

TEST(fetch_file_name, a_url_is_percent_decoded) {
    EXPECT_EQ(url_file_name("https://h/a%20b.txt"), "a b.txt");
    EXPECT_EQ(url_file_name("https://h/%C3%A9.txt"), "\xC3\xA9.txt");
}

TEST(fetch_file_name, an_encoded_slash_does_not_make_a_folder) {
    EXPECT_EQ(url_file_name("https://h/..%2F..%2Fetc%2Fpasswd"), ".._.._etc_passwd");
}

TEST(fetch_file_name, dots_alone_are_no_name) {
    EXPECT_EQ(url_file_name("https://h/%2e%2e"), "__");
    EXPECT_EQ(url_file_name("https://h/."), "_");
}

TEST(fetch_file_name, control_characters_and_bad_utf8_become_underscores) {
    EXPECT_EQ(url_file_name("https://h/a%00b%0A%1B%7F"), "a_b___");
    EXPECT_EQ(url_file_name("https://h/%FFx%C3"), "_x_");
    EXPECT_EQ(safe_file_name("a\xC2\x9B"
                             "b",
                             name_origin::url),
              "a_b");
}

TEST(fetch_file_name, characters_that_reorder_a_terminal_become_underscores) {
    EXPECT_EQ(safe_file_name("a\xE2\x80\xAEgpj.exe", name_origin::url), "a_gpj.exe");
}

TEST(fetch_file_name, a_hidden_name_is_the_persons_but_not_the_servers) {
    EXPECT_EQ(safe_file_name(".bashrc", name_origin::url), ".bashrc");
    EXPECT_EQ(safe_file_name(".bashrc", name_origin::header), "_bashrc");
}

TEST(fetch_file_name, a_long_name_keeps_its_extension_and_whole_characters) {
    const auto name = safe_file_name(std::string(400, 'x') + ".tar.gz", name_origin::url);
    EXPECT_EQ(name.size(), max_name_bytes);
    EXPECT_TRUE(name.ends_with("x.tar.gz"));
    std::string wide;
    for (int i = 0; i < 200; ++i) wide += "\xE2\x82\xAC";
    const auto cut = safe_file_name(wide + ".txt", name_origin::url);
    expect_safe(cut);
    EXPECT_GT(cut.size(), max_name_bytes - 4);
    EXPECT_TRUE(cut.ends_with("\xE2\x82\xAC.txt"));
}

TEST(fetch_file_name, an_extension_that_is_most_of_the_name_is_cut_too) {
    EXPECT_EQ(shorten_name("a." + std::string(50, 'b'), 20), "a." + std::string(18, 'b'));
}

TEST(fetch_file_name, the_extension_begins_where_people_see_it) {
    EXPECT_EQ(extension_offset("a.txt"), 1U);
    EXPECT_EQ(extension_offset("a.tar.gz"), 1U);
    EXPECT_EQ(extension_offset("d.d/a"), 5U);
    EXPECT_EQ(extension_offset(".profile"), 8U);
    EXPECT_EQ(extension_offset("a."), 2U);
    EXPECT_EQ(extension_offset(".tar.gz"), 4U);
}

TEST(fetch_file_name, a_quoted_filename_is_taken) {
    EXPECT_EQ(disposition(R"(attachment; filename="a b.txt")"), "a b.txt");
    EXPECT_EQ(disposition(R"(attachment; filename="a\"b.txt")"), "a\"b.txt");
    EXPECT_EQ(disposition(R"(attachment; FileName = "a;b=c.txt")"), "a;b=c.txt");
}

TEST(fetch_file_name, an_unquoted_filename_is_taken_up_to_the_semicolon) {
    EXPECT_EQ(disposition("attachment; filename=a.txt; size=3"), "a.txt");
    EXPECT_EQ(disposition("attachment;filename=my report.txt"), "my report.txt");
    EXPECT_EQ(disposition("filename=a.txt"), "a.txt");
}

TEST(fetch_file_name, the_extended_form_wins_wherever_it_stands) {
    EXPECT_EQ(disposition("attachment; filename=\"E.txt\"; filename*=UTF-8''%c3%a9.txt"),
              "\xC3\xA9.txt");
    EXPECT_EQ(disposition("attachment; filename*=utf-8'en'%c3%a9.txt; filename=E.txt"),
              "\xC3\xA9.txt");
}

TEST(fetch_file_name, an_extended_form_may_be_latin_1) {
    EXPECT_EQ(disposition("attachment; filename*=ISO-8859-1''%e9.txt"), "\xC3\xA9.txt");
}

TEST(fetch_file_name, a_broken_extended_form_falls_back) {
    EXPECT_EQ(disposition("attachment; filename*=UTF-8''%ff; filename=a.txt"), "a.txt");
    EXPECT_EQ(disposition("attachment; filename*=x; filename=a.txt"), "a.txt");
    EXPECT_EQ(disposition("attachment; filename*=koi8-r''%c1; filename=a.txt"), "a.txt");
}

TEST(fetch_file_name, a_raw_latin_1_filename_is_converted) {
    EXPECT_EQ(disposition("attachment; filename=\"\xE9.txt\""), "\xC3\xA9.txt");
}

TEST(fetch_file_name, a_path_in_a_header_is_cut_to_its_last_part) {
    EXPECT_EQ(disposition(R"(attachment; filename="../../etc/passwd")"), "passwd");
    EXPECT_EQ(disposition(R"(attachment; filename="C:\dir\a.txt")"), "a.txt");
    EXPECT_EQ(disposition("attachment; filename*=UTF-8''..%2F..%2Fa.txt"), "a.txt");
    EXPECT_EQ(disposition("attachment; filename=/"), "(none)");
}

TEST(fetch_file_name, a_header_without_a_usable_name_gives_none) {
    EXPECT_EQ(disposition(""), "(none)");
    EXPECT_EQ(disposition("attachment"), "(none)");
    EXPECT_EQ(disposition("inline; filename=\"\""), "(none)");
    EXPECT_EQ(disposition("attachment; filename=.."), "(none)");
    EXPECT_EQ(disposition("attachment; filename=\"..\\..\""), "(none)");
    EXPECT_EQ(disposition("attachment; filename=" + std::string(9000, 'a')), "(none)");
}

TEST(fetch_file_name, a_name_inside_another_parameter_does_not_count) {
    EXPECT_EQ(disposition(R"(attachment; x="filename=evil"; filename=good)"), "good");
}

TEST(fetch_file_name, names_from_random_headers_are_safe) {
    std::mt19937 random(42);
    const std::string alphabet =
        "filename*=\"\\;'%./UTF-8 \t\xC3\xA9\xFF\x01\x1b"
        "2eF0";
    for (int round = 0; round < 50000; ++round) {
        std::string value = "attachment; filename";
        for (auto left = random() % 40; left > 0; --left)
            value += alphabet[random() % alphabet.size()];
        if (const auto name = content_disposition_name(value)) {
            expect_safe(*name);
            EXPECT_NE(name->front(), '.') << value;
        }
    }
}

TEST(fetch_file_name, names_from_random_urls_are_safe) {
    std::mt19937 random(43);
    const std::string alphabet = "./%2eE0cC39\\:?#@a\xC3\xA9\xFF\x7f";
    for (int round = 0; round < 50000; ++round) {
        std::string url = "http://h/";
        for (auto left = random() % 30; left > 0; --left)
            url += alphabet[random() % alphabet.size()];
        expect_safe(url_file_name(url));
    }
}

TEST(fetch_file_name, a_given_path_is_normalised) {
    EXPECT_EQ(checked_path("./a//b/./c"), "a/b/c");
    EXPECT_EQ(checked_path(""), "");
    EXPECT_EQ(checked_path(".hidden"), ".hidden");
}

TEST(fetch_file_name, a_given_path_must_stay_in_the_folder) {
    for (const auto* path : {"..", "../a", "a/../b", "a/..", "/a", "a/", "./", ".", "a\nb"}) {
        EXPECT_THROW((void)checked_path(path), std::invalid_argument) << path;
    }
    EXPECT_THROW((void)checked_path(std::string(246, 'a')), std::invalid_argument);
    EXPECT_EQ(checked_path(std::string(245, 'a')).size(), 245U);
}

}  // namespace
}  // namespace grove::cmd
