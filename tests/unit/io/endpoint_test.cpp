// SPDX-License-Identifier: MIT
#include "io/socket_address.hpp"

#include <grove/endpoint.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using grove::endpoint;
using grove::ip_address;
using grove::detail::socket_address;
using v4_bytes = std::array<std::uint8_t, 4>;

endpoint parsed(std::string_view text) {
    return endpoint::parse(text).value();
}

/// Through the kernel's form and back.
endpoint there_and_back(const endpoint& of) {
    const socket_address sent(of);
    socket_address got;
    std::memcpy(got.raw(), sent.raw(), sent.length());
    *got.size() = sent.length();
    return got.decoded();
}

TEST(endpoint, what_is_parsed_is_shown_as_it_was) {
    for (const char* text :
         {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80", "[::]:0",
          "[2001:db8::1]:443", "[fe80::1%1]:22", "unix:/run/x", "unix:x", "unix:/a:b", "unix:"}) {
        EXPECT_EQ(parsed(text).text(), text);
    }
}

TEST(endpoint, tells_its_parts) {
    const endpoint v4 = parsed("192.0.2.7:8080");
    EXPECT_EQ(v4.address(), ip_address(v4_bytes{192, 0, 2, 7}));
    EXPECT_EQ(v4.port(), 8080);
    EXPECT_EQ(v4.path(), "");
    const endpoint v6 = parsed("[2001:db8::7]:1");
    ASSERT_TRUE(v6.address());
    EXPECT_TRUE(v6.address()->is_v6());
    EXPECT_EQ(v6.address()->text(), "2001:db8::7");
    EXPECT_EQ(v6.port(), 1);
    const endpoint local = parsed("unix:/run/x");
    EXPECT_FALSE(local.address());
    EXPECT_EQ(local.path(), "/run/x");
}

TEST(endpoint, without_an_address_is_any_of_ipv4) {
    EXPECT_EQ(parsed(":8080").text(), "0.0.0.0:8080");
}

TEST(endpoint, a_zone_may_be_a_name_and_is_shown_as_a_number) {
    EXPECT_EQ(parsed("[fe80::1%lo]:80").text(), "[fe80::1%1]:80");
}

TEST(endpoint, refuses_what_has_no_port_or_a_bad_one) {
    for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                             "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1 ", "127.0.0.1:http",
                             "127.0.0.1:0x50", "[::1]", "[::1]:", "[::1]80", "8080"}) {
        EXPECT_FALSE(endpoint::parse(text)) << text;
    }
}

TEST(endpoint, refuses_what_is_no_address) {
    for (const char* text :
         {"localhost:80", "127.1:80", "256.0.0.1:80", " 127.0.0.1:80", "::1:80", "[::1:80",
          "::1]:80", "[]:80", "[[::1]]:80", "[::1%nowhere]:80", "UNIX:/run/x", "127.0.0.1:80:80"}) {
        EXPECT_FALSE(endpoint::parse(text)) << text;
    }
}

TEST(endpoint, refuses_an_address_with_a_nul_in_it) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(endpoint::parse("127.0.0.1\0.example:80"sv));
    EXPECT_FALSE(endpoint::parse("[::1\0]:80"sv));
    EXPECT_FALSE(endpoint::parse("127.0.0.1:80\0"sv));
}

TEST(endpoint, is_a_value) {
    EXPECT_EQ(parsed("127.0.0.1:80"), endpoint(ip_address(v4_bytes{127, 0, 0, 1}), 80));
    EXPECT_NE(parsed("127.0.0.1:80"), parsed("127.0.0.1:81"));
    EXPECT_NE(parsed("127.0.0.1:80"), parsed("127.0.0.2:80"));
    EXPECT_NE(parsed("unix:a"), parsed("unix:b"));
    EXPECT_NE(parsed("0.0.0.0:0"), parsed("[::]:0"));
    EXPECT_EQ(parsed("unix:"), endpoint());
    EXPECT_LT(parsed("127.0.0.1:80"), parsed("127.0.0.1:443"));
}

TEST(endpoint, becomes_a_kernels_address_in_network_order) {
    const socket_address v4(parsed("1.2.3.4:258"));
    EXPECT_EQ(v4.family(), AF_INET);
    ASSERT_EQ(v4.length(), sizeof(sockaddr_in));
    sockaddr_in raw{};
    std::memcpy(&raw, v4.raw(), sizeof raw);
    EXPECT_EQ(raw.sin_port, htons(258));
    EXPECT_EQ(raw.sin_addr.s_addr, htonl(0x01020304));
}

TEST(endpoint, becomes_a_kernels_address_with_its_zone) {
    const socket_address v6(parsed("[fe80::1%1]:258"));
    ASSERT_EQ(v6.length(), sizeof(sockaddr_in6));
    sockaddr_in6 raw{};
    std::memcpy(&raw, v6.raw(), sizeof raw);
    EXPECT_EQ(raw.sin6_port, htons(258));
    EXPECT_EQ(raw.sin6_scope_id, 1U);
    EXPECT_EQ(raw.sin6_addr.s6_addr[15], 1);
}

TEST(endpoint, comes_back_from_the_kernel_as_it_went) {
    for (const char* text : {"127.0.0.1:80", "[::1]:80", "[fe80::1%1]:22", "unix:/run/x"}) {
        EXPECT_EQ(there_and_back(parsed(text)), parsed(text));
    }
    const endpoint longest = endpoint::unix_path(std::string(107, 'a'));
    EXPECT_EQ(there_and_back(longest), longest);
}

TEST(endpoint, without_a_path_has_no_name_in_the_kernel_either) {
    // A byte more would be the abstract name of one NUL, which anybody may have bound.
    EXPECT_EQ(socket_address(endpoint()).length(), offsetof(sockaddr_un, sun_path));
    EXPECT_EQ(there_and_back(endpoint()), endpoint());
}

TEST(endpoint, of_an_abstract_name_has_its_bytes_and_no_more) {
    using namespace std::string_literals;
    const endpoint abstract = endpoint::unix_path("\0a\0b"s);
    EXPECT_EQ(socket_address(abstract).length(), offsetof(sockaddr_un, sun_path) + 4);
    EXPECT_EQ(there_and_back(abstract), abstract);
    const endpoint longest = endpoint::unix_path('\0' + std::string(107, 'a'));
    EXPECT_EQ(there_and_back(longest), longest);
}

}  // namespace
