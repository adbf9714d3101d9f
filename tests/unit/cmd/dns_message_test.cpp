// SPDX-License-Identifier: MIT
#include "cmd/common/dns_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using grove::cmd::append_dns_query;
using grove::cmd::dns_code_name;
using grove::cmd::dns_type;
using grove::cmd::read_dns_header;
using namespace std::string_literals;

bool is_name(const std::string& text) {
    std::string into = "before";
    const bool taken = append_dns_query(into, text, 1);
    EXPECT_EQ(taken, into != "before");
    return taken;
}

std::string dotted(std::size_t labels, std::size_t size) {
    std::string name;
    for (std::size_t i = 0; i < labels; ++i) name += std::string(size, 'a') + '.';
    return name;
}

TEST(dns_query, names_have_labels_of_1_to_63_bytes_and_255_in_all) {  // RFC 1035 section 2.3.4
    EXPECT_TRUE(is_name("a"));
    EXPECT_TRUE(is_name("a.b."));
    EXPECT_TRUE(is_name("."));
    EXPECT_TRUE(is_name(dotted(1, 63)));
    EXPECT_FALSE(is_name(dotted(1, 64)));
    EXPECT_TRUE(is_name(dotted(127, 1)));
    EXPECT_FALSE(is_name(dotted(128, 1)));
    EXPECT_FALSE(is_name(""));
    EXPECT_FALSE(is_name("a..b"));
    EXPECT_FALSE(is_name(".a"));
    EXPECT_FALSE(is_name("a.."));
}

TEST(dns_query, of_the_root_has_an_empty_name) {
    std::string query;
    ASSERT_TRUE(append_dns_query(query, ".", 2));
    EXPECT_EQ(query, "\0\0\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"s);
}

TEST(dns_type, is_known_by_name_in_any_case_or_by_number) {
    EXPECT_EQ(dns_type("A"), 1);
    EXPECT_EQ(dns_type("aaaa"), 28);
    EXPECT_EQ(dns_type("TYPE65"), 65);  // RFC 3597 section 5
    EXPECT_EQ(dns_type("TYPE"), std::nullopt);
    EXPECT_EQ(dns_type("TYPE65536"), std::nullopt);
    EXPECT_EQ(dns_type("type1x"), std::nullopt);
    EXPECT_EQ(dns_type(""), std::nullopt);
}

TEST(dns_header, is_read_from_twelve_bytes) {
    const auto header = read_dns_header("\x12\x34\x83\x83\0\1\0\2\0\0\0\0"s);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->number, 0x1234);
    EXPECT_TRUE(header->is_answer);
    EXPECT_TRUE(header->truncated);
    EXPECT_EQ(header->code, 3);
    EXPECT_EQ(header->questions, 1);
    EXPECT_EQ(header->answers, 2);
    EXPECT_FALSE(read_dns_header(std::string(11, '\0')));
    EXPECT_FALSE(read_dns_header(std::string(12, '\0'))->is_answer);
}

TEST(dns_code, has_a_name) {
    EXPECT_EQ(dns_code_name(0), "NOERROR");
    EXPECT_EQ(dns_code_name(3), "NXDOMAIN");
    EXPECT_EQ(dns_code_name(15), "RCODE15");
}

}  // namespace
