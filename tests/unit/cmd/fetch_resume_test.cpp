// SPDX-License-Identifier: MIT
#include "cmd/fetch/resume.hpp"
#include "cmd/fetch/sidecar.hpp"

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

const std::string modified = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string a_second_later = "Sun, 06 Nov 1994 08:49:38 GMT";

resume_point asked_for(std::uint64_t offset, std::optional<std::uint64_t> total) {
    return {.url = "https://h/a", .offset = offset, .total = total, .known = {.etag = "\"v1\""}};
}

// A 206 as it should be: bytes 100 to 999 of 1000.
body_head good_rest() {
    return {.status = 206, .content_range = "bytes 100-999/1000", .etag = "\"v1\""};
}

body_verdict judge(const body_head& head, std::optional<std::uint64_t> total = 1000) {
    const auto asked = asked_for(100, total);
    return judge_answer(&asked, head);
}

TEST(fetch_resume, a_strong_etag_goes_into_if_range) {
    EXPECT_EQ(if_range_value({.etag = "\"v1\"", .last_modified = modified}), "\"v1\"");
}

TEST(fetch_resume, a_weak_or_bare_etag_does_not) {
    EXPECT_FALSE(if_range_value({.etag = "W/\"v1\""}));
    EXPECT_FALSE(if_range_value({.etag = "v1"}));
    EXPECT_FALSE(if_range_value({.etag = "\""}));
    EXPECT_FALSE(if_range_value({}));
}

TEST(fetch_resume, last_modified_stands_in_when_it_is_a_second_older_than_the_answer) {
    EXPECT_EQ(if_range_value({.last_modified = modified, .date = a_second_later}), modified);
    EXPECT_EQ(
        if_range_value({.etag = "W/\"v\"", .last_modified = modified, .date = a_second_later}),
        modified);
    EXPECT_FALSE(if_range_value({.last_modified = modified, .date = modified}));
    EXPECT_FALSE(if_range_value({.last_modified = modified}));
    EXPECT_FALSE(if_range_value({.last_modified = "yesterday", .date = a_second_later}));
}

TEST(fetch_resume, the_range_asks_for_all_that_is_missing) {
    const auto point = asked_for(100, 1000);
    EXPECT_EQ(point.range(), "bytes=100-");
    EXPECT_EQ(point.if_range(), "\"v1\"");
}

TEST(fetch_resume, credentials_and_fragment_do_not_tell_urls_apart) {
    const resume_point point{.url = sidecar_url("https://ann:pw@h/a?x=1#f")};
    EXPECT_EQ(point.url, "https://h/a?x=1");
    EXPECT_TRUE(continues(point, "https://bob@h/a?x=1"));
    EXPECT_FALSE(continues(point, "https://h/a?x=2"));
    EXPECT_FALSE(continues(point, "http://h/a?x=1"));
    EXPECT_EQ(sidecar_url("https://h/a@b"), "https://h/a@b");
}

TEST(fetch_resume, content_range_is_read) {
    const auto range = parse_content_range("bytes 0-9/10");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->first, 0U);
    EXPECT_EQ(range->last, 9U);
    EXPECT_EQ(range->total, 10U);
    EXPECT_FALSE(parse_content_range("Bytes 5-9/*")->total);
    EXPECT_EQ(parse_content_range("bytes */10")->total, 10U);
    EXPECT_FALSE(parse_content_range("bytes */10")->first);
}

TEST(fetch_resume, other_content_ranges_are_refused) {
    for (const auto* text :
         {"", "bytes", "bytes ", "bytes 0-9", "bytes 0-9/", "bytes 9-0/10", "bytes 0-10/10",
          "bytes 0-9/10 ", "bytes  0-9/10", "bytes=0-9/10", "pages 0-9/10", "bytes */*",
          "bytes -9/10", "bytes +0-9/10", "bytes 0-9/99999999999999999999"}) {
        EXPECT_FALSE(parse_content_range(text)) << text;
    }
}

TEST(fetch_resume, the_rest_is_appended) {
    const auto verdict = judge(good_rest());
    EXPECT_EQ(verdict.use, body_use::append);
    EXPECT_EQ(verdict.total, 1000U);
}

TEST(fetch_resume, the_rest_of_an_unknown_total_is_appended) {
    auto head = good_rest();
    EXPECT_EQ(judge(head, std::nullopt).total, 1000U);
    head.content_range = "bytes 100-999/*";
    EXPECT_EQ(judge(head).use, body_use::append);
    EXPECT_EQ(judge(head).total, 1000U);
    EXPECT_EQ(judge(head, std::nullopt).use, body_use::append);
    EXPECT_FALSE(judge(head, std::nullopt).total);
}

TEST(fetch_resume, a_whole_body_starts_from_zero) {
    const auto verdict = judge({.status = 200, .content_length = 500});
    EXPECT_EQ(verdict.use, body_use::from_zero);
    EXPECT_EQ(verdict.total, 500U);
    EXPECT_EQ(judge_answer(nullptr, {.status = 200}).use, body_use::from_zero);
    EXPECT_EQ(judge_answer(nullptr, {.status = 203}).use, body_use::from_zero);
}

