// SPDX-License-Identifier: MIT
#include "net/folder_listing.hpp"
#include "tests/support/static_site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::http::folder_listing;
using grove::http::folder_page;
using grove::http::listed_entry;
using grove_test::ask;
using grove_test::seen_answer;
using grove_test::site_area;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds changed{784'111'777s};

std::string page_with(const std::string& name) {
    return folder_page(".", {0, {{name, false, 5, changed}}, false});
}

std::vector<std::string> names(const folder_listing& listing) {
    std::vector<std::string> all;
    for (const listed_entry& entry : listing.entries) all.push_back(entry.name);
    return all;
}

folder_listing read(const site_area& area, std::size_t most = 100) {
    return read_listing(grove::detail::rooted_folder(area.root()), ".",
                        grove::http::dot_names::hidden, most);
}

TEST(folder_listing, folders_first_then_names_without_regard_to_case) {
    const site_area area;
    for (const char* name : {"b", "C", "a", "B", "10"}) area.file(name, "");
    area.folder("z");
    area.folder("Y");
    EXPECT_THAT(names(read(area)), ElementsAre("Y", "z", "10", "a", "B", "b", "C"));
}

TEST(folder_listing, only_what_can_be_asked_for) {
    const site_area area;
    for (const char* name : {"good", ".hidden", "back\\slash", "new\nline"}) area.file(name, "");
    static_cast<void>(area.area().fifo("site/fifo"));
    area.link("good", "link");
    area.link("nowhere", "dangling");
    area.link("../site", "out");
    EXPECT_THAT(names(read(area)), ElementsAre("good", "link"));
}

TEST(folder_listing, tells_sizes_and_times) {
    const site_area area;
    area.file("a", "12345");
    const folder_listing got = read(area);
    ASSERT_EQ(got.entries.size(), 1U);
    EXPECT_EQ(got.entries[0].size, 5U);
    EXPECT_EQ(got.entries[0].changed, changed);
    EXPECT_FALSE(got.entries[0].folder);
}

TEST(folder_listing, stops_at_the_most) {
    const site_area area;
    for (const char* name : {"a", "b", "c"}) area.file(name, "");
    EXPECT_EQ(read(area, 2).entries.size(), 2U);
    EXPECT_TRUE(read(area, 2).has_more);
    EXPECT_EQ(read(area, 3).entries.size(), 3U);
    EXPECT_FALSE(read(area, 3).has_more);
}

TEST(folder_listing, tells_why_there_is_none) {
    const site_area area;
    area.file("a", "");
    const grove::detail::rooted_folder root(area.root());
    const auto dots = grove::http::dot_names::hidden;
    EXPECT_EQ(read_listing(root, "none", dots, 1).error, ENOENT);
    EXPECT_EQ(read_listing(root, "a", dots, 1).error, ENOTDIR);
}

TEST(folder_page, shows_names_sizes_and_times) {
    const std::string page = folder_page(
        "a/b", {0, {{"sub", true, 4096, changed}, {"file", false, 1536, changed}}, false});
    EXPECT_THAT(page, HasSubstr("<title>/a/b/</title>"));
    EXPECT_THAT(page, HasSubstr(R"(<a href="sub/"><bdi>sub</bdi>/</a></td><td></td>)"));
    EXPECT_THAT(page, HasSubstr(R"(<a href="file"><bdi>file</bdi></a></td><td>1.5 KiB</td>)"));
    EXPECT_THAT(page,
                HasSubstr(R"(<time datetime="1994-11-06T08:49:37Z">1994-11-06 08:49</time>)"));
    EXPECT_THAT(page, Not(HasSubstr("4.0 KiB")));
}

TEST(folder_page, each_folder_on_the_way_is_a_relative_link) {
    const std::string page = folder_page("a&b/c", {});
    EXPECT_THAT(page,
                HasSubstr(R"(<h1><a href="../../">/</a> <a href="../"><bdi>a&amp;b</bdi></a>/ )"
                          R"(<bdi>c</bdi>/</h1>)"));
    EXPECT_THAT(page, HasSubstr(R"(<a href="../">../</a>)"));
    EXPECT_THAT(page, HasSubstr("Nothing here."));
    EXPECT_THAT(folder_page(".", {}), AllOf(HasSubstr("<h1>/</h1>"), Not(HasSubstr("../"))));
}

