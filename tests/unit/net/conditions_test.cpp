// SPDX-License-Identifier: MIT
#include "net/conditions.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using grove::static_request;
using grove::http::byte_range;
using grove::http::check_conditions;
using grove::http::choose_range;
using grove::http::condition;
using grove::http::file_validators;
using grove::http::range_applies;
using grove::http::range_choice;
using grove::http::range_kind;

constexpr std::chrono::sys_seconds modified =
    std::chrono::sys_days(1994y / std::chrono::November / 6) + 8h + 49min + 37s;
constexpr std::string_view same = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view after = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr file_validators file{.etag = "\"a\"", .modified = modified, .looked_at = modified + 1h};
constexpr file_validators weak{.etag = "W/\"a\"", .modified = modified, .looked_at = modified};

static_request with(std::string_view name, std::string_view value) {
    static_request asked{.method = "GET", .target = "/"};
    asked.add(name, value);
    return asked;
}

condition check(std::string_view name, std::string_view value, const file_validators& of = file) {
    return check_conditions(with(name, value), of);
}

// RFC 9110 13.1.1
TEST(conditions, if_match_compares_strongly) {
    for (const char* list : {"\"a\"", "*", "\"b\", \"a\"", "\"b\",,\"a\"", "W/\"a\", \"a\""})
        EXPECT_EQ(check("If-Match", list), condition::holds) << list;
    for (const char* list : {"\"b\"", "W/\"a\"", "a", "\"a", "\"A\"", "x, \"a\""})
        EXPECT_EQ(check("If-Match", list), condition::failed) << list;
    EXPECT_EQ(check("If-Match", "W/\"a\"", weak), condition::failed);
    EXPECT_EQ(check("If-Match", "\"a\"", weak), condition::failed);
}

// RFC 9110 13.1.2
TEST(conditions, if_none_match_compares_weakly) {
    for (const char* list : {"\"a\"", "W/\"a\"", "*", "\"b\", W/\"a\""}) {
        EXPECT_EQ(check("If-None-Match", list), condition::unchanged) << list;
        EXPECT_EQ(check("if-none-match", list, weak), condition::unchanged) << list;
    }
    for (const char* list : {"\"b\"", "a", "\"a", "\"b\" \"c\"", "w/\"a\"", "\"*\""})
        EXPECT_EQ(check("If-None-Match", list), condition::holds) << list;
}

// RFC 9110 13.1.3
TEST(conditions, if_modified_since_is_for_what_did_not_change_since) {
    EXPECT_EQ(check("If-Modified-Since", same), condition::unchanged);
    EXPECT_EQ(check("If-Modified-Since", after), condition::unchanged);
    EXPECT_EQ(check("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"), condition::unchanged);
    EXPECT_EQ(check("If-Modified-Since", before), condition::holds);
    EXPECT_EQ(check("If-Modified-Since", "yesterday"), condition::holds);
}

// RFC 9110 13.1.4
TEST(conditions, if_unmodified_since_is_for_what_did_change_since) {
    EXPECT_EQ(check("If-Unmodified-Since", before), condition::failed);
    EXPECT_EQ(check("If-Unmodified-Since", same), condition::holds);
    EXPECT_EQ(check("If-Unmodified-Since", "1994"), condition::holds);
}

// RFC 9110 13.2.2
TEST(conditions, entity_tags_go_before_dates_and_matches_before_the_others) {
    static_request asked = with("If-None-Match", "\"b\"");
    asked.add("If-Modified-Since", same);
    EXPECT_EQ(check_conditions(asked, file), condition::holds);
    asked = with("If-Match", "\"a\"");
    asked.add("If-Unmodified-Since", before);
    EXPECT_EQ(check_conditions(asked, file), condition::holds);
    asked.add("If-None-Match", "\"a\"");
    EXPECT_EQ(check_conditions(asked, file), condition::unchanged);
    asked = with("If-Match", "\"b\"");
    asked.add("If-None-Match", "\"a\"");
    EXPECT_EQ(check_conditions(asked, file), condition::failed);
    asked = with("If-Unmodified-Since", before);
    asked.add("If-Modified-Since", same);
    EXPECT_EQ(check_conditions(asked, file), condition::failed);
}

// RFC 9110 5.3
TEST(conditions, a_list_on_several_lines_is_one) {
    static_request asked = with("If-None-Match", "\"b\"");
    asked.add("IF-NONE-MATCH", "\"c\"");
    asked.add("If-None-Match", "\"a\"");
    const static_request moved = std::move(asked);
    EXPECT_EQ(moved.if_none_match, "\"b\", \"c\", \"a\"");
    EXPECT_EQ(check_conditions(moved, file), condition::unchanged);
    static_request dates = with("If-Modified-Since", same);
    dates.add("If-Modified-Since", same);
    EXPECT_EQ(check_conditions(dates, file), condition::holds);
}

