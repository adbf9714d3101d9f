// SPDX-License-Identifier: MIT
#include "tests/unit/net/asking.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace http = grove::http;
using grove_test::each_request;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::logged;
using grove_test::request_log;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

http_script::script saying(std::string body) {
    return each_request(
        [body = std::move(body)](http_connection& to, const http_request&) { to.answer(body); });
}

// --- requests and answers ---

TEST(http_client, gets_a_page_with_its_headers) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.answer("hello", "200 OK", "X-One: 1\r\nx-two:  2 \r\n");
    }));
    http::client web;
    const http::response page = web.get(server.url("/a?b=c"));
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "hello");
    EXPECT_EQ(page.find("x-ONE"), "1");
    EXPECT_THAT(page.headers, Contains(http::header{"x-two", "2"}));
    EXPECT_EQ(page.find("X-Three"), std::nullopt);
}

TEST(http_client, tells_of_the_exchange) {
    http_script server(saying("hello"));
    http::client web;
    const http::exchange about = web.get(server.url("/x")).about;
    EXPECT_EQ(about.status, 200);
    EXPECT_EQ(about.version, "1.1");
    EXPECT_EQ(about.final_url, server.url("/x"));
    EXPECT_EQ(about.ip, "127.0.0.1");
    EXPECT_EQ(about.redirects, 0U);
    EXPECT_EQ(about.bytes, 5U);
}

TEST(http_client, a_plain_get_asks_for_the_path_of_the_host) {
    request_log log;
    http_script server(logged(log));
    http::client web({.user_agent = "grove-test"});
    (void)web.get(server.url("/a/b?c=d%20e"));
    EXPECT_EQ(log.at(0).method, "GET");
    EXPECT_EQ(log.at(0).target, "/a/b?c=d%20e");
    EXPECT_EQ(log.at(0).header("Host"), "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(log.at(0).header("User-Agent"), "grove-test");
    EXPECT_EQ(log.at(0).body, "");
}

TEST(http_client, a_post_carries_its_body_byte_for_byte) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    const std::string body("a\0b\r\n\xff", 6);
    EXPECT_EQ(web.send({.url = server.url(), .method = "POST", .body = body}).body, body);
    EXPECT_EQ(log.at(0).method, "POST");
    EXPECT_EQ(log.at(0).body, body);
}

TEST(http_client, any_method_may_carry_a_body) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    for (const char* method : {"PUT", "PATCH", "DELETE", "GET"}) {
        (void)web.send({.url = server.url(), .method = method, .body = method});
        EXPECT_EQ(log.all().back().method, method);
        EXPECT_EQ(log.all().back().body, method);
    }
}

TEST(http_client, a_post_without_a_body_says_so) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    EXPECT_EQ(web.send({.url = server.url(), .method = "POST"}).status, 200);
    EXPECT_EQ(log.at(0).method, "POST");
    EXPECT_EQ(log.at(0).header("Content-Length"), "0");
}

TEST(http_client, one_request_leaves_nothing_to_the_next) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    (void)web.send(
        {.url = server.url(), .method = "PUT", .headers = {{"X-Mine", "1"}}, .body = "body"});
    EXPECT_EQ(web.send({.url = server.url(), .method = "HEAD"}).body, "");
    EXPECT_EQ(web.get(server.url()).body, "");
    EXPECT_EQ(log.at(1).method, "HEAD");
    EXPECT_EQ(log.at(2).method, "GET");
    for (const std::size_t later : {1U, 2U}) {
        EXPECT_EQ(log.at(later).body, "");
        EXPECT_THAT(log.at(later).head, Not(HasSubstr("X-Mine")));
        EXPECT_THAT(log.at(later).head, Not(HasSubstr("Content-Type")));
    }
}

TEST(http_client, sends_headers_also_empty_ones) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    (void)web.send(
        {.url = server.url(), .headers = {{"X-One", "1"}, {"X-Empty", ""}, {"Accept", "text/*"}}});
    EXPECT_EQ(log.at(0).header("X-One"), "1");
    EXPECT_THAT(log.at(0).head, HasSubstr("\r\nX-Empty:"));
    EXPECT_EQ(log.at(0).header("Accept"), "text/*");
}

