// SPDX-License-Identifier: MIT
#include "tests/unit/net/asking.hpp"

#include <grove/http_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

namespace http = grove::http;
using grove_test::failure;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::logged;
using grove_test::request_log;
using http::error_kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// `/from` answers with `status` and leads to `location`; everything else is the end.
http_script::script leading(request_log& log, std::string status, std::string location) {
    return logged(log, [status = std::move(status), location = std::move(location)](
                           http_connection& to, const http_request& request) {
        if (request.target == "/from")
            to.answer("moved", status, "Location: " + location + "\r\n");
        else
            to.answer("here");
    });
}

std::vector<std::string> methods(const request_log& log) {
    std::vector<std::string> all;
    for (const http_request& r : log.all()) all.push_back(r.method);
    return all;
}

/// The method that a request of `method` has after a redirect with `status`.
http_request followed(const std::string& status, const std::string& method) {
    request_log log;
    http_script server(leading(log, status, "/to"));
    http::client web;
    http::request what{.url = server.url("/from"), .method = method};
    if (method == "POST" || method == "PUT") {
        what.body = "body";
        what.headers = {{"Content-Type", "text/plain"}};
    }
    (void)web.send(what);
    return log.at(1);
}

TEST(http_redirect, is_followed_and_told) {
    request_log log;
    http_script server(leading(log, "302 Found", "/to"));
    http::client web;
    const http::response page = web.get(server.url("/from"));
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "here");
    EXPECT_EQ(page.find("Location"), std::nullopt);
    EXPECT_EQ(page.about.redirects, 1U);
    EXPECT_EQ(page.about.final_url, server.url("/to"));
    EXPECT_EQ(page.about.bytes, 4U);
    EXPECT_TRUE(page.about.reused);
}

TEST(http_redirect, keeps_get_and_head) {
    for (const char* status : {"301 x", "302 x", "303 x", "307 x", "308 x"}) {
        EXPECT_EQ(followed(status, "GET").method, "GET") << status;
        EXPECT_EQ(followed(status, "HEAD").method, "HEAD") << status;
    }
}

TEST(http_redirect, a_post_becomes_a_get_without_a_body) {
    for (const char* status : {"301 x", "302 x", "303 x"}) {
        const http_request next = followed(status, "POST");
        EXPECT_EQ(next.method, "GET") << status;
        EXPECT_EQ(next.body, "");
        EXPECT_THAT(next.head, Not(HasSubstr("Content-")));
    }
}

TEST(http_redirect, a_307_or_308_keeps_the_method_and_the_body) {
    for (const char* status : {"307 x", "308 x"}) {
        const http_request next = followed(status, "POST");
        EXPECT_EQ(next.method, "POST") << status;
        EXPECT_EQ(next.body, "body");
        EXPECT_EQ(next.header("Content-Type"), "text/plain");
    }
}

TEST(http_redirect, a_303_makes_a_get_of_a_put_and_a_301_does_not) {
    EXPECT_EQ(followed("303 x", "PUT").method, "GET");
    EXPECT_EQ(followed("301 x", "PUT").method, "PUT");
    EXPECT_EQ(followed("301 x", "PUT").body, "body");
}

TEST(http_redirect, a_location_may_be_relative) {
    request_log log;
    http_script server(logged(log, [](http_connection& to, const http_request& request) {
        if (request.target == "/a/b/c?d")
            to.answer("", "302 x", "Location: ../e?f#g\r\n");
        else if (request.target == "/a/e?f")
            to.answer("", "302 x", "Location: ?h\r\n");
        else
            to.answer("here");
    }));
    http::client web;
    const http::response page = web.get(server.url("/a/b/c?d"));
    EXPECT_EQ(page.body, "here");
    EXPECT_EQ(log.at(2).target, "/a/e?h");
    EXPECT_EQ(page.about.redirects, 2U);
}

