// SPDX-License-Identifier: MIT
#include "tests/support/static_site.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/static_files.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace {

using grove::static_files;
using grove::static_files_options;
using grove_test::ask;
using grove_test::failure;
using grove_test::seen_answer;
using grove_test::set_changed;
using grove_test::site_area;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* long_ago = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(static_files, a_file_with_what_is_known_of_it) {
    const site_area area;
    area.file("sub/page.html", "<p>hello");
    static_files site(area.root());
    const seen_answer got = ask(site, "/sub/page.html?v=1");
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(got.body, "<p>hello");
    EXPECT_THAT(got.fields,
                ElementsAre(Key("Content-Type"), Key("Last-Modified"), Key("Accept-Ranges"),
                            Key("X-Content-Type-Options"), Key("ETag")));
    EXPECT_EQ(got.find("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(got.find("Last-Modified"), long_ago);
    EXPECT_EQ(got.find("Accept-Ranges"), "bytes");
    EXPECT_EQ(got.find("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(got.find("ETag").value_or(""), MatchesRegex("\"[0-9a-f]+-8-[0-9a-f]+\""));
}

TEST(static_files, small_ones_are_kept_whole_and_large_ones_open) {
    const site_area area;
    area.file("small", std::string(100, 's'));
    area.file("large", std::string(101, 'l'));
    area.file("empty", "");
    static_files site(area.root(), {.small_file = 100});
    const seen_answer small = ask(site, "/small");
    EXPECT_EQ(small.body, std::string(100, 's'));
    EXPECT_FALSE(small.by_descriptor);
    const seen_answer large = ask(site, "/large");
    EXPECT_EQ(large.body, std::string(101, 'l'));
    EXPECT_TRUE(large.by_descriptor);
    EXPECT_EQ(ask(site, "/empty").status, 200U);
    EXPECT_EQ(ask(site, "/empty").body, "");
}

TEST(static_files, a_folder_is_its_index_behind_a_slash) {
    const site_area area;
    area.file("index.html", "top");
    area.file("a/index.html", "below");
    static_files site(area.root());
    EXPECT_EQ(ask(site, "/").body, "top");
    EXPECT_EQ(ask(site, "/a/").body, "below");
    EXPECT_EQ(ask(site, "/a/").find("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(ask(site, "/a/index.html").body, "below");
}

TEST(static_files, another_index_may_be_asked_for) {
    const site_area area;
    area.file("home.htm", "home");
    static_files site(area.root(), {.index = "home.htm"});
    EXPECT_EQ(ask(site, "/").body, "home");
}

TEST(static_files, a_folder_without_its_slash_is_sent_there_relatively) {
    const site_area area;
    area.folder("a/b c");
    area.folder("a/javascript:x");
    static_files site(area.root());
    const seen_answer got = ask(site, "/a/b%20c?x=1&y=%2F");
    EXPECT_EQ(got.status, 301U);
    EXPECT_EQ(got.find("Location"), "b%20c/?x=1&y=%2F");
    EXPECT_EQ(ask(site, "/a").find("Location"), "a/");
    EXPECT_EQ(ask(site, "/a/javascript:x").find("Location"), "javascript%3Ax/");
    EXPECT_EQ(ask(site, "/a?x\r\nSet-Cookie: a").find("Location"), "a/");
    EXPECT_EQ(ask(site, "/a?\\\\evil").find("Location"), "a/");
    EXPECT_EQ(ask(site, "//a").status, 400U);
    EXPECT_EQ(ask(site, "//evil.example/a/..").status, 400U);
}

TEST(static_files, what_is_not_there) {
    const site_area area;
    area.file("a", "");
    area.folder("sub");
    static_files site(area.root());
    for (const char* target : {"/none", "/none/", "/none/x", "/a/", "/a/b", "/sub/none"}) {
        EXPECT_EQ(ask(site, target).status, 404U) << target;
        EXPECT_EQ(ask(site, target).body, "404 Not Found\n") << target;
    }
    EXPECT_EQ(ask(site, '/' + std::string(300, 'x')).status, 404U);
    EXPECT_EQ(ask(site, '/' + std::string(7000, 'x')).status, 404U);
}

TEST(static_files, only_files_and_folders_are_there) {
    const site_area area;
    static_cast<void>(area.area().fifo("site/fifo"));
    area.link("fifo", "link");
    area.link("/dev/null", "device");
    static_files site(area.root());
    for (const char* target : {"/fifo", "/link", "/device"})
        EXPECT_EQ(ask(site, target).status, 404U) << target;
}

TEST(static_files, links_that_stay_below_are_followed) {
    const site_area area;
    area.file("sub/a", "content");
    area.link("sub/a", "file");
    area.link("sub", "folder");
    area.link("../sub/a", "sub/back");
    static_files site(area.root());
    EXPECT_EQ(ask(site, "/file").body, "content");
    EXPECT_EQ(ask(site, "/folder/a").body, "content");
    EXPECT_EQ(ask(site, "/sub/back").body, "content");
}

TEST(static_files, dot_names_are_shown_when_asked_for) {
    const site_area area;
    area.file(".hidden", "h");
    area.file(".well-known/security.txt", "s");
    static_files site(area.root());
    EXPECT_EQ(ask(site, "/.hidden").status, 404U);
    EXPECT_EQ(ask(site, "/.well-known/security.txt").body, "s");
    static_files all(area.root(), {.dot_files = true});
    EXPECT_EQ(ask(all, "/.hidden").body, "h");
}

TEST(static_files, other_methods_are_told_which_there_are) {
    const site_area area;
    area.file("a", "content");
    static_files site(area.root());
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", ""}) {
        const seen_answer got = ask(site, "/a", {}, method);
        EXPECT_EQ(got.status, 405U) << method;
        EXPECT_EQ(got.find("Allow"), "GET, HEAD") << method;
    }
}

TEST(static_files, head_is_as_get) {
    const site_area area;
    area.file("a", "content");
    static_files site(area.root());
    const grove::static_request head{.method = "HEAD", .target = "/a", .range = "bytes=1-2"};
    EXPECT_EQ(site.answer(head).status(), 200U);
    EXPECT_EQ(site.answer(head).length(), 7U);
    EXPECT_EQ(ask(site, "/a", {}, "HEAD").fields, ask(site, "/a").fields);
}

TEST(static_files, a_range_is_a_part_with_its_place) {
    const site_area area;
    area.file("small", "0123456789");
    area.file("large", "0123456789" + std::string(90, 'x'));
    static_files site(area.root(), {.small_file = 50});
    const seen_answer part = ask(site, "/small", {{"Range", "bytes=2-4"}});
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.body, "234");
    EXPECT_EQ(part.find("Content-Range"), "bytes 2-4/10");
    EXPECT_EQ(part.find("ETag"), ask(site, "/small").find("ETag"));
    const seen_answer end = ask(site, "/large", {{"Range", "bytes=-91"}});
    EXPECT_EQ(end.body, '9' + std::string(90, 'x'));
    EXPECT_EQ(end.find("Content-Range"), "bytes 9-99/100");
    const seen_answer beyond = ask(site, "/small", {{"Range", "bytes=10-"}});
    EXPECT_EQ(beyond.status, 416U);
    EXPECT_EQ(beyond.find("Content-Range"), "bytes */10");
    EXPECT_EQ(ask(site, "/small", {{"Range", "bytes=0-1,3-4"}}).status, 200U);
}

TEST(static_files, if_range_keeps_parts_of_two_files_apart) {
    const site_area area;
    area.file("a", "0123456789");
    static_files site(area.root());
    const std::string etag = ask(site, "/a").find("ETag").value_or("");
    EXPECT_EQ(ask(site, "/a", {{"Range", "bytes=1-"}, {"If-Range", etag}}).status, 206U);
    EXPECT_EQ(ask(site, "/a", {{"Range", "bytes=1-"}, {"If-Range", long_ago}}).status, 206U);
    const seen_answer other = ask(site, "/a", {{"Range", "bytes=1-"}, {"If-Range", "\"other\""}});
    EXPECT_EQ(other.status, 200U);
    EXPECT_EQ(other.body, "0123456789");
}

TEST(static_files, conditions_spare_the_body) {
    const site_area area;
    area.file("a", "content");
    static_files site(area.root(), {.cache_control = "max-age=60"});
    const std::string etag = ask(site, "/a").find("ETag").value_or("");
    const seen_answer unchanged = ask(site, "/a", {{"If-None-Match", etag}});
    EXPECT_EQ(unchanged.status, 304U);
    EXPECT_EQ(unchanged.body, "");
    EXPECT_THAT(unchanged.fields, ElementsAre(Key("ETag"), Key("Cache-Control")));
    EXPECT_EQ(ask(site, "/a", {{"If-Modified-Since", long_ago}}).status, 304U);
    EXPECT_EQ(ask(site, "/a", {{"If-None-Match", etag}, {"Range", "bytes=99-"}}).status, 304U);
    const seen_answer failed = ask(site, "/a", {{"If-Match", "\"other\""}});
    EXPECT_EQ(failed.status, 412U);
    EXPECT_EQ(failed.body, "412 Precondition Failed\n");
    EXPECT_EQ(ask(site, "/a").find("Cache-Control"), "max-age=60");
}

TEST(static_files, what_changed_a_moment_ago_has_a_weak_tag) {
    const site_area area;
    area.file("a", "content");
    set_changed(area.path("a"), ::time(nullptr) + 3600);
    static_files site(area.root());
    const seen_answer got = ask(site, "/a");
    EXPECT_THAT(got.find("ETag").value_or(""), StartsWith("W/\""));
    EXPECT_THAT(got.find("Last-Modified").value_or(""), Not(HasSubstr("1994")));
    // No date lies after the answer's own (RFC 9110 8.8.2.1).
    EXPECT_EQ(
        ask(site, "/a", {{"If-Modified-Since", got.find("Last-Modified").value_or("")}}).status,
        304U);
}

TEST(static_files, options_that_cannot_be_are_refused) {
    const site_area area;
    EXPECT_THROW(static_files(area.root(), {.index = "a/b"}), std::invalid_argument);
    EXPECT_THROW(static_files(area.root(), {.index = ""}), std::invalid_argument);
    EXPECT_THROW(static_files(area.root(), {.cache_control = "a\r\nb"}), std::invalid_argument);
    EXPECT_THROW(static_files(area.root(), {.types = {{".x", "a/b"}}}), std::invalid_argument);
    EXPECT_EQ(failure([&] { static_files site(area.path("none")); }),
              std::errc::no_such_file_or_directory);
}

TEST(static_files, own_types_are_told) {
    const site_area area;
    area.file("a.grove", "");
    static_files site(area.root(), {.types = {{"grove", "text/x-grove"}}});
    EXPECT_EQ(ask(site, "/a.grove").find("Content-Type"), "text/x-grove");
}

}  // namespace