TEST(folder_page, names_cannot_be_markup_nor_other_schemes) {
    EXPECT_THAT(page_with("<script>\"'&"),
                AllOf(HasSubstr("<bdi>&lt;script&gt;&quot;&#39;&amp;</bdi>"),
                      HasSubstr(R"(href="%3Cscript%3E%22%27%26")"), Not(HasSubstr("<script"))));
    EXPECT_THAT(page_with("javascript:x"), HasSubstr(R"(href="javascript%3Ax")"));
    EXPECT_THAT(folder_page("<i>", {}), Not(HasSubstr("<i>")));
}

TEST(folder_page, names_need_not_be_utf_8) {
    EXPECT_THAT(page_with("caf\xC3\xA9"), HasSubstr("<bdi>caf\xC3\xA9</bdi>"));
    EXPECT_THAT(page_with("caf\xE9<"), HasSubstr("<bdi>caf\xEF\xBF\xBD&lt;</bdi>"));
    EXPECT_THAT(page_with("\xF0\x9F\x8C\xB2"), HasSubstr("<bdi>\xF0\x9F\x8C\xB2</bdi>"));
    EXPECT_THAT(page_with("\xF0\x9F"), HasSubstr("<bdi>\xEF\xBF\xBD\xEF\xBF\xBD</bdi>"));
}

TEST(folder_page, sizes_are_short) {
    const auto shown = [](std::uint64_t size) {
        const std::string page = folder_page(".", {0, {{"a", false, size, changed}}, false});
        const std::size_t at = page.find("</a></td><td>") + 13;
        return page.substr(at, page.find('<', at) - at);
    };
    EXPECT_EQ(shown(0), "0 B");
    EXPECT_EQ(shown(1023), "1023 B");
    EXPECT_EQ(shown(1024), "1.0 KiB");
    EXPECT_EQ(shown(10'188), "9.9 KiB");
    EXPECT_EQ(shown(10'189), "10 KiB");
    EXPECT_EQ(shown(1'048'063), "1023 KiB");
    EXPECT_EQ(shown(1'048'064), "1.0 MiB");
    EXPECT_EQ(shown(std::uint64_t{5} << 30), "5.0 GiB");
    EXPECT_EQ(shown(~std::uint64_t{0}), "16 EiB");
}

TEST(folder_page, tells_when_there_is_more) {
    const std::vector<listed_entry> one{{"a", false, 1, changed}};
    EXPECT_THAT(folder_page(".", {0, one, true}), HasSubstr("There are more than these 1."));
    EXPECT_THAT(folder_page(".", {0, one, false}), Not(HasSubstr("There are more")));
}

TEST(folder_page, times_that_no_calendar_has_are_shown_as_its_end) {
    const std::string page =
        folder_page(".", {0, {{"a", false, 1, std::chrono::sys_seconds::max()}}, false});
    EXPECT_THAT(page, HasSubstr("9999-12-31 23:59"));
}

TEST(folder_page, is_answered_where_there_is_no_index) {
    const site_area area;
    area.file("sub/a b", "12345");
    grove::static_files site(area.root());
    const seen_answer got = ask(site, "/sub/");
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(got.find("Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(got.find("Content-Security-Policy").value_or(""), HasSubstr("default-src 'none'"));
    EXPECT_THAT(got.body, HasSubstr(R"(<a href="a%20b">)"));
    EXPECT_THAT(ask(site, "/").body, HasSubstr(R"(<a href="sub/">)"));
    EXPECT_EQ(ask(site, "/none/").status, 404U);
    EXPECT_EQ(ask(site, "/sub/a%20b/").status, 404U);
}

TEST(folder_page, may_be_forbidden) {
    const site_area area;
    area.file("sub/a", "");
    grove::static_files site(area.root(), {.list_folders = false});
    EXPECT_EQ(ask(site, "/sub/").status, 403U);
    EXPECT_EQ(ask(site, "/none/").status, 404U);
    EXPECT_EQ(ask(site, "/sub/a/").status, 404U);
}

}  // namespace
