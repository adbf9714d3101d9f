// SPDX-License-Identifier: MIT
#include "cmd/serve/cgi_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using grove::http_field;
using grove::cmd::cgi_environment;
using grove::cmd::cgi_request;
using grove::cmd::client_environment;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

const auto client = grove::endpoint::parse("10.0.0.9:4100").value();

TEST(cgi_environments, tell_what_was_asked) {
    const std::vector<http_field> fields{{"Host", "[::1]:80"}, {"content-type", "a/b"}};
    const std::vector<std::string> ours{"PATH=/bin"};
    EXPECT_THAT(
        cgi_environment({.method = "POST",
                         .target = "/run/a%20b?x=1",
                         .route = "/run",
                         .below = "/a%20b%00",
                         .query = "x=1",
                         .minor_version = 1,
                         .tls = true,
                         .fields = fields,
                         .length = 7,
                         .client = client},
                        ours),
        testing::UnorderedElementsAre(
            "PATH=/bin", "REMOTE_ADDR=10.0.0.9", "REMOTE_PORT=4100", "GATEWAY_INTERFACE=CGI/1.1",
            "SERVER_SOFTWARE=grove", "SERVER_PROTOCOL=HTTP/1.1", "REQUEST_METHOD=POST",
            "REQUEST_URI=/run/a%20b?x=1", "SCRIPT_NAME=/run", "PATH_INFO=/a b%00",
            "QUERY_STRING=x=1", "SERVER_NAME=[::1]", "HTTPS=on", "CONTENT_LENGTH=7",
            "CONTENT_TYPE=a/b", "HTTP_HOST=[::1]:80"));
}

TEST(cgi_environments, hold_the_fields_that_may_be_told) {
    const std::vector<http_field> fields{{"X-One", "1"},      {"x-one", "2"},
                                         {"Cookie", "a=1"},   {"Cookie", "b=2"},
                                         {"Proxy", "evil"},   {"Authorization", "Basic eA=="},
                                         {"X_One", "forged"}, {"Host", "me:8000"}};
    cgi_request asked;
    asked.fields = fields;
    const auto made = cgi_environment(asked, {});
    EXPECT_THAT(made, IsSupersetOf({"HTTP_X_ONE=1, 2", "HTTP_COOKIE=a=1; b=2", "SERVER_NAME=me"}));
    EXPECT_THAT(made, Not(Contains(StartsWith("HTTP_PROXY"))));
    EXPECT_THAT(made, Not(Contains(StartsWith("HTTP_AUTH"))));
    EXPECT_THAT(made, Not(Contains(StartsWith("CONTENT_"))));
    EXPECT_THAT(made, Not(Contains(StartsWith("HTTPS"))));
}

TEST(cgi_environments, leave_out_what_ours_says_of_another_request) {
    const std::vector<std::string> ours{"HOME=/x", "HTTP_PROXY=http://p", "REMOTE_ADDR=1",
                                        "CONTENT_TYPE=x", "HTTPX=1"};
    EXPECT_THAT(client_environment({}, ours), ElementsAre("HOME=/x", "HTTPX=1"));
    EXPECT_THAT(client_environment({}, {}), IsEmpty());
    EXPECT_THAT(client_environment(client, ours), Contains("REMOTE_ADDR=10.0.0.9"));
}

}  // namespace
