// SPDX-License-Identifier: MIT
#include "tests/support/dns_script.hpp"
#include "tests/unit/net/asking.hpp"

#include <grove/http_client.hpp>

#include <gtest/gtest.h>

#include <stdlib.h>

#include <optional>
#include <string>

namespace {

namespace http = grove::http;
using grove_test::failure;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::logged;
using grove_test::request_log;
using http::error_kind;

/// The environment names no proxy but those of the test.
class http_proxy : public testing::Test {
 protected:
    void SetUp() override { clear(); }

    void TearDown() override { clear(); }

    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(proxy_.port());
    }

    request_log log_;
    http_script proxy_{
        logged(log_, [](http_connection& to, const http_request&) { to.answer("proxied"); })};

 private:
    static void clear() {
        for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                 "ALL_PROXY", "no_proxy", "NO_PROXY"})
            ::unsetenv(name);
    }
};

TEST_F(http_proxy, is_asked_for_the_whole_url) {
    http::client web({.proxy = "http://" + address()});
    EXPECT_EQ(web.get("http://no.such.host.test/a?b").body, "proxied");
    EXPECT_EQ(log_.at(0).target, "http://no.such.host.test/a?b");
    EXPECT_EQ(log_.at(0).header("Host"), "no.such.host.test");
}

TEST_F(http_proxy, gets_its_own_credentials_and_not_the_origins) {
    http::client web({.proxy = "http://user:password@" + address(), .user = "u:p"});
    (void)web.get("http://a.test/");
    EXPECT_EQ(log_.at(0).header("Proxy-Authorization"), "Basic dXNlcjpwYXNzd29yZA==");
    EXPECT_EQ(log_.at(0).header("Authorization"), "Basic dTpw");
}

TEST_F(http_proxy, is_found_by_its_name) {
    grove_test::dns_script names([](const grove_test::dns_question& q) {
        if (q.name != "proxy.test" || q.type != grove_test::record_type::a)
            return grove_test::dns_reply{};
        return grove_test::dns_reply{.addresses = {"127.0.0.1"}};
    });
    http::client web({.proxy = "http://proxy.test:" + std::to_string(proxy_.port()),
                      .dns_servers = {names.address()}});
    EXPECT_EQ(web.get("http://no.such.host.test/").body, "proxied");
}

TEST_F(http_proxy, refuses_to_be_passed_by_when_it_is_down) {
    request_log log;
    http_script origin(logged(log));
    http::client web({.proxy = "127.0.0.1:" + std::to_string(grove_test::unused_port())});
    EXPECT_EQ(failure(web, {.url = origin.url()}), error_kind::connect);
    EXPECT_EQ(log.size(), 0U);
}

TEST_F(http_proxy, a_tunnel_that_is_refused_is_no_answer) {
    request_log log;
    http_script unwilling(logged(
        log, [](http_connection& to, const http_request&) { to.answer("no", "403 Forbidden"); }));
    http::client web({.proxy = "http://127.0.0.1:" + std::to_string(unwilling.port())});
    EXPECT_NE(failure(web, {.url = "https://a.test/"}), std::nullopt);
    EXPECT_EQ(log.at(0).method, "CONNECT");
    EXPECT_EQ(log.at(0).target, "a.test:443");
}

TEST_F(http_proxy, comes_from_the_environment) {
    ::setenv("http_proxy", address().c_str(), 1);
    http::client web;
    EXPECT_EQ(web.get("http://a.test/").body, "proxied");
}

TEST_F(http_proxy, the_environment_is_ignored_where_none_is_wanted) {
    ::setenv("http_proxy", address().c_str(), 1);
    ::setenv("all_proxy", address().c_str(), 1);
    request_log log;
    http_script origin(logged(log));
    http::client web({.proxy = "-"});
    EXPECT_EQ(web.send({.url = origin.url("/x"), .body = "direct"}).body, "direct");
    EXPECT_EQ(log.at(0).target, "/x");
    EXPECT_EQ(log_.size(), 0U);
}

TEST_F(http_proxy, exceptions_of_the_environment_hold_for_its_own_proxy) {
    ::setenv("http_proxy", address().c_str(), 1);
    ::setenv("no_proxy", "127.0.0.1", 1);
    request_log log;
    http_script origin(logged(log));
    http::client web;
    (void)web.get(origin.url());
    EXPECT_EQ(log.size(), 1U);
    EXPECT_EQ(log_.size(), 0U);
}

TEST_F(http_proxy, exceptions_of_the_environment_do_not_hold_for_one_that_was_given) {
    ::setenv("no_proxy", "*", 1);
    http::client web({.proxy = address()});
    EXPECT_EQ(web.get("http://127.0.0.1:1/").body, "proxied");
}

TEST_F(http_proxy, an_origin_behind_it_gets_no_credentials_of_another) {
    request_log log;
    http_script proxy(logged(log, [](http_connection& to, const http_request& request) {
        if (request.target == "http://a.test/")
            to.answer("", "302 Found", "Location: http://b.test/\r\n");
        else
            to.answer("here");
    }));
    http::client web({.proxy = "127.0.0.1:" + std::to_string(proxy.port()), .user = "u:p"});
    EXPECT_EQ(web.get("http://a.test/").body, "here");
    EXPECT_EQ(log.at(0).header("Authorization"), "Basic dTpw");
    EXPECT_EQ(log.at(1).target, "http://b.test/");
    EXPECT_EQ(log.at(1).header("Authorization"), "");
}

}  // namespace