TEST(http_client, leaves_out_what_is_not_wanted) {
    request_log log;
    http_script server(logged(log));
    http::client web;
    (void)web.get(server.url());
    (void)web.send({.url = server.url(), .without = {"Accept", "Host"}});
    EXPECT_THAT(log.at(0).head, HasSubstr("\r\nAccept:"));
    EXPECT_THAT(log.at(1).head, Not(HasSubstr("\r\nAccept:")));
    EXPECT_THAT(log.at(1).head, Not(HasSubstr("\r\nHost:")));
}

TEST(http_client, a_head_has_the_length_and_no_body) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    }));
    http::client web;
    const http::response page = web.send({.url = server.url(), .method = "HEAD"});
    EXPECT_EQ(page.find("Content-Length"), "1000");
    EXPECT_EQ(page.body, "");
    EXPECT_TRUE(web.send({.url = server.url(), .method = "HEAD"}).about.reused);
}

TEST(http_client, an_answer_may_have_no_content) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.send("HTTP/1.1 204 No Content\r\nX-One: 1\r\n\r\n");
    }));
    http::client web;
    const http::response page = web.get(server.url());
    EXPECT_EQ(page.status, 204);
    EXPECT_EQ(page.find("X-One"), "1");
    EXPECT_EQ(page.body, "");
}

TEST(http_client, puts_chunks_together) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        to.send("6;x=y\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n");
    }));
    http::client web;
    const http::response page = web.get(server.url());
    EXPECT_EQ(page.body, "hello world");
    EXPECT_EQ(page.about.bytes, 11U);
    EXPECT_EQ(page.find("X-Trailer"), std::nullopt);
}

TEST(http_client, a_body_without_a_length_ends_with_the_connection) {
    http_script server([](http_connection& to) {
        (void)to.next();
        to.send("HTTP/1.0 200 OK\r\n\r\nhello");
    });
    http::client web;
    const http::response page = web.get(server.url());
    EXPECT_EQ(page.body, "hello");
    EXPECT_EQ(page.about.version, "1.0");
}

TEST(http_client, interim_answers_are_not_the_answer) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
        to.answer("hello");
    }));
    http::client web;
    const http::response page = web.get(server.url());
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body, "hello");
    EXPECT_EQ(page.find("X-Early"), std::nullopt);
}

TEST(http_client, a_status_of_400_and_above_is_an_answer) {
    http_script server(each_request([](http_connection& to, const http_request& request) {
        to.answer("sorry", request.target.substr(1) + " No");
    }));
    http::client web;
    for (const int status : {400, 401, 404, 407, 500, 503, 599}) {
        const http::response page = web.get(server.url('/' + std::to_string(status)));
        EXPECT_EQ(page.status, status);
        EXPECT_EQ(page.body, "sorry");
    }
}

TEST(http_client, decodes_what_it_asked_to_be_compressed) {
    request_log log;
    http_script server(logged(log, [](http_connection& to, const http_request&) {
        const std::string_view hello(
            "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x10"
            "6\x05\0\0\0",
            25);
        to.answer(hello, "200 OK", "Content-Encoding: gzip\r\n");
    }));
    http::client asking({.compressed = true});
    const http::response page = asking.get(server.url());
    EXPECT_THAT(log.at(0).header("Accept-Encoding"), HasSubstr("gzip"));
    EXPECT_EQ(page.body, "hello");
    EXPECT_EQ(page.about.bytes, 5U);
    http::client plain;
    EXPECT_EQ(plain.get(server.url()).body.size(), 25U);
    EXPECT_EQ(log.at(1).header("Accept-Encoding"), "");
}

TEST(http_client, speaks_through_a_unix_socket_whatever_the_host) {
    const std::string path = "/tmp/grove_http_" + std::to_string(::getpid());
    request_log log;
    http_script server(logged(log), path);
    http::client web({.unix_socket = path});
    EXPECT_EQ(web.get("http://no.such.host.test/x").status, 200);
    EXPECT_EQ(log.at(0).target, "/x");
    EXPECT_EQ(log.at(0).header("Host"), "no.such.host.test");
}