TEST(conditions, each_field_that_matters_is_taken_and_no_other) {
    static_request asked{.method = "GET", .target = "/"};
    for (const char* name : {"Accept", "Accept-Encoding", "If-Match", "If-None-Match",
                             "If-Modified-Since", "If-Unmodified-Since", "Range", "If-Range",
                             "Host", "Cookie", "Accept-Language", "If-Maxxx", "Acceptx"})
        asked.add(name, name);
    EXPECT_EQ(asked.accept, "Accept");
    EXPECT_EQ(asked.accept_encoding, "Accept-Encoding");
    EXPECT_EQ(asked.if_match, "If-Match");
    EXPECT_EQ(asked.if_none_match, "If-None-Match");
    EXPECT_EQ(asked.if_modified_since, "If-Modified-Since");
    EXPECT_EQ(asked.if_unmodified_since, "If-Unmodified-Since");
    EXPECT_EQ(asked.range, "Range");
    EXPECT_EQ(asked.if_range, "If-Range");
}

// RFC 9110 13.1.5
TEST(conditions, if_range_wants_a_strong_validator) {
    EXPECT_TRUE(range_applies({.method = "GET", .target = "/"}, file));
    EXPECT_TRUE(range_applies(with("If-Range", "\"a\""), file));
    EXPECT_FALSE(range_applies(with("If-Range", "\"b\""), file));
    EXPECT_FALSE(range_applies(with("If-Range", "W/\"a\""), file));
    EXPECT_FALSE(range_applies(with("If-Range", "W/\"a\""), weak));
    EXPECT_FALSE(range_applies(with("If-Range", "\"a\", \"b\""), file));
    EXPECT_TRUE(range_applies(with("If-Range", same), file));
    EXPECT_FALSE(range_applies(with("If-Range", before), file));
    EXPECT_FALSE(range_applies(with("If-Range", after), file));
    EXPECT_FALSE(range_applies(with("If-Range", same), weak));  // changed in this very second
    EXPECT_FALSE(range_applies(with("If-Range", "a"), file));
}

range_choice part(std::uint64_t offset, std::uint64_t length) {
    return {range_kind::part, {offset, length}};
}

void expect_range(std::string_view field, std::uint64_t size, const range_choice& wanted) {
    const range_choice got = choose_range(field, size);
    EXPECT_EQ(got.kind, wanted.kind) << field;
    EXPECT_EQ(got.part, wanted.part) << field;
}

// RFC 9110 14.1.2
TEST(ranges, one_range_is_a_part) {
    expect_range("bytes=0-0", 10, part(0, 1));
    expect_range("bytes=2-5", 10, part(2, 4));
    expect_range("BYTES=2-", 10, part(2, 8));
    expect_range("bytes=9-", 10, part(9, 1));
    expect_range("bytes=0-99", 10, part(0, 10));
    expect_range("bytes=5-18446744073709551615", 10, part(5, 5));
    expect_range("bytes=5-99999999999999999999999", 10, part(5, 5));
    expect_range("bytes=-3", 10, part(7, 3));
    expect_range("bytes=-10", 10, part(0, 10));
    expect_range("bytes=-99999999999999999999999", 10, part(0, 10));
}

TEST(ranges, beyond_the_end_nothing_satisfies) {
    const range_choice unsatisfiable{range_kind::unsatisfiable};
    expect_range("bytes=10-", 10, unsatisfiable);
    expect_range("bytes=10-20", 10, unsatisfiable);
    expect_range("bytes=99999999999999999999999-", 10, unsatisfiable);
    expect_range("bytes=-0", 10, unsatisfiable);
    expect_range("bytes=0-", 0, unsatisfiable);
    expect_range("bytes=-0", 0, unsatisfiable);
}

// RFC 9110 14.2: a server may ignore the field.
TEST(ranges, several_ranges_other_units_and_what_cannot_be_read_mean_the_whole) {
    for (const char* field :
         {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1", "bytes=1-2,4-5",
          "bytes=1-2, 4-5", "bytes=1 - 2", "bytes= 1-2", "bytes =1-2", "bytes=+1-2", "bytes=1--2",
          "bytes=--1", "bytes=-1-2", "bytes=0x1-2", "lines=1-2", "bytes=1-2-3"})
        expect_range(field, 10, {});
    expect_range("bytes=-5", 0, {});
}

}  // namespace
