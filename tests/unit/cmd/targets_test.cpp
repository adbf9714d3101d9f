// SPDX-License-Identifier: MIT
#include "cmd/common/targets.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

target parsed(std::string_view text) {
    target value;
    const auto wrong = parse_value(text, value);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    return value;
}

target fetched(std::string_view text) {
    target value;
    const auto wrong = parse_http_target(text, value);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    return value;
}

text_error refused(std::string_view text) {
    target value;
    const auto wrong = parse_value(text, value);
    EXPECT_TRUE(wrong) << text << " was taken as " << value.url();
    EXPECT_EQ(value, target()) << text << " changed the value";
    return wrong.value_or(text_error{});
}

text_error not_fetched(std::string_view text) {
    target value;
    const auto wrong = parse_http_target(text, value);
    EXPECT_TRUE(wrong) << text << " was taken as " << value.url();
    return wrong.value_or(text_error{});
}

TEST(targets, a_url_is_taken_apart) {
    const target t = parsed("HTTPS://Ann:p%40ss@Example.COM:8443/a/b?c=d#e");
    EXPECT_EQ(t.scheme, target_scheme::https);
    EXPECT_EQ(t.user, "Ann");
    EXPECT_EQ(t.password, "p@ss");
    EXPECT_EQ(t.host, "example.com");
    EXPECT_EQ(t.port, 8443);
    EXPECT_EQ(t.resource, "/a/b?c=d");
    EXPECT_EQ(t.url(), "https://example.com:8443/a/b?c=d") << "without userinfo and fragment";
    EXPECT_EQ(t.endpoint(), "example.com:8443");
}

TEST(targets, a_url_without_port_or_path_gets_them) {
    const target t = parsed("http://h");
    EXPECT_EQ(t.port, 80);
    EXPECT_EQ(t.resource, "/");
    EXPECT_EQ(t.url(), "http://h/");
    EXPECT_EQ(parsed("wss://h/x").port, 443);
    EXPECT_EQ(parsed("https://h:443/").url(), "https://h/");
    EXPECT_EQ(parsed("http://h?q").resource, "/?q");
    EXPECT_EQ(parsed("http://h:/x").port, 80);
}

TEST(targets, a_colon_and_a_port_is_http_on_localhost) {
    EXPECT_EQ(parsed(":8080/x?y").url(), "http://localhost:8080/x?y");
    EXPECT_EQ(parsed(":8080").url(), "http://localhost:8080/");
    EXPECT_EQ(refused(":").offset, 1);
    EXPECT_EQ(refused(":x").what, "has no port after the colon");
    EXPECT_EQ(refused(":99999/").offset, 1);
}

TEST(targets, host_and_port_is_tcp_everywhere) {
    const target t = parsed("db:5432");
    EXPECT_EQ(t.scheme, target_scheme::tcp);
    EXPECT_EQ(t.endpoint(), "db:5432");
    EXPECT_EQ(t.url(), "tcp://db:5432");
    EXPECT_EQ(parsed("[::1]:53").url(), "tcp://[::1]:53");
    EXPECT_EQ(not_fetched("db:5432").hint, "write http://db:5432/");
}

TEST(targets, fetch_takes_bare_hosts_as_http) {
    EXPECT_EQ(fetched("example.com/x").url(), "http://example.com/x");
    EXPECT_EQ(fetched("localhost:8080/x").url(), "http://localhost:8080/x");
    EXPECT_EQ(fetched("example.com").url(), "http://example.com/");
    EXPECT_EQ(fetched("ann:pw@example.com/x").password, "pw");
    EXPECT_EQ(refused("example.com/x").hint, "write http://example.com/x or host:port");
}

TEST(targets, fetch_refuses_what_is_not_http) {
    EXPECT_EQ(not_fetched("redis://h").what, "is redis, not http or https");
    EXPECT_EQ(not_fetched("ftp://h/x").what, "unknown scheme \"ftp\"");
    EXPECT_EQ(not_fetched("file:/etc/passwd").what, "is file, not http or https");
    EXPECT_EQ(not_fetched("tcp://h:1").what, "is tcp, not http or https");
    EXPECT_EQ(not_fetched("").what, "is empty");
}

TEST(targets, an_unknown_scheme_gets_the_nearest) {
    EXPECT_EQ(refused("htps://h/").hint, "did you mean https://?");
    EXPECT_EQ(refused("gopher://h/").hint, "");
}

TEST(targets, every_scheme_is_read_and_printed) {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"tls://h:853", "tls://h:853"},
        {"udp://[::1]:53", "udp://[::1]:53"},
        {"unix:/run/x.sock", "unix:/run/x.sock"},
        {"unix:///run/x.sock", "unix:/run/x.sock"},
        {"dns:example.com", "dns:example.com"},
        {"dns:///example.com?type=A", "dns:example.com?type=A"},
        {"dns://1.1.1.1/example.com?type=MX", "dns://1.1.1.1/example.com?type=MX"},
        {"dns://[::1]:5353/x", "dns://[::1]:5353/x"},
        {"redis://h/jobs?group=g", "redis://h/jobs?group=g"},
        {"postgresql://u:p@h/db", "postgres://h/db"},
        {"icmp://h", "icmp://h"},
        {"file:a/b", "file:a/b"},
        {"file:///a/b", "file:/a/b"},
        {"pid:42", "pid:42"},
        {"exec:tail -F //x", "exec:tail -F //x"},
    };
    for (const auto& [text, url] : cases) EXPECT_EQ(parsed(text).url(), url) << text;
    EXPECT_EQ(parsed("dns://1.1.1.1/x").port, 53);
    EXPECT_EQ(parsed("redis://h").port, 6379);
}