TEST(fetch_resume, a_piece_that_does_not_fit_is_asked_for_whole) {
    for (const auto* range : {"bytes 0-999/1000", "bytes 99-999/1000", "bytes 101-999/1000",
                              "bytes 100-998/1000", "bytes 100-1999/2000", "bytes */1000", ""}) {
        auto head = good_rest();
        head.content_range = range;
        EXPECT_EQ(judge(head).use, body_use::ask_whole) << range;
        EXPECT_NE(judge(head).why, "") << range;
    }
}

TEST(fetch_resume, a_206_of_another_version_shows_a_server_that_ignores_if_range) {
    auto head = good_rest();
    head.etag = "\"v2\"";
    EXPECT_EQ(judge(head).use, body_use::ask_whole);
    head.etag = "W/\"v1\"";
    EXPECT_EQ(judge(head).use, body_use::ask_whole);
    head.etag = "";
    EXPECT_EQ(judge(head).use, body_use::ask_whole);
}

TEST(fetch_resume, a_part_known_by_its_date_is_compared_by_it) {
    auto asked = asked_for(100, 1000);
    asked.known = {.last_modified = modified, .date = a_second_later};
    auto head = good_rest();
    head.etag = "";
    EXPECT_EQ(judge_answer(&asked, head).use, body_use::append);
    head.last_modified = modified;
    EXPECT_EQ(judge_answer(&asked, head).use, body_use::append);
    head.last_modified = a_second_later;
    EXPECT_EQ(judge_answer(&asked, head).use, body_use::ask_whole);
}

TEST(fetch_resume, an_encoded_or_multipart_piece_cannot_be_joined) {
    auto head = good_rest();
    head.content_encoding = "gzip";
    EXPECT_EQ(judge(head).use, body_use::ask_whole);
    head = good_rest();
    head.content_type = "Multipart/Byteranges; boundary=x";
    EXPECT_EQ(judge(head).use, body_use::ask_whole);
}

TEST(fetch_resume, a_206_that_nobody_asked_for_is_refused) {
    EXPECT_EQ(judge_answer(nullptr, good_rest()).use, body_use::ask_whole);
}

TEST(fetch_resume, a_416_at_the_very_end_means_complete) {
    const auto asked = asked_for(1000, 1000);
    EXPECT_EQ(judge_answer(&asked, {.status = 416, .content_range = "bytes */1000"}).use,
              body_use::complete);
    EXPECT_EQ(
        judge_answer(&asked, {.status = 416, .content_range = "bytes */1000", .etag = "\"v1\""})
            .total,
        1000U);
}

TEST(fetch_resume, another_416_is_asked_for_whole) {
    const auto asked = asked_for(1000, 1000);
    for (const auto* range : {"", "bytes */999", "bytes */2000", "bytes 0-1/1000"}) {
        EXPECT_EQ(judge_answer(&asked, {.status = 416, .content_range = range}).use,
                  body_use::ask_whole)
            << range;
    }
    EXPECT_EQ(
        judge_answer(&asked, {.status = 416, .content_range = "bytes */1000", .etag = "\"v2\""})
            .use,
        body_use::ask_whole);
    EXPECT_EQ(judge_answer(nullptr, {.status = 416}).use, body_use::not_a_body);
}

TEST(fetch_resume, errors_and_redirects_leave_the_part) {
    for (const int status : {100, 301, 304, 404, 429, 503}) {
        EXPECT_EQ(judge({.status = status}).use, body_use::not_a_body) << status;
    }
}

TEST(fetch_sidecar, reads_back_what_was_written) {
    resume_point point{.url = "https://h/\"a\"",
                       .total = 17,
                       .known = {.etag = "\"x\\y\"", .last_modified = modified, .date = "d"}};
    for (const bool with_total : {true, false}) {
        if (!with_total) point.total.reset();
        const auto read = parse_sidecar(sidecar_text(point));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->url, point.url);
        EXPECT_EQ(read->total, point.total);
        EXPECT_EQ(read->known, point.known);
        EXPECT_EQ(read->offset, 0U);
    }
}

TEST(fetch_sidecar, no_beginning_of_one_is_taken_for_the_whole) {
    const auto text = sidecar_text(asked_for(0, 17));
    for (std::size_t size = 0; size + 2 < text.size(); ++size) {
        EXPECT_FALSE(parse_sidecar(std::string_view(text).substr(0, size))) << size;
    }
}

TEST(fetch_sidecar, without_url_or_strong_validator_is_worthless) {
    EXPECT_FALSE(parse_sidecar(R"({"url":"http://h/","etag":"W/\"1\""})"));
    EXPECT_FALSE(parse_sidecar(R"({"etag":"\"1\""})"));
    EXPECT_FALSE(parse_sidecar(R"({"url":"http://h/","etag":"\"1\"","size":-1})"));
    EXPECT_FALSE(parse_sidecar(R"({"url":"http://h/","etag":"\"1\"","size":"x"})"));
    EXPECT_FALSE(parse_sidecar("[]"));
    EXPECT_FALSE(parse_sidecar(std::string(2000, '[')));
}

}  // namespace
}  // namespace grove::cmd
