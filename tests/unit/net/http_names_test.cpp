// SPDX-License-Identifier: MIT
#include "tests/support/dns_script.hpp"
#include "tests/unit/net/asking.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

thread_local std::size_t threads_made = 0;

}  // namespace

/// Stands before the system's own, also for libcurl, and counts who makes threads.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
    using function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto next = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "pthread_create"));
    ++threads_made;
    return next(thread, attributes, start, argument);
}

namespace {

using namespace std::chrono_literals;
namespace http = grove::http;
using grove_test::dns_question;
using grove_test::dns_reply;
using grove_test::dns_script;
using grove_test::failure;
using grove_test::http_script;
using grove_test::logged;
using grove_test::pace;
using grove_test::record_type;
using grove_test::request_log;
using http::error_kind;

/// Every name is this machine; no hosts file counts.
class http_names : public testing::Test {
 protected:
    void SetUp() override { ::setenv("GROVE_HOSTS", "/dev/null", 1); }

    void TearDown() override { ::unsetenv("GROVE_HOSTS"); }

    [[nodiscard]] std::string url(const std::string& host, const std::string& path = "/") const {
        return "http://" + host + ':' + port() + path;
    }

    [[nodiscard]] std::string port() const { return std::to_string(server_.port()); }

    [[nodiscard]] http::client_options asking() const {
        return {.dns_servers = {names_.address()}};
    }

    request_log log_;
    http_script server_{logged(log_)};
    dns_script names_{[](const dns_question& q) {
        if (q.type == record_type::a) return dns_reply{.addresses = {"127.0.0.1"}};
        return dns_reply{};
    }};
};

TEST_F(http_names, are_found_by_the_servers_of_the_options) {
    http::client web(asking());
    const http::exchange about = web.get(url("a.test")).about;
    EXPECT_EQ(about.ip, "127.0.0.1");
    EXPECT_EQ(log_.at(0).header("Host"), "a.test:" + port());
    EXPECT_GT(about.timings.dns.value(), 0ns);
    EXPECT_GE(about.timings.connect.value(), about.timings.dns.value());
    EXPECT_GE(about.timings.total.value(), about.timings.connect.value());
}

TEST_F(http_names, may_be_written_in_any_case_or_with_a_dot_at_the_end) {
    http::client web(asking());
    EXPECT_EQ(web.get(url("A.Test")).status, 200);
    EXPECT_EQ(web.get(url("b.test.")).status, 200);
    EXPECT_EQ(web.get(url("c%2Etest")).status, 200);
}

TEST_F(http_names, localhost_needs_no_server) {
    http::client web(asking());
    EXPECT_EQ(web.get(url("localhost")).status, 200);
    EXPECT_EQ(names_.questions(), 0U);
}

TEST_F(http_names, no_request_makes_a_thread) {
    http::client web(asking());
    const std::size_t before = threads_made;
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(web.get(url("n" + std::to_string(i) + ".test")).status, 200);
    EXPECT_EQ(web.get(url("127.0.0.1")).status, 200);
    EXPECT_EQ(threads_made, before);
    {
        grove_test::gate here;
        here.open();
        EXPECT_TRUE(grove_test::await(here));
    }
    EXPECT_GT(threads_made, before);  // it is counted where one is made
}

TEST_F(http_names, short_forms_of_an_address_make_no_thread_either) {
    http::client web(asking());
    const std::size_t before = threads_made;
    for (const char* host : {"127.1", "0x7f.0.0.1", "2130706433"})
        EXPECT_EQ(failure(web, {.url = url(host)}), std::nullopt) << host;
    EXPECT_EQ(threads_made, before);
}

TEST_F(http_names, a_hundred_names_at_once_are_all_found) {
    http::client web(asking());
    std::vector<grove::greenlet<int>> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(grove::spawn(
            [&, i] { return web.get(url("n" + std::to_string(i) + ".test")).status; }));
    }
    for (auto& g : all) EXPECT_EQ(g.get(), 200);
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(web.get(url("n" + std::to_string(i) + ".test")).status == 200);
}

TEST_F(http_names, are_found_for_redirects_too) {
    request_log log;
    http_script door(logged(log, [&](auto& to, const auto&) {
        to.answer("", "302 Found", "Location: " + url("b.test", "/to") + "\r\n");
    }));
    http::client web(asking());
    EXPECT_EQ(web.get("http://a.test:" + std::to_string(door.port()) + '/').status, 200);
    EXPECT_EQ(log_.at(0).target, "/to");
    EXPECT_EQ(log_.at(0).header("Host"), "b.test:" + port());
}

TEST_F(http_names, one_origin_may_be_written_in_two_cases) {
    request_log log;
    http_script server(logged(log, [&](auto& to, const auto& request) {
        const std::string port = std::to_string(server_.port());
        if (request.target == "/from")
            to.answer("", "302 Found", "Location: http://a.test:" + log.at(0).body + "/to\r\n");
        else
            to.answer("here");
    }));
    http::client_options options = asking();
    options.user = "user:password";
    http::client web(options);
    const std::string own_port = std::to_string(server.port());
    (void)web.send({.url = "http://A.test:" + own_port + "/from", .body = own_port});
    EXPECT_EQ(log.at(1).header("Authorization"), "Basic dXNlcjpwYXNzd29yZA==");
}