TEST(targets, what_a_scheme_needs_is_asked_for) {
    EXPECT_EQ(refused("tcp://h").what, "has no port");
    EXPECT_EQ(refused("tcp://h:1/x").what, "has no path");
    EXPECT_EQ(refused("pid:0").what, "is not a process number");
    EXPECT_EQ(refused("pid:x").offset, 4);
    EXPECT_EQ(refused("unix:").what, "says nothing after the colon");
    EXPECT_EQ(refused("dns://1.1.1.1").what, "has no name");
    EXPECT_EQ(refused("http:/h/x").what, "has neither a scheme nor a port");
}

TEST(targets, a_wrong_port_is_pointed_at) {
    EXPECT_EQ(refused("http://h:x/").offset, 9);
    EXPECT_EQ(refused("http://h:0/").offset, 9);
    EXPECT_EQ(refused("http://h:65536/").offset, 9);
    EXPECT_EQ(refused("http://ann@h:x/").offset, 13);
    EXPECT_EQ(refused("http://[::1]:x/").offset, 13);
}

TEST(targets, a_wrong_host_is_pointed_at) {
    EXPECT_EQ(refused("http:///x").what, "has no host");
    EXPECT_EQ(refused("http://a b/").offset, 8);
    EXPECT_EQ(refused("http://a..b/").offset, 9);
    EXPECT_EQ(refused("http://" + std::string(64, 'a') + ".b/").offset, 7);
    EXPECT_EQ(refused("http://[::1/").what, "has no closing ]");
    EXPECT_EQ(refused("http://[::g]/").what, "is not an IPv6 address");
    EXPECT_EQ(refused("http://[::1]x/").offset, 12);
}

TEST(targets, an_international_host_becomes_punycode) {
    EXPECT_EQ(parsed("http://B\xC3\xBC"
                     "cher.example/")
                  .host,
              "xn--bcher-kva.example");
    EXPECT_EQ(parsed("http://stra\xC3\x9F"
                     "e.de/")
                  .host,
              "xn--strae-oqa.de");
    EXPECT_EQ(parsed("http://b%C3%BCcher.example/").host, "xn--bcher-kva.example");
    EXPECT_FALSE(refused("http://a\xFF.example/").what.empty());
}

TEST(targets, the_zone_of_an_address_is_kept) {
    EXPECT_EQ(parsed("http://[fe80::1%25eth0]/").host, "fe80::1%eth0");
    EXPECT_EQ(parsed("http://[fe80::1%eth0]:80/").host, "fe80::1%eth0");
}

TEST(targets, what_browsers_accept_in_a_path_is_encoded) {
    EXPECT_EQ(parsed("http://h/a b?c=\xC3\xA9\"<|>").resource, "/a%20b?c=%C3%A9%22%3C%7C%3E");
    EXPECT_EQ(parsed("http://h/100%").resource, "/100%25");
    EXPECT_EQ(parsed("http://h/a%2fb").resource, "/a%2fb") << "an escape that is there stays";
    EXPECT_EQ(parsed("http://h/[1]").resource, "/%5B1%5D");
}

TEST(targets, dot_segments_are_resolved_and_never_climb_out) {
    EXPECT_EQ(parsed("http://h/a/./b/../c").resource, "/a/c");
    EXPECT_EQ(parsed("http://h/../../x").resource, "/x");
    EXPECT_EQ(parsed("http://h/a//b").resource, "/a//b");
    EXPECT_EQ(parsed("http://h/a/b/..").resource, "/a/");
    EXPECT_EQ(parsed("http://h/a/b/.").resource, "/a/b/");
    EXPECT_EQ(parsed("http://h/a/%2E%2e/.%2e/c?x=../y").resource, "/c?x=../y");
    EXPECT_EQ(parsed("http://h/...").resource, "/...");
}

TEST(targets, control_characters_are_refused) {
    EXPECT_EQ(refused("http://h/a\r\nHost: x").offset, 10);
    EXPECT_EQ(refused(std::string_view("http://h/\0", 10)).offset, 9);
}

TEST(targets, the_last_at_sign_ends_the_userinfo) {
    const target t = parsed("http://ann:p@ss@h/");
    EXPECT_EQ(t.user, "ann");
    EXPECT_EQ(t.password, "p@ss");
    EXPECT_EQ(t.host, "h");
}

TEST(endpoint, takes_hosts_and_addresses_with_or_without_port) {
    const std::vector<std::pair<const char*, endpoint>> cases{{"1.1.1.1", {"1.1.1.1", 0}},
                                                              {"1.1.1.1:5353", {"1.1.1.1", 5353}},
                                                              {"::1", {"::1", 0}},
                                                              {"[::1]:53", {"::1", 53}},
                                                              {"ns.example", {"ns.example", 0}}};
    for (const auto& [text, wanted] : cases) {
        endpoint value;
        EXPECT_FALSE(parse_value(text, value)) << text;
        EXPECT_EQ(value, wanted) << text;
        EXPECT_EQ(format_value(value), text);
    }
    endpoint value;
    EXPECT_TRUE(parse_value("h:x", value));
    EXPECT_TRUE(parse_value("", value));
}

}  // namespace
}  // namespace grove::cmd
