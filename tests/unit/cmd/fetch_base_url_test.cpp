// SPDX-License-Identifier: MIT
#include "cmd/fetch/base_url.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace grove::cmd {
namespace {

std::string join_name(std::string_view base, std::string_view name) {
    return join_base(base, name, name_form::file_name);
}

std::string join_reference(std::string_view base, std::string_view reference) {
    return join_base(base, reference, name_form::reference);
}

TEST(fetch_base_url, the_base_is_a_folder_with_or_without_a_slash) {
    EXPECT_EQ(join_name("https://m/pub", "a"), "https://m/pub/a");
    EXPECT_EQ(join_name("https://m/pub/", "a"), "https://m/pub/a");
    EXPECT_EQ(join_name("https://m", "a"), "https://m/a");
}

TEST(fetch_base_url, a_query_of_the_base_is_kept_and_its_fragment_is_not) {
    EXPECT_EQ(join_name("https://m/pub?token=1#top", "a b"), "https://m/pub/a%20b?token=1");
}

TEST(fetch_base_url, a_file_name_is_encoded_whole) {
    EXPECT_EQ(join_name("https://m/", "100%/what?#1"), "https://m/100%25/what%3F%231");
    EXPECT_EQ(join_name("https://m/", "\xC3\xA9"), "https://m/%C3%A9");
    EXPECT_EQ(join_name("https://m/", "a\nb"), "https://m/a%0Ab");
}

TEST(fetch_base_url, a_reference_keeps_its_escapes_and_query) {
    EXPECT_EQ(join_reference("https://m/pub", "a%20b?x=%2F"), "https://m/pub/a%20b?x=%2F");
}

TEST(fetch_base_url, a_reference_with_its_own_query_replaces_that_of_the_base) {
    EXPECT_EQ(join_reference("https://m/?t=1", "a?x=2"), "https://m/a?x=2");
    EXPECT_EQ(join_reference("https://m/?t=1", "a"), "https://m/a?t=1");
}

TEST(fetch_base_url, a_reference_with_a_leading_slash_starts_at_the_host) {
    EXPECT_EQ(join_reference("https://m:81/pub/", "/a"), "https://m:81/a");
}

TEST(fetch_base_url, dot_dot_is_refused_also_when_encoded) {
    EXPECT_THROW((void)join_name("https://m/pub/", "../a"), std::invalid_argument);
    EXPECT_THROW((void)join_name("https://m/pub/", "a/.."), std::invalid_argument);
    EXPECT_THROW((void)join_reference("https://m/pub/", "%2e%2E/a"), std::invalid_argument);
}

TEST(fetch_base_url, two_dots_inside_a_name_are_fine) {
    EXPECT_EQ(join_name("https://m/", "a..b"), "https://m/a..b");
}

TEST(fetch_base_url, a_base_needs_a_scheme_and_a_host) {
    EXPECT_THROW((void)join_name("m/pub", "a"), std::invalid_argument);
    EXPECT_THROW((void)join_name("https://", "a"), std::invalid_argument);
    EXPECT_THROW((void)join_name("://m/", "a"), std::invalid_argument);
}

TEST(fetch_base_url, schemes_and_the_port_shorthand_are_absolute) {
    EXPECT_TRUE(is_absolute_url("https://h"));
    EXPECT_TRUE(is_absolute_url("git+ssh://h"));
    EXPECT_TRUE(is_absolute_url(":8080/x"));
    EXPECT_FALSE(is_absolute_url("a/b://c"));
    EXPECT_FALSE(is_absolute_url("1http://h"));
    EXPECT_FALSE(is_absolute_url("name"));
    EXPECT_FALSE(is_absolute_url(":"));
}

}  // namespace
}  // namespace grove::cmd