TEST(http_redirect, a_location_may_have_its_scheme_in_capitals) {
    request_log log;
    http_script end(logged(log));
    http_script server(leading(log, "302 x", "HTTP" + end.url("/to").substr(4)));
    http::client web;
    EXPECT_EQ(web.get(server.url("/from")).status, 200);
    EXPECT_EQ(log.at(1).target, "/to");
}

TEST(http_redirect, a_3xx_without_a_location_is_an_answer) {
    request_log log;
    http_script server(logged(log, [](http_connection& to, const http_request&) {
        to.answer("choose", "300 Multiple Choices");
    }));
    http::client web;
    const http::response page = web.get(server.url());
    EXPECT_EQ(page.status, 300);
    EXPECT_EQ(page.body, "choose");
}

TEST(http_redirect, a_location_of_a_success_is_a_header) {
    request_log log;
    http_script server(leading(log, "201 Created", "/to"));
    http::client web;
    const http::response page = web.get(server.url("/from"));
    EXPECT_EQ(page.status, 201);
    EXPECT_EQ(page.find("Location"), "/to");
    EXPECT_EQ(log.size(), 1U);
}

TEST(http_redirect, none_is_followed_when_none_is_allowed) {
    request_log log;
    http_script server(leading(log, "302 Found", "/to"));
    http::client web({.max_redirects = 0});
    const http::response page = web.get(server.url("/from"));
    EXPECT_EQ(page.status, 302);
    EXPECT_EQ(page.body, "moved");
    EXPECT_EQ(page.find("Location"), "/to");
    EXPECT_EQ(page.about.redirects, 0U);
    EXPECT_EQ(log.size(), 1U);
}

TEST(http_redirect, more_than_are_allowed_are_an_error) {
    request_log log;
    http_script server(logged(log, [](http_connection& to, const http_request& request) {
        to.answer("", "302 Found", "Location: " + request.target + "x\r\n");
    }));
    http::client web({.max_redirects = 3});
    EXPECT_EQ(failure(web, {.url = server.url("/")}), error_kind::redirect);
    EXPECT_EQ(log.size(), 4U);
}

TEST(http_redirect, a_loop_is_an_error_before_all_are_used) {
    request_log log;
    http_script server(logged(log, [](http_connection& to, const http_request& request) {
        to.answer("", "302 Found",
                  request.target == "/a" ? "Location: /b\r\n" : "Location: /a\r\n");
    }));
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url("/a")}), error_kind::redirect);
    EXPECT_THAT(methods(log), ElementsAre("GET", "GET", "GET", "GET"));
}

TEST(http_redirect, once_more_to_the_same_place_is_no_loop) {
    request_log log;
    http_script server(logged(log, [&](http_connection& to, const http_request&) {
        if (log.size() == 1)
            to.answer("", "302 Found", "Location: /a\r\nSet-Cookie: seen=1\r\n");
        else
            to.answer("here");
    }));
    http::client web;
    EXPECT_EQ(web.get(server.url("/a")).body, "here");
}

TEST(http_redirect, other_schemes_are_not_followed) {
    for (const char* location : {"ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/"}) {
        request_log log;
        http_script server(leading(log, "302 Found", location));
        http::client web;
        EXPECT_EQ(failure(web, {.url = server.url("/from")}), error_kind::redirect) << location;
    }
}

TEST(http_redirect, a_large_body_of_a_redirect_is_not_read_to_its_end) {
    grove_test::gate left;
    http_script server([&](http_connection& to) {
        while (const auto request = to.next()) {
            if (request->target == "/to") {
                to.answer("here");
                continue;
            }
            to.send("HTTP/1.1 302 x\r\nLocation: /to\r\nContent-Length: 1000000000\r\n\r\n");
            const std::string piece(std::size_t{1} << 20, 'x');
            while (to.send(piece)) {
            }
            left.open();
            return;
        }
    });
    http::client web;
    EXPECT_EQ(web.get(server.url("/from")).body, "here");
    EXPECT_TRUE(grove_test::await(left));
}

// --- what belongs to an origin ---

