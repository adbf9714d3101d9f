// SPDX-License-Identifier: MIT
#include "cmd/fetch/input_list.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

const std::string sha256(64, 'a');
const std::string sha512(128, 'b');

std::vector<fetch_item> take_all(input_list& list) {
    std::vector<fetch_item> items;
    while (auto item = list.next()) items.push_back(std::move(*item));
    return items;
}

std::vector<fetch_item> read_all(std::string_view text, std::string base = {}) {
    input_list list({.source = "list", .base = std::move(base)});
    list.feed(text);
    list.finish();
    return take_all(list);
}

fetch_item read_one(std::string_view text, std::string base = {}) {
    auto items = read_all(text, std::move(base));
    EXPECT_EQ(items.size(), 1U);
    return items.empty() ? fetch_item{} : items[0];
}

std::string error_of(std::string_view text, std::string base = {}) {
    try {
        (void)read_all(text, std::move(base));
    } catch (const input_error& error) {
        return error.what();
    }
    return "no error";
}

TEST(fetch_input_list, a_plain_line_is_a_url) {
    const auto item = read_one("https://h/a\n");
    EXPECT_EQ(item.url, "https://h/a");
    EXPECT_EQ(item.out, "");
    EXPECT_FALSE(item.digest);
    EXPECT_EQ(item.line, 1U);
}

TEST(fetch_input_list, blanks_around_a_url_do_not_count) {
    EXPECT_EQ(read_one("  https://h/a \t\n").url, "https://h/a");
}

TEST(fetch_input_list, a_shorthand_is_kept_for_the_target_parser) {
    EXPECT_EQ(read_one(":8080/x\n").url, ":8080/x");
    EXPECT_EQ(read_one("example.com/x\n").url, "example.com/x");
}

TEST(fetch_input_list, a_tab_separates_url_and_name) {
    const auto item = read_one("https://h/a\tsub/my name.bin\n");
    EXPECT_EQ(item.url, "https://h/a");
    EXPECT_EQ(item.out, "sub/my name.bin");
}

TEST(fetch_input_list, blank_lines_and_comments_are_skipped_but_counted) {
    const auto items = read_all("# list\n\n   \nhttps://h/a\n  # more\nhttps://h/b\n");
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].line, 4U);
    EXPECT_EQ(items[1].line, 6U);
}

TEST(fetch_input_list, carriage_returns_and_a_byte_order_mark_are_tolerated) {
    const auto items = read_all("\xEF\xBB\xBFhttps://h/a\r\n\r\nhttps://h/b\tn\r\n");
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].url, "https://h/a");
    EXPECT_EQ(items[1].out, "n");
}

TEST(fetch_input_list, the_last_line_needs_no_line_feed) {
    EXPECT_EQ(read_one("https://h/a").url, "https://h/a");
}

TEST(fetch_input_list, an_empty_list_has_no_items) {
    EXPECT_TRUE(read_all("").empty());
}

TEST(fetch_input_list, a_hash_line_joins_its_name_to_the_base) {
    const auto item = read_one(sha256 + "  sub/a b.iso\n", "https://m/pub");
    EXPECT_EQ(item.url, "https://m/pub/sub/a%20b.iso");
    EXPECT_EQ(item.out, "sub/a b.iso");
    ASSERT_TRUE(item.digest);
    EXPECT_EQ(item.digest->hex, sha256);
}

TEST(fetch_input_list, a_hash_line_may_mark_binary_mode) {
    EXPECT_EQ(read_one(sha256 + " *a\n", "https://m/").url, "https://m/a");
}

TEST(fetch_input_list, the_name_of_a_hash_line_may_start_with_dot_slash) {
    const auto item = read_one(sha256 + "  ./a\n", "https://m/");
    EXPECT_EQ(item.url, "https://m/a");
    EXPECT_EQ(item.out, "a");
}

TEST(fetch_input_list, a_hash_line_may_hold_a_url) {
    const auto item = read_one(sha512 + "  https://h/a\n");
    EXPECT_EQ(item.url, "https://h/a");
    EXPECT_EQ(item.out, "");
    EXPECT_EQ(item.digest->algorithm, digest_algorithm::sha512);
}

TEST(fetch_input_list, a_hash_is_lowered) {
    const auto item = read_one(std::string(64, 'F') + "  https://h/a\n");
    EXPECT_EQ(item.digest->hex, std::string(64, 'f'));
}

TEST(fetch_input_list, an_escaped_hash_line_is_unescaped) {
    const auto item = read_one("\\" + sha256 + "  a\\\\b\n", "https://m/");
    EXPECT_EQ(item.out, "a\\b");
    EXPECT_EQ(item.url, "https://m/a%5Cb");
}

TEST(fetch_input_list, a_tagged_hash_line_is_read) {
    const auto item = read_one("SHA512 (a (1).iso) = " + sha512 + "\n", "https://m/");
    EXPECT_EQ(item.out, "a (1).iso");
    EXPECT_EQ(item.digest->hex, sha512);
}