// --- kept connections ---

TEST(http_client, a_kept_connection_is_used_again) {
    http_script server(saying("hello"));
    http::client web;
    EXPECT_FALSE(web.get(server.url()).about.reused);
    EXPECT_TRUE(web.get(server.url()).about.reused);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(http_client, times_are_in_order_and_those_of_connecting_absent_on_a_kept_connection) {
    http_script server(saying("hello"));
    http::client web;
    const http::timings fresh = web.get(server.url()).about.timings;
    EXPECT_EQ(fresh.dns, std::nullopt);  // an address is not looked up
    EXPECT_EQ(fresh.tls, std::nullopt);
    EXPECT_GT(fresh.connect.value(), 0ns);
    EXPECT_GE(fresh.first_byte.value(), fresh.connect.value());
    EXPECT_GE(fresh.total.value(), fresh.first_byte.value());
    const http::timings kept = web.get(server.url()).about.timings;
    EXPECT_EQ(kept.connect, std::nullopt);
    EXPECT_GT(kept.first_byte.value(), 0ns);
    EXPECT_GE(kept.total.value(), kept.first_byte.value());
}

TEST(http_client, a_kept_connection_that_the_server_closed_is_replaced) {
    http_script server([](http_connection& to) {
        (void)to.next();
        to.answer("hello");
    });
    http::client web;
    for (int i = 0; i < 5; ++i) {
        const http::response page =
            web.send({.url = server.url(), .method = "POST", .body = std::string("x")});
        EXPECT_EQ(page.body, "hello");
        EXPECT_FALSE(page.about.reused);
    }
    EXPECT_EQ(server.connections(), 5U);
}

TEST(http_client, clients_of_a_hub_share_kept_connections) {
    http_script server(saying("hello"));
    {
        http::client gone;
        EXPECT_FALSE(gone.get(server.url()).about.reused);
    }
    std::vector<http::client> many(20);
    for (http::client& web : many) EXPECT_TRUE(web.get(server.url()).about.reused);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(http_client, a_hundred_greenlets_ask_at_once) {
    http_script server(each_request(
        [](http_connection& to, const http_request& request) { to.answer(request.target); }));
    http::client web;
    std::vector<grove::greenlet<std::string>> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(
            grove::spawn([&, i] { return web.get(server.url('/' + std::to_string(i))).body; }));
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(all[static_cast<std::size_t>(i)].get(), '/' + std::to_string(i));
    EXPECT_LE(server.connections(), 100U);
}

TEST(http_client, requests_of_one_hub_do_not_wait_for_each_other) {
    grove_test::gate second_came;
    http_script server(each_request([&](http_connection& to, const http_request& request) {
        if (request.target == "/second") second_came.open();
        to.answer(second_came.wait() ? "together" : "alone");
    }));
    http::client web;
    auto first = grove::spawn([&] { return web.get(server.url("/first")).body; });
    auto second = grove::spawn([&] { return web.get(server.url("/second")).body; });
    EXPECT_EQ(first.get(), "together");
    EXPECT_EQ(second.get(), "together");
}

TEST(http_client, each_thread_has_clients_and_connections_of_its_own) {
    http_script server(saying("hello"));
    const auto ask = [&] {
        http::client web;
        EXPECT_FALSE(web.get(server.url()).about.reused);
        EXPECT_TRUE(web.get(server.url()).about.reused);
    };
    ask();
    std::thread one(ask);
    std::thread other(ask);
    one.join();
    other.join();
    EXPECT_EQ(server.connections(), 3U);
}

TEST(http_client, may_be_moved) {
    http_script server(saying("hello"));
    http::client first;
    EXPECT_EQ(first.get(server.url()).body, "hello");
    http::client second = std::move(first);
    EXPECT_TRUE(second.get(server.url()).about.reused);
}

}  // namespace
