// SPDX-License-Identifier: MIT
#include "net/origin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

namespace http = grove::http;

http::error_kind refusal(const std::string& url) {
    try {
        (void)http::parse_origin(url);
    } catch (const http::error& e) {
        return e.kind();
    }
    return http::error_kind::stopped;
}

TEST(origin, default_ports_are_those_of_the_scheme) {
    EXPECT_EQ(http::parse_origin("HTTP://Example.com/x").port, 80);
    EXPECT_EQ(http::parse_origin("https://example.com").port, 443);
    EXPECT_EQ(http::parse_origin("socks5://p").port, 1080);
}

TEST(origin, user_and_path_are_no_part_of_it) {
    const http::origin o = http::parse_origin("http://u:p@h:81/a:b@c?d");
    EXPECT_EQ(o.host, "h");
    EXPECT_EQ(o.port, 81);
    EXPECT_EQ(o, http::parse_origin("http://h:81"));
}

TEST(origin, the_case_of_letters_does_not_count) {
    EXPECT_EQ(http::parse_origin("HTTP://Example.COM/X"),
              http::parse_origin("http://example.com/x"));
}

TEST(origin, short_forms_of_an_ipv4_address_are_addresses) {
    for (const char* host : {"127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433"})
        EXPECT_TRUE(http::parse_origin("http://" + std::string(host)).is_address) << host;
    for (const char* host : {"127.1.test", "0x7g", "256.1.1.1"})
        EXPECT_FALSE(http::parse_origin("http://" + std::string(host)).is_address) << host;
}

TEST(origin, an_ipv6_literal_is_an_address_with_brackets_in_its_key_only) {
    const http::origin o = http::parse_origin("http://[::1]:8080/");
    EXPECT_TRUE(o.is_address);
    EXPECT_EQ(o.host, "::1");
    EXPECT_EQ(o.key(), "[::1]:8080");
}

TEST(origin, what_has_no_host_or_a_bad_port_is_refused) {
    for (const char* bad :
         {"", "h/x", "://h", "http://", "http:///x", "http://h:0/", "http://h:x/",
          "http://h:65536/", "http://h:99999/", "http://h:99999999999/", "http://a b/"}) {
        EXPECT_EQ(refusal(bad), http::error_kind::url) << bad;
    }
}

TEST(origin, passwords_are_not_shown) {
    EXPECT_EQ(http::shown_url("http://u:secret@h/x"), "http://u:***@h/x");
    EXPECT_EQ(http::shown_url("http://token@h/x"), "http://***@h/x");
    EXPECT_EQ(http::shown_url("http://u:a@b@h/x"), "http://u:***@h/x");
    EXPECT_EQ(http::shown_url("http://h/x@y:z"), "http://h/x@y:z");
}

TEST(proxy_rules, exceptions_cover_a_name_and_what_is_below_it) {
    const http::proxy_rules rules{"http://p:1", "http://q:2", {"example.com", ".test"}};
    const auto chosen = [&](const char* url) { return rules.proxy_for(http::parse_origin(url)); };
    EXPECT_EQ(chosen("http://example.com/"), "");
    EXPECT_EQ(chosen("http://a.Example.com/"), "");
    EXPECT_EQ(chosen("http://a.test/"), "");
    EXPECT_EQ(chosen("http://badexample.com/"), "http://p:1");
    EXPECT_EQ(chosen("https://other/"), "http://q:2");
}

TEST(proxy_rules, a_star_excepts_all) {
    const http::proxy_rules rules{"p", "p", {"*"}};
    EXPECT_EQ(rules.proxy_for(http::parse_origin("http://x/")), "");
}

TEST(proxy_rules, a_socks_proxy_resolves_names_itself) {
    const http::origin to = http::parse_origin("http://x/");
    EXPECT_EQ((http::proxy_rules{"socks5://p", "", {}}.proxy_for(to)), "socks5h://p");
    EXPECT_EQ((http::proxy_rules{"socks4://p", "", {}}.proxy_for(to)), "socks4a://p");
}

TEST(proxy_rules, a_proxy_without_scheme_speaks_http) {
    const http::origin to = http::parse_origin("http://x/");
    EXPECT_EQ((http::proxy_rules{"p:3128", "", {}}.proxy_for(to)), "http://p:3128");
}

TEST(connect_to, the_first_rule_that_fits_counts) {
    const http::origin to = http::parse_origin("http://a:80/");
    const auto real = [&](std::vector<std::string> rules) {
        return http::redirect_connection(rules, to).key();
    };
    EXPECT_EQ(real({"b:80:x:1", "A:80:y:2", "::z:3"}), "y:2");
    EXPECT_EQ(real({"::[::1]:"}), "[::1]:80");
    EXPECT_EQ(real({"a:81:x:1", "short"}), "a:80");
}

}  // namespace