TEST(fetch_input_list, a_name_without_a_base_says_what_is_missing) {
    EXPECT_EQ(error_of("# x\n" + sha256 + "  a.iso\n"),
              "list:2: 'a.iso' is a file name, not a URL; say where the files are with --base URL");
}

TEST(fetch_input_list, other_digests_are_refused_by_name) {
    EXPECT_NE(error_of(std::string(32, '0') + "  https://h/a").find("MD5"), std::string::npos);
    EXPECT_NE(error_of(std::string(40, '0') + "  https://h/a").find("SHA-1"), std::string::npos);
    EXPECT_NE(error_of(std::string(63, '0') + "  https://h/a").find("63 digits"),
              std::string::npos);
    EXPECT_NE(error_of("MD5 (a) = " + std::string(32, '0')).find("MD5"), std::string::npos);
    EXPECT_NE(error_of("SHA256 (a) = " + sha512).find("128 digits"), std::string::npos);
}

TEST(fetch_input_list, a_hash_without_a_name_is_an_error) {
    EXPECT_NE(error_of(sha256 + "  \n").find("without a name"), std::string::npos);
}

TEST(fetch_input_list, a_hash_name_that_leaves_the_folder_is_refused) {
    EXPECT_NE(error_of(sha256 + "  ../../etc/passwd\n", "https://m/").find("leaves"),
              std::string::npos);
    EXPECT_NE(error_of(sha256 + "  /etc/passwd\n", "https://m/").find("absolute"),
              std::string::npos);
}

TEST(fetch_input_list, a_relative_url_is_joined_to_the_base) {
    EXPECT_EQ(read_one("a/b?x=1\n", "https://m/pub/").url, "https://m/pub/a/b?x=1");
    EXPECT_EQ(read_one("https://other/x\n", "https://m/pub/").url, "https://other/x");
}

TEST(fetch_input_list, a_base_without_a_host_is_refused) {
    EXPECT_THROW(input_list({.source = "list", .base = "pub/files"}), std::invalid_argument);
}

TEST(fetch_input_list, a_blank_in_a_url_gets_a_hint) {
    EXPECT_NE(error_of("https://h/a b\n").find("%20"), std::string::npos);
}

TEST(fetch_input_list, control_characters_in_a_url_are_refused) {
    EXPECT_NE(error_of("https://h/a\x01z\n").find("control character"), std::string::npos);
    EXPECT_NE(error_of(std::string("https://h/\0x\n", 13)).find("control"), std::string::npos);
}

TEST(fetch_input_list, a_second_tab_is_refused) {
    EXPECT_NE(error_of("https://h/a\tb\tc\n").find("more than one TAB"), std::string::npos);
}

TEST(fetch_input_list, a_name_with_a_control_character_is_refused) {
    EXPECT_NE(error_of("https://h/a\tb\x1b[2Jc\n").find("control"), std::string::npos);
}

TEST(fetch_input_list, json_gives_all_fields) {
    const auto item =
        read_one(R"({"url":"https://h/a","out":"d/x","sha256":")" + sha256 +
                 R"(","headers":{"X-A":"1","X-B":["2","3"]},"mirrors":["https://m/a"]})");
    EXPECT_EQ(item.url, "https://h/a");
    EXPECT_EQ(item.out, "d/x");
    EXPECT_EQ(item.digest->hex, sha256);
    const std::vector<header_line> headers{{"X-A", "1"}, {"X-B", "2"}, {"X-B", "3"}};
    EXPECT_EQ(item.headers, headers);
    EXPECT_EQ(item.mirrors, std::vector<std::string>{"https://m/a"});
}

TEST(fetch_input_list, json_urls_and_mirrors_are_joined_to_the_base) {
    const auto item = read_one(R"({"url":"a","mirrors":["/b"]})", "https://m/pub/");
    EXPECT_EQ(item.url, "https://m/pub/a");
    EXPECT_EQ(item.mirrors[0], "https://m/b");
}

