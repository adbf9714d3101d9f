// SPDX-License-Identifier: MIT
#include "net/static_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using grove::http::append_segment;
using grove::http::can_be_asked_for;
using grove::http::dot_names;
using grove::http::path_verdict;
using grove::http::read_static_path;
using grove::http::static_path;

/// The path below the folder, with a slash where it ended in one; `400` or `404`.
std::string read(std::string_view path, dot_names dots = dot_names::hidden) {
    static_path into{.below = "left over", .folder = true};
    switch (read_static_path(path, dots, into)) {
        case path_verdict::good:
            return into.below + (into.folder ? "/" : "");
        case path_verdict::malformed:
            return "400";
        case path_verdict::hidden:
            return "404";
    }
    return "";
}

TEST(static_path, plain_paths_are_the_same_below_the_folder) {
    EXPECT_EQ(read("/"), "./");
    EXPECT_EQ(read("/a"), "a");
    EXPECT_EQ(read("/a/"), "a/");
    EXPECT_EQ(read("/a/b.txt"), "a/b.txt");
    EXPECT_EQ(read("/a..b/c.d./e,f;g=h&i@j:k"), "a..b/c.d./e,f;g=h&i@j:k");
}

TEST(static_path, is_decoded_once) {
    EXPECT_EQ(read("/a%20b"), "a b");
    EXPECT_EQ(read("/%41%7a"), "Az");
    EXPECT_EQ(read("/caf%C3%a9"), "caf\xC3\xA9");
    EXPECT_EQ(read("/%252e%252e/x"), "%2e%2e/x");
    EXPECT_EQ(read("/%2525"), "%25");
    EXPECT_EQ(read("/a%3Fb%23c"), "a?b#c");
}

TEST(static_path, what_is_no_encoding_is_refused) {
    for (const char* path : {"/%", "/%4", "/%zz", "/%4g", "/%g4", "/%-1", "/% 1", "/a%", "/%%41"})
        EXPECT_EQ(read(path), "400") << path;
}

TEST(static_path, what_does_not_begin_with_a_slash_is_refused) {
    for (const char* path : {"", "a", "*", "http://host/a", "host:443", "?x", "%2fa"})
        EXPECT_EQ(read(path), "400") << path;
}

TEST(static_path, segments_that_are_no_names_are_refused) {
    for (const char* path :
         {"//", "//a", "/a//b", "/a//", "/.", "/./", "/./a", "/a/.", "/..", "/../", "/../a",
          "/a/..", "/a/../b", "/%2e", "/%2E%2e/a", "/.%2e", "/%2e./a", "/a/%2e%2e", "/a/%2e/"})
        EXPECT_EQ(read(path, dot_names::shown), "400") << path;
}

TEST(static_path, separators_and_control_characters_are_refused_in_any_encoding) {
    for (const char* path :
         {"/a%2fb", "/a%2Fb", "/a\\b", "/a%5cb", "/a%5C", "/a%00", "/%00", "/a%0a", "/a%0D%0Ab",
          "/a%1f", "/a%7F", "/a\nb", "/a\x7f", "/a b", "/a?b", "/a#b"})
        EXPECT_EQ(read(path), "400") << path;
    EXPECT_EQ(read(std::string_view("/a\0b", 4)), "400");
}

TEST(static_path, dot_names_are_hidden_unless_shown) {
    for (const char* path : {"/.git", "/.git/config", "/a/.b", "/%2egit", "/...", "/a/.b/",
                             "/.well-known2", "/a/.well-known/x"}) {
        EXPECT_EQ(read(path), "404") << path;
    }
    EXPECT_EQ(read("/.git/config", dot_names::shown), ".git/config");
    EXPECT_EQ(read("/...", dot_names::shown), "...");
    EXPECT_EQ(read("/.well-known/acme"), ".well-known/acme");
    EXPECT_EQ(read("/.well-known/.acme"), "404");
    EXPECT_EQ(read("/.git/../x"), "400");
}

TEST(static_path, a_name_is_listed_only_if_it_can_be_asked_for) {
    EXPECT_TRUE(can_be_asked_for("a b%c", dot_names::hidden));
    EXPECT_TRUE(can_be_asked_for(".a", dot_names::shown));
    for (const char* name : {"", ".", "..", ".a", "a\\b", "a\nb", "a\x7f"})
        EXPECT_FALSE(can_be_asked_for(name, dot_names::hidden)) << name;
}

TEST(static_path, every_name_is_read_back_from_its_segment) {
    for (int c = 1; c < 256; ++c) {
        const std::string name = std::string("a") + static_cast<char>(c) + "b";
        if (!can_be_asked_for(name, dot_names::hidden)) continue;
        std::string path = "/";
        append_segment(path, name);
        EXPECT_EQ(read(path), name);
    }
    std::string javascript;
    append_segment(javascript, "javascript:alert(1)\"<>&'");
    EXPECT_EQ(javascript, "javascript%3Aalert%281%29%22%3C%3E%26%27");
}

}  // namespace
