// SPDX-License-Identifier: MIT
#include "cmd/serve/proxy_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using grove::http_field;
using grove::cmd::forwarded_request;
using grove::cmd::head_for;
using grove::cmd::hop_fields;
using grove::cmd::location_from;
using grove::cmd::target_at;
using grove::cmd::upstream;
using testing::HasSubstr;
using testing::Not;

const upstream near = upstream::of("http://:3000");
const upstream below_base = upstream::of("http://:3000/base/");

TEST(upstreams, are_on_this_machine_unless_they_say_where) {
    EXPECT_EQ(near.host, "localhost");
    EXPECT_EQ(near.port, 3000);
    EXPECT_EQ(near.authority, "localhost:3000");
    EXPECT_EQ(near.origin(), "http://localhost:3000");
    EXPECT_FALSE(near.path.has_value());
    const upstream far = upstream::of("https://Example.com/a/b/");
    EXPECT_EQ(far.authority, "example.com");
    EXPECT_EQ(far.port, 443);
    EXPECT_TRUE(far.tls);
    EXPECT_EQ(far.path, "/a/b");
    const upstream six = upstream::of("http://[::1]:81/");
    EXPECT_EQ(six.host, "::1");
    EXPECT_EQ(six.authority, "[::1]:81");
    EXPECT_EQ(six.path, "");
}

TEST(upstreams, are_asked_for_the_path_that_came_unless_they_have_one) {
    EXPECT_EQ(target_at(near, "/api/x", "/x", "a=1"), "/api/x?a=1");
    EXPECT_EQ(target_at(upstream::of("http://:1/"), "/api/x", "/x", ""), "/x");
    EXPECT_EQ(target_at(upstream::of("http://:1/"), "/api", "", "q"), "/?q");
    EXPECT_EQ(target_at(below_base, "/api/x", "/x", ""), "/base/x");
}

TEST(upstreams, redirect_to_where_we_are) {
    EXPECT_EQ(location_from(near, "/api", "http://localhost:3000/api/y?q"), "/api/y?q");
    EXPECT_EQ(location_from(near, "/api", "/api/y"), "/api/y");
    EXPECT_EQ(location_from(near, "", "http://localhost:3000"), "/");
    EXPECT_EQ(location_from(near, "/api", "http://localhost:30001/y"), "http://localhost:30001/y");
    EXPECT_EQ(location_from(near, "/api", "https://example.com/"), "https://example.com/");
    EXPECT_EQ(location_from(near, "/api", "//example.com/"), "//example.com/");
    EXPECT_EQ(location_from(near, "/api", "y"), "y");
    EXPECT_EQ(location_from(below_base, "/api", "/base/y"), "/api/y");
    EXPECT_EQ(location_from(below_base, "/api", "http://localhost:3000/base"), "/api");
    EXPECT_EQ(location_from(below_base, "/api", "/other"), "/other");
    EXPECT_EQ(location_from(below_base, "/api", "/based"), "/based");
}

TEST(hops, are_what_connection_names_and_what_is_always_so) {
    const std::vector<http_field> fields{{"connection", "X-One, close"}, {"Connection", "x-two"}};
    const hop_fields hop(fields);
    EXPECT_TRUE(hop.has("x-one"));
    EXPECT_TRUE(hop.has("X-Two"));
    EXPECT_TRUE(hop.has("transfer-encoding"));
    EXPECT_TRUE(hop.names("close"));
    EXPECT_FALSE(hop.names("Upgrade"));
    EXPECT_FALSE(hop.has("X-Three"));
}

TEST(forwarded_heads, say_who_asked_and_keep_what_is_for_the_upstream) {
    const std::vector<http_field> fields{{"Host", "grove.test:8000"},
                                         {"Accept", "*/*"},
                                         {"Connection", "keep-alive, X-Hop"},
                                         {"X-Hop", "1"},
                                         {"TE", "trailers"},
                                         {"Expect", "100-continue"},
                                         {"Via", "1.0 first"},
                                         {"X-Forwarded-For", "10.0.0.1"},
                                         {"X-Forwarded-Host", "forged"},
                                         {"Authorization", "Basic eA=="}};
    forwarded_request asked;
    asked.method = "GET";
    asked.target = "/x?y";
    asked.fields = fields;
    asked.client = "127.0.0.1";
    EXPECT_EQ(head_for(near, asked),
              "GET /x?y HTTP/1.1\r\n"
              "Host: localhost:3000\r\n"
              "Accept: */*\r\n"
              "Authorization: Basic eA==\r\n"
              "Via: 1.0 first, 1.1 grove\r\n"
              "X-Forwarded-For: 10.0.0.1, 127.0.0.1\r\n"
              "X-Forwarded-Proto: http\r\n"
              "X-Forwarded-Host: grove.test:8000\r\n"
              "\r\n");
    asked.without_password = true;
    EXPECT_THAT(head_for(near, asked), Not(HasSubstr("Authorization")));
}

TEST(forwarded_heads, frame_the_body_anew) {
    const std::vector<http_field> fields{{"Content-Length", "5"}, {"Transfer-Encoding", "x"}};
    forwarded_request asked;
    asked.method = "POST";
    asked.target = "/";
    asked.fields = fields;
    EXPECT_THAT(head_for(near, asked), Not(HasSubstr("Content-Length")));
    asked.has_body = true;
    EXPECT_THAT(head_for(near, asked), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
    asked.length = 7;
    EXPECT_THAT(head_for(near, asked), HasSubstr("\r\nContent-Length: 7\r\n"));
    EXPECT_THAT(head_for(near, asked), Not(HasSubstr("Transfer-Encoding")));
}

TEST(forwarded_heads, ask_for_the_other_protocol) {
    forwarded_request asked;
    asked.method = "GET";
    asked.target = "/";
    asked.tls = true;
    asked.upgrade = "websocket";
    EXPECT_THAT(head_for(near, asked), HasSubstr("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    EXPECT_THAT(head_for(near, asked), HasSubstr("X-Forwarded-Proto: https\r\n"));
    EXPECT_THAT(head_for(near, asked), Not(HasSubstr("X-Forwarded-For")));
}

}  // namespace
