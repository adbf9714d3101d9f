// SPDX-License-Identifier: MIT
#include "tests/support/static_site.hpp"

#include <grove/static_files.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using grove::static_files;
using grove_test::ask;
using grove_test::long_ago;
using grove_test::seen_answer;
using grove_test::set_changed;
using grove_test::site_area;

class coded_files : public testing::Test {
 protected:
    coded_files() {
        area_.file("app.js", "plain");
        area_.file("app.js.br", "brotli");
        area_.file("app.js.gz", "gzip");
        area_.file("only.css", "plain css");
    }

    static seen_answer accepting(static_files& site, std::string_view target,
                                 std::string_view codings) {
        return ask(site, target, {{"Accept-Encoding", codings}});
    }

    site_area area_;
};

TEST_F(coded_files, are_sent_to_who_accepts_them) {
    static_files site(area_.root());
    const seen_answer brotli = accepting(site, "/app.js", "gzip, br");
    EXPECT_EQ(brotli.body, "brotli");
    EXPECT_EQ(brotli.find("Content-Encoding"), "br");
    EXPECT_EQ(brotli.find("Content-Type"), "text/javascript; charset=utf-8");
    const seen_answer gzip = accepting(site, "/app.js", "gzip");
    EXPECT_EQ(gzip.body, "gzip");
    EXPECT_EQ(gzip.find("Content-Encoding"), "gzip");
    const seen_answer plain = ask(site, "/app.js");
    EXPECT_EQ(plain.body, "plain");
    EXPECT_EQ(plain.find("Content-Encoding"), std::nullopt);
    EXPECT_EQ(accepting(site, "/app.js", "br;q=0, gzip;q=0").body, "plain");
}

TEST_F(coded_files, all_of_a_set_vary_and_have_tags_of_their_own) {
    static_files site(area_.root());
    const seen_answer plain = ask(site, "/app.js");
    const seen_answer gzip = accepting(site, "/app.js", "gzip");
    EXPECT_EQ(plain.find("Vary"), "Accept-Encoding");
    EXPECT_EQ(gzip.find("Vary"), "Accept-Encoding");
    EXPECT_NE(plain.find("ETag"), gzip.find("ETag"));
    EXPECT_EQ(ask(site, "/only.css").find("Vary"), std::nullopt);
    const std::string etag = gzip.find("ETag").value_or("");
    const seen_answer unchanged =
        ask(site, "/app.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}});
    EXPECT_EQ(unchanged.status, 304U);
    EXPECT_EQ(unchanged.find("Vary"), "Accept-Encoding");
    EXPECT_EQ(ask(site, "/app.js", {{"If-None-Match", etag}}).status, 200U);
}

TEST_F(coded_files, a_range_is_one_of_the_coded_bytes) {
    static_files site(area_.root());
    const seen_answer part =
        ask(site, "/app.js", {{"Accept-Encoding", "br"}, {"Range", "bytes=0-2"}});
    EXPECT_EQ(part.status, 206U);
    EXPECT_EQ(part.body, "bro");
    EXPECT_EQ(part.find("Content-Encoding"), "br");
    EXPECT_EQ(part.find("Content-Range"), "bytes 0-2/6");
}

TEST_F(coded_files, an_index_may_be_coded) {
    area_.file("index.html", "plain");
    area_.file("index.html.gz", "gzip");
    static_files site(area_.root());
    EXPECT_EQ(accepting(site, "/", "gzip").body, "gzip");
}

TEST_F(coded_files, older_ones_are_of_another_content) {
    set_changed(area_.path("app.js"), long_ago + 10);
    set_changed(area_.path("app.js.gz"), long_ago + 9);
    static_files site(area_.root());
    EXPECT_EQ(accepting(site, "/app.js", "br").body, "plain");
    EXPECT_EQ(accepting(site, "/app.js", "br, gzip").body, "gzip");
}

TEST_F(coded_files, asked_for_by_their_names_they_are_files_like_others) {
    static_files site(area_.root());
    const seen_answer got = accepting(site, "/app.js.gz", "gzip");
    EXPECT_EQ(got.body, "gzip");
    EXPECT_EQ(got.find("Content-Type"), "application/gzip");
    EXPECT_EQ(got.find("Content-Encoding"), std::nullopt);
}

TEST_F(coded_files, can_be_left_alone) {
    static_files site(area_.root(), {.precompressed = false});
    EXPECT_EQ(accepting(site, "/app.js", "br").body, "plain");
    EXPECT_EQ(ask(site, "/app.js").find("Vary"), std::nullopt);
}

TEST_F(coded_files, that_stand_alone_are_not_the_file) {
    area_.file("alone.js.gz", "gzip");
    static_files site(area_.root());
    EXPECT_EQ(accepting(site, "/alone.js", "gzip").status, 404U);
}

class single_page : public testing::Test {
 protected:
    single_page() {
        area_.file("index.html", "the program");
        area_.file("app.js", "code");
        area_.folder("assets");
    }

    site_area area_;
};

TEST_F(single_page, routes_get_the_index) {
    static_files site(area_.root(), {.list_folders = false, .single_page = true});
    for (const char* target : {"/", "/users", "/users/7", "/users/7/?tab=x", "/assets/x/y"}) {
        const seen_answer got = ask(site, target, {{"Accept", "text/html,*/*;q=0.8"}});
        EXPECT_EQ(got.status, 200U) << target;
        EXPECT_EQ(got.body, "the program") << target;
        EXPECT_EQ(got.find("Content-Type"), "text/html; charset=utf-8");
    }
    EXPECT_EQ(ask(site, "/users").status, 200U);
    EXPECT_EQ(ask(site, "/assets/", {{"Accept", "text/html"}}).body, "the program");
}

TEST_F(single_page, what_has_an_extension_or_is_no_page_is_missing) {
    static_files site(area_.root(), {.single_page = true});
    EXPECT_EQ(ask(site, "/app.js").body, "code");
    EXPECT_EQ(ask(site, "/none.js", {{"Accept", "text/html"}}).status, 404U);
    EXPECT_EQ(ask(site, "/users", {{"Accept", "application/json"}}).status, 404U);
    EXPECT_EQ(ask(site, "/.env", {{"Accept", "text/html"}}).status, 404U);
    EXPECT_EQ(ask(site, "/../users", {{"Accept", "text/html"}}).status, 400U);
}

TEST_F(single_page, is_only_there_when_asked_for) {
    static_files site(area_.root());
    EXPECT_EQ(ask(site, "/users", {{"Accept", "text/html"}}).status, 404U);
}

TEST_F(single_page, conditions_and_ranges_are_those_of_the_index) {
    static_files site(area_.root(), {.single_page = true});
    const std::string etag = ask(site, "/users").find("ETag").value_or("");
    EXPECT_EQ(etag, ask(site, "/index.html").find("ETag"));
    EXPECT_EQ(ask(site, "/other", {{"If-None-Match", etag}}).status, 304U);
}

}  // namespace