TEST_F(http_names, a_name_that_does_not_exist_is_told) {
    dns_script nothing([](const dns_question&) { return dns_reply{.code = 3}; });
    http::client web({.dns_servers = {nothing.address()}});
    EXPECT_EQ(failure(web, {.url = url("gone.test")}), error_kind::no_name);
    dns_script broken([](const dns_question&) { return dns_reply{.code = 2}; });
    http::client other({.dns_servers = {broken.address()}});
    EXPECT_EQ(failure(other, {.url = url("broken.test")}), error_kind::dns);
}

TEST_F(http_names, the_look_up_counts_for_the_deadline_and_the_connect_timeout) {
    dns_script silent([](const dns_question&) { return dns_reply{}; }, pace::held);
    http::client web({.dns_servers = {silent.address()}});
    EXPECT_EQ(failure(web, {.url = url("a.test")}, 10ms), error_kind::timeout);
    EXPECT_FALSE(grove::with_timeout(10ms, [&] { (void)web.get(url("b.test")); }));
    http::client quick({.dns_servers = {silent.address()}, .connect_timeout = 10ms});
    EXPECT_EQ(failure(quick, {.url = url("c.test")}), error_kind::timeout);
    silent.release();
}

TEST_F(http_names, a_client_may_go_during_a_look_up) {
    dns_script slow(
        [](const dns_question& q) {
            if (q.type == record_type::a) return dns_reply{.addresses = {"127.0.0.1"}};
            return dns_reply{};
        },
        pace::held);
    std::optional<http::client> web(http::client_options{.dns_servers = {slow.address()}});
    auto g = grove::spawn([&] { return web->get(url("a.test")).status; });
    grove::yield();
    web.reset();
    slow.release();
    EXPECT_EQ(g.get(), 200);
}

TEST_F(http_names, the_system_may_be_asked_instead) {
    http::client web({.dns_servers = {"127.0.0.1:1"}, .system_dns = true});
    EXPECT_EQ(web.get(url("localhost")).status, 200);
}

// --- addresses that were given ---

TEST_F(http_names, given_addresses_come_before_any_server) {
    http::client_options options = asking();
    options.resolve = {"a.test:" + port() + ":127.0.0.1", "B.test:" + port() + ":127.0.0.1"};
    http::client web(options);
    const http::exchange about = web.get(url("a.test")).about;
    EXPECT_EQ(about.status, 200);
    EXPECT_EQ(about.timings.dns, std::nullopt);
    EXPECT_EQ(web.get(url("A.TEST")).status, 200);
    EXPECT_EQ(web.get(url("b.test")).status, 200);
    EXPECT_EQ(names_.questions(), 0U);
}

TEST_F(http_names, a_star_gives_an_address_to_all_of_a_port) {
    http::client web({.resolve = {"*:" + port() + ":127.0.0.1"}});
    EXPECT_EQ(web.get(url("x.test")).status, 200);
    EXPECT_EQ(web.get(url("y.test")).status, 200);
}

TEST_F(http_names, clients_that_find_other_addresses_share_no_connection) {
    const std::string host = "a.test:" + port() + ':';
    http::client one({.resolve = {host + "127.0.0.1"}});
    EXPECT_EQ(one.get(url("a.test")).status, 200);
    http::client other({.resolve = {host + "127.0.0.2"}});
    EXPECT_EQ(failure(other, {.url = url("a.test")}), error_kind::connect);
    http::client same({.resolve = {host + "127.0.0.1"}});
    EXPECT_TRUE(same.get(url("a.test")).about.reused);
}

TEST_F(http_names, an_address_that_cannot_be_read_is_told_at_once) {
    for (const char* bad : {"", "a.test", "a.test:80", "a.test:80:", "a.test:x:1.2.3.4", "[::1",
                            "[::1]:80:127.0.0.1"})
        EXPECT_THROW(http::client({.resolve = {bad}}), std::invalid_argument) << bad;
}

TEST_F(http_names, connections_may_lead_elsewhere) {
    http::client_options options = asking();
    options.connect_to = {"a.test:80:b.test:" + port(), "c.test:80:127.0.0.1:" + port()};
    http::client web(options);
    EXPECT_EQ(web.get("http://a.test/x").status, 200);
    EXPECT_EQ(web.get("http://c.test/y").status, 200);
    EXPECT_EQ(log_.at(0).header("Host"), "a.test");
    EXPECT_EQ(log_.at(1).header("Host"), "c.test");
}

TEST_F(http_names, addresses_that_refuse_cost_no_time) {
    const std::string host = "a.test:" + port() + ':';
    http::client web({.resolve = {host + "127.0.0.2,127.0.0.3,127.0.0.1"}});
    const grove::deadline begin = grove::deadline::now();
    EXPECT_EQ(web.get(url("a.test")).about.ip, "127.0.0.1");
    EXPECT_LT(grove::deadline::now() - begin, 500ms);
}

TEST_F(http_names, when_all_addresses_refuse_the_failure_comes_at_once) {
    dns_script many([](const dns_question& q) {
        if (q.type == record_type::aaaa) return dns_reply{.addresses = {"::1"}};
        return dns_reply{.addresses = {"127.0.0.2", "127.0.0.3"}};
    });
    http::client web({.dns_servers = {many.address()}});
    const grove::deadline begin = grove::deadline::now();
    EXPECT_EQ(failure(web, {.url = url("a.test")}), error_kind::connect);
    EXPECT_LT(grove::deadline::now() - begin, 500ms);
}

}  // namespace