/// What a request with credentials sends to the end of a redirect.
http_request with_credentials(const std::string& first, request_log& log) {
    http::client web({.user = "user:password", .cookies = "a=b"});
    (void)web.send({.url = first, .headers = {{"X-Mine", "1"}}});
    EXPECT_EQ(log.at(0).header("Authorization"), "Basic dXNlcjpwYXNzd29yZA==");
    EXPECT_EQ(log.at(0).header("Cookie"), "a=b");
    return log.at(1);
}

TEST(http_redirect, credentials_stay_within_their_origin) {
    request_log log;
    http_script server(leading(log, "302 Found", "/to"));
    const http_request next = with_credentials(server.url("/from"), log);
    EXPECT_EQ(next.header("Authorization"), "Basic dXNlcjpwYXNzd29yZA==");
    EXPECT_EQ(next.header("Cookie"), "a=b");
}

TEST(http_redirect, credentials_do_not_go_to_another_origin) {
    request_log log;
    http_script other(logged(log));
    http_script server(leading(log, "302 Found", other.url("/to")));
    const http_request next = with_credentials(server.url("/from"), log);
    EXPECT_EQ(next.header("Authorization"), "");
    EXPECT_EQ(next.header("Cookie"), "");
    EXPECT_EQ(next.header("X-Mine"), "1");
}

TEST(http_redirect, headers_with_credentials_do_not_go_to_another_origin) {
    request_log log;
    http_script other(logged(log));
    http_script server(leading(log, "307 x", other.url("/to")));
    http::client web;
    const std::vector<http::header> secret{
        {"authorization", "Bearer token"}, {"COOKIE", "c=d"}, {"Proxy-Authorization", "Basic x"}};
    (void)web.send({.url = server.url("/from"), .method = "POST", .headers = secret, .body = "b"});
    EXPECT_EQ(log.at(0).header("Authorization"), "Bearer token");
    EXPECT_EQ(log.at(0).header("Cookie"), "c=d");
    EXPECT_EQ(log.at(1).header("Authorization"), "");
    EXPECT_EQ(log.at(1).header("Cookie"), "");
    EXPECT_EQ(log.at(1).header("Proxy-Authorization"), "");
    EXPECT_EQ(log.at(1).body, "b");
    (void)web.send({.url = server.url("/to"), .headers = secret});
    EXPECT_EQ(log.at(2).header("Authorization"), "Bearer token");
}

TEST(http_redirect, a_user_in_the_url_does_not_go_to_another_origin) {
    request_log log;
    http_script other(logged(log));
    http_script server(leading(log, "302 x", other.url("/to")));
    http::client web;
    (void)web.get("http://user:password@" + server.url("/from").substr(7));
    EXPECT_EQ(log.at(0).header("Authorization"), "Basic dXNlcjpwYXNzd29yZA==");
    EXPECT_EQ(log.at(1).header("Authorization"), "");
}

TEST(http_redirect, a_host_that_was_given_is_for_its_origin_only) {
    request_log log;
    http_script other(logged(log));
    http_script server(leading(log, "302 x", other.url("/to")));
    http::client web;
    (void)web.send({.url = server.url("/from"), .headers = {{"Host", "a.test"}}});
    EXPECT_EQ(log.at(0).header("Host"), "a.test");
    EXPECT_EQ(log.at(1).header("Host"), "127.0.0.1:" + std::to_string(other.port()));
}

TEST(http_redirect, what_has_left_its_origin_does_not_come_back_with_credentials) {
    request_log log;
    std::string home;
    http_script other(logged(log, [&](http_connection& to, const http_request&) {
        to.answer("", "302 x", "Location: " + home + "\r\n");
    }));
    http_script server(leading(log, "302 x", other.url("/away")));
    home = server.url("/home");
    http::client web({.user = "user:password"});
    EXPECT_EQ(web.get(server.url("/from")).body, "here");
    EXPECT_EQ(log.at(2).target, "/home");
    EXPECT_EQ(log.at(2).header("Authorization"), "");
}

}  // namespace
