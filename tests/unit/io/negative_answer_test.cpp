// SPDX-License-Identifier: MIT
#include "io/negative_answer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::optional<grove::duration> ttl_of(const std::string& message) {
    return grove::dns::negative_ttl(
        {reinterpret_cast<const unsigned char*>(message.data()), message.size()});
}

/// `a.test`, its SOA record's owner a pointer to the question's name.
std::string message(const std::string& counts, const std::string& sections) {
    return "\x12\x34\x81\x83"s + counts + "\x01"s + "a" + "\x04" + "test\0"s + "\0\x01\0\x01"s +
           sections;
}

std::string soa(const std::string& ttl, const std::string& minimum) {
    const std::string numbers(16, '\x7f');
    return "\xc0\x0c\0\x06\0\x01"s + ttl + "\0\x1a"s + "\x02" + "ns\xc0\x0c" + "\0"s + numbers +
           minimum;
}

const std::string one_authority = "\0\x01\0\0\0\x01\0\0"s;

TEST(negative_answer, holds_for_the_zones_minimum) {
    EXPECT_EQ(ttl_of(message(one_authority, soa("\0\0\0\x3c"s, "\0\0\0\x05"s))), 5s);
}

TEST(negative_answer, holds_no_longer_than_the_record_itself) {
    EXPECT_EQ(ttl_of(message(one_authority, soa("\0\0\0\x03"s, "\0\0\x01\0"s))), 3s);
}

TEST(negative_answer, may_begin_with_an_alias) {
    const std::string alias = "\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x02\xc0\x0c"s;
    const std::string sections = alias + soa("\0\0\0\x3c"s, "\0\0\0\x07"s);
    EXPECT_EQ(ttl_of(message("\0\x01\0\x01\0\x01\0\0"s, sections)), 7s);
}

TEST(negative_answer, passes_over_other_records_of_the_section) {
    const std::string name_server = "\xc0\x0c\0\x02\0\x01\0\0\0\x3c\0\x02\xc0\x0c"s;
    const std::string sections = name_server + soa("\0\0\0\x3c"s, "\0\0\0\x09"s);
    EXPECT_EQ(ttl_of(message("\0\x01\0\0\0\x02\0\0"s, sections)), 9s);
}

TEST(negative_answer, without_such_a_record_says_nothing) {
    EXPECT_EQ(ttl_of(message("\0\x01\0\0\0\0\0\0"s, "")), std::nullopt);
    EXPECT_EQ(ttl_of(""), std::nullopt);
}

TEST(negative_answer, that_ends_early_says_nothing) {
    const std::string whole = message(one_authority, soa("\0\0\0\x3c"s, "\0\0\0\x05"s));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(ttl_of(whole.substr(0, size)), std::nullopt) << size;
}

TEST(negative_answer, of_a_record_too_short_for_its_kind_says_nothing) {
    const std::string cut = "\xc0\x0c\0\x06\0\x01\0\0\0\x3c\0\x04\0\0\0\x05"s;
    EXPECT_EQ(ttl_of(message(one_authority, cut)), std::nullopt);
}

}  // namespace