TEST(fetch_input_list, an_unknown_json_key_gets_the_nearest_one) {
    EXPECT_EQ(error_of(R"({"url":"https://h/a","sha265":""})"),
              "list:1: unknown key \"sha265\"; did you mean \"sha256\"?");
    EXPECT_NE(error_of(R"({"colour":1})").find("known are url, out"), std::string::npos);
}

TEST(fetch_input_list, json_without_a_url_is_refused) {
    EXPECT_NE(error_of(R"({"out":"x"})").find("no \"url\""), std::string::npos);
}

TEST(fetch_input_list, broken_json_names_the_column) {
    EXPECT_NE(error_of(R"({"url": https})").find("column 9"), std::string::npos);
    EXPECT_NE(error_of(R"({"url":"https://h/"} x)").find("text after"), std::string::npos);
    EXPECT_NE(error_of(R"({"url":"https://h/")").find("not valid JSON"), std::string::npos);
}

TEST(fetch_input_list, deeply_nested_json_is_refused) {
    const std::string deep = R"({"url":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
    EXPECT_NE(error_of(deep).find("not valid JSON"), std::string::npos);
}

TEST(fetch_input_list, json_types_are_checked) {
    EXPECT_NE(error_of(R"({"url":7})").find("must be a string"), std::string::npos);
    EXPECT_NE(error_of(R"({"url":"http://h/","headers":[]})").find("must be an object"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"url":"http://h/","mirrors":"x"})").find("must be an array"),
              std::string::npos);
}

TEST(fetch_input_list, headers_cannot_smuggle_lines) {
    EXPECT_NE(error_of(R"({"url":"http://h/","headers":{"X":"a\r\nHost: b"}})").find("control"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"url":"http://h/","headers":{"X: y":"a"}})").find("no header name"),
              std::string::npos);
    EXPECT_NE(error_of(R"({"url":"http://h/","headers":{"":"a"}})").find("no header name"),
              std::string::npos);
}

TEST(fetch_input_list, json_takes_one_digest_of_the_right_length) {
    EXPECT_NE(error_of(R"({"url":"http://h/","sha256":")" + sha512 + "\"}").find("128 digits"),
              std::string::npos);
    EXPECT_NE(
        error_of(R"({"url":"http://h/","sha256":")" + sha256 + R"(","sha512":")" + sha512 + "\"}")
            .find("not both"),
        std::string::npos);
    EXPECT_NE(error_of(R"({"url":"http://h/","sha256":")" + std::string(64, 'g') + "\"}")
                  .find("hexadecimal"),
              std::string::npos);
}

TEST(fetch_input_list, an_error_is_followed_by_the_next_line) {
    input_list list({.source = "list"});
    list.feed("https://h/a\nbad one\nhttps://h/b\n");
    EXPECT_EQ(list.next()->url, "https://h/a");
    try {
        (void)list.next();
        FAIL() << "the bad line passed";
    } catch (const input_error& error) {
        EXPECT_EQ(error.line(), 2U);
    }
    EXPECT_EQ(list.next()->url, "https://h/b");
}

TEST(fetch_input_list, a_line_above_the_limit_names_itself_and_is_skipped) {
    input_list list({.source = "list", .max_line = 100});
    list.feed("https://h/a\nhttps://h/" + std::string(80, 'x'));
    EXPECT_EQ(list.next()->url, "https://h/a");
    EXPECT_FALSE(list.next());
    list.feed(std::string(20, 'x'));
    EXPECT_THROW((void)list.next(), input_error);
    list.feed(std::string(1000, 'y'));
    EXPECT_FALSE(list.next());
    list.feed("yy\nhttps://h/b\n");
    const auto item = list.next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->url, "https://h/b");
    EXPECT_EQ(item->line, 3U);
}

TEST(fetch_input_list, the_default_limit_is_one_mebibyte) {
    EXPECT_NE(error_of("https://h/" + std::string(1024 * 1024, 'x') + "\n").find("1048576 bytes"),
              std::string::npos);
    EXPECT_EQ(read_one("https://h/" + std::string(1024 * 1024 - 10, 'x') + "\n").url.size(),
              1024U * 1024U);
}

TEST(fetch_input_list, items_do_not_depend_on_how_the_list_is_cut) {
    const std::string text = "https://h/a\r\n# c\n" + sha256 + "  https://h/b\n\nhttps://h/c\tn\n" +
                             R"({"url":"https://h/d"})";
    const auto whole = read_all(text);
    ASSERT_EQ(whole.size(), 4U);
    std::mt19937 random(20240501);
    for (int round = 0; round < 200; ++round) {
        input_list list({.source = "list"});
        std::vector<fetch_item> items;
        for (std::size_t at = 0; at < text.size();) {
            const auto size = 1 + random() % 30;
            list.feed(std::string_view(text).substr(at, size));
            at += size;
            for (auto& item : take_all(list)) items.push_back(std::move(item));
        }
        list.finish();
        for (auto& item : take_all(list)) items.push_back(std::move(item));
        ASSERT_EQ(items, whole);
    }
}

TEST(fetch_input_list, a_million_lines_pass) {
    input_list list({.source = "list"});
    std::string chunk;
    std::uint64_t items = 0;
    for (int line = 0; line < 1'000'000; ++line) {
        chunk += "http://h/" + std::to_string(line) + "\n";
        if (chunk.size() < 64 * 1024) continue;
        list.feed(chunk);
        chunk.clear();
        while (list.next()) ++items;
    }
    list.feed(chunk);
    list.finish();
    while (list.next()) ++items;
    EXPECT_EQ(items, 1'000'000U);
    EXPECT_EQ(list.lines(), 1'000'000U);
}

TEST(fetch_input_list, random_bytes_never_do_worse_than_an_input_error) {
    std::mt19937 random(7);
    const std::string alphabet = "{}[]\":,\\ \t*#%0aAfF(=)sha256URLhttp://\n\r\xEF\xBB\xBF\x01";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (auto left = random() % 60; left > 0; --left)
            text += alphabet[random() % alphabet.size()];
        input_list list({.source = "list", .base = round % 2 == 0 ? "http://b/" : ""});
        list.feed(text);
        list.finish();
        for (bool more = true; more;) {
            try {
                more = list.next().has_value();
            } catch (const input_error&) {
            }
        }
    }
}

}  // namespace
}  // namespace grove::cmd
