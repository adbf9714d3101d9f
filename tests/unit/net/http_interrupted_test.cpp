// SPDX-License-Identifier: MIT
#include "tests/unit/net/asking.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>
#include <grove/hub.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace http = grove::http;
using grove_test::await;
using grove_test::each_request;
using grove_test::gate;
using grove_test::half_a_body;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::request_log;
using grove_test::scripted_sink;
using grove_test::silent_listener;
using grove_test::stopping_after;

TEST(http_interrupted, an_interrupted_call_tells_how_far_it_came) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http::client web;
    scripted_sink sink;
    grove::event got;
    sink.at_body = [&](std::string_view) {
        got.set();
        return http::flow{};
    };
    http::exchange about;
    auto g = grove::spawn([&] { web.perform({.url = server.url()}, sink, about); });
    got.wait();
    g.kill();
    EXPECT_TRUE(g.killed());
    EXPECT_EQ(about.status, 200);
    EXPECT_EQ(about.bytes, 5U);
}

TEST(http_interrupted, a_kill_inside_a_body_closes_the_connection) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http_script well(
        each_request([](http_connection& to, const http_request&) { to.answer("hello"); }));
    http::client web;
    auto g = grove::spawn([&] { (void)web.get(server.url()); });
    EXPECT_TRUE(await(sent));
    g.kill();
    EXPECT_TRUE(g.killed());
    EXPECT_TRUE(await(left));
    EXPECT_EQ(web.get(well.url()).body, "hello");
}

TEST(http_interrupted, a_kill_while_connecting_leaves_nothing_to_the_next_request) {
    const silent_listener nobody;
    http_script well(
        each_request([](http_connection& to, const http_request&) { to.answer("hello"); }));
    http::client web;
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(grove::with_timeout(5ms, [&] { (void)web.get(nobody.url()); }));
        EXPECT_EQ(web.get(well.url()).body, "hello");
    }
}

TEST(http_interrupted, a_request_killed_before_its_start_is_never_sent) {
    request_log log;
    http_script server(grove_test::logged(log));
    auto web = std::make_unique<http::client>(http::client_options{.user = "user:password"});
    EXPECT_EQ(web->get(server.url("/first")).status, 200);
    scripted_sink sink;
    http::exchange about;
    auto g = grove::spawn([&] { web->perform({.url = server.url("/never")}, sink, about); });
    grove::yield();  // it has asked; the hub has not had its turn
    g.kill();
    web.reset();
    EXPECT_EQ(about.status, 0);
    http::client other;
    EXPECT_EQ(other.get(server.url("/last")).status, 200);
    EXPECT_EQ(log.size(), 2U);
    EXPECT_EQ(log.at(1).target, "/last");
}

TEST(http_interrupted, fifty_killed_at_once_leave_the_client_of_use) {
    gate left;
    std::atomic<int> gone = 0;
    http_script server([&](http_connection& to) {
        const auto request = to.next();
        if (request && request->target == "/well") {
            to.answer("hello");
            return;
        }
        to.send(half_a_body);
        if (to.wait_for_close() && ++gone == 50) left.open();
    });
    http::client web;
    int halves = 0;
    grove::event all_began;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 50; ++i) {
        all.push_back(grove::spawn([&] {
            scripted_sink sink;
            sink.at_body = [&](std::string_view) {
                if (++halves == 50) all_began.set();
                return http::flow{};
            };
            http::exchange about;
            web.perform({.url = server.url()}, sink, about);
        }));
    }
    all_began.wait();
    grove::kill_all(all);
    EXPECT_TRUE(await(left));
    EXPECT_EQ(web.get(server.url("/well")).body, "hello");
}

TEST(http_interrupted, a_client_may_go_while_its_request_is_under_way) {
    gate asked;
    gate go_on;
    http_script server(each_request([&](http_connection& to, const http_request& request) {
        asked.open();
        (void)go_on.wait();
        if (request.target == "/first")
            to.answer("", "302 Found", "Location: /second\r\n");
        else
            to.answer(request.header("Authorization"));
    }));
    auto web = std::make_unique<http::client>(http::client_options{.user = "user:password"});
    auto g = grove::spawn([&] { return web->get(server.url("/first")).body; });
    EXPECT_TRUE(await(asked));
    web.reset();
    go_on.open();
    EXPECT_EQ(g.get(), "Basic dXNlcjpwYXNzd29yZA==");
}

TEST(http_interrupted, a_transfer_under_way_hides_no_wait_for_ever) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http::client web;
    auto g = grove::spawn([&] { (void)web.get(server.url()); });
    EXPECT_TRUE(await(sent));
    g.kill();
    EXPECT_TRUE(await(left));
    grove::event never_set;
    EXPECT_THROW(never_set.wait(), grove::would_block_forever);
}

}  // namespace
