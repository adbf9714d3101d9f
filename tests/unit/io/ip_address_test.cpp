// SPDX-License-Identifier: MIT
#include <grove/ip_address.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using grove::ip_address;

std::string text_of(std::string_view text) {
    const auto address = ip_address::parse(text);
    return address ? address->text() : "refused";
}

TEST(ip_address, v4_is_read_and_written) {
    EXPECT_EQ(text_of("192.0.2.1"), "192.0.2.1");
    EXPECT_FALSE(ip_address::parse("192.0.2.1")->is_v6());
    EXPECT_EQ(ip_address::parse("1.2.3.4")->bytes()[3], 4);
}

TEST(ip_address, v6_is_written_in_its_short_form) {
    EXPECT_EQ(text_of("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
    EXPECT_TRUE(ip_address::parse("::1")->is_v6());
}

TEST(ip_address, v6_may_stand_in_brackets) {
    EXPECT_EQ(text_of("[::1]"), "::1");
}

TEST(ip_address, a_zone_is_an_interface) {
    const auto address = ip_address::parse("fe80::1%lo");
    ASSERT_TRUE(address);
    EXPECT_NE(address->zone(), 0U);
    EXPECT_EQ(address->text(), "fe80::1%" + std::to_string(address->zone()));
}

TEST(ip_address, a_zone_without_interface_is_refused) {
    EXPECT_EQ(text_of("fe80::1%no_such_one"), "refused");
}

TEST(ip_address, shortened_and_odd_forms_are_refused) {
    for (const char* odd : {"", "127.1", "1", "1.2.3.4.5", "256.1.1.1", "::1::", "a.b", "1.2.3.4 ",
                            "1.2.3.4%lo", "[::1", "example.com"}) {
        EXPECT_EQ(text_of(odd), "refused") << odd;
    }
}

TEST(ip_address, values_compare_by_bytes_family_and_zone) {
    EXPECT_EQ(*ip_address::parse("::1"), *ip_address::parse("[0:0::1]"));
    EXPECT_NE(*ip_address::parse("0.0.0.0"), *ip_address::parse("::"));
    EXPECT_LT(*ip_address::parse("10.0.0.1"), *ip_address::parse("10.0.0.2"));
}

}  // namespace
