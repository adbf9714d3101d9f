// SPDX-License-Identifier: MIT
#include "tests/unit/net/asking.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
namespace http = grove::http;
using action = http::flow::action;
using grove_test::await;
using grove_test::each_request;
using grove_test::gate;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::scripted_sink;
using http::error_kind;

http_script::script saying(std::string body) {
    return each_request(
        [body = std::move(body)](http_connection& to, const http_request&) { to.answer(body); });
}

std::string digits(std::size_t count) {
    std::string text;
    while (text.size() < count) text += std::to_string(text.size()) + ',';
    text.resize(count);
    return text;
}

http::exchange perform(http::client& web, const std::string& url, http::body_sink& sink,
                       grove::deadline until = grove::never) {
    http::exchange about;
    web.perform({.url = url}, sink, about, until);
    return about;
}

std::optional<error_kind> failure_with(http::client& web, const std::string& url,
                                       http::body_sink& sink) {
    try {
        (void)perform(web, url, sink, 10s);
    } catch (const http::error& e) {
        return e.kind();
    }
    return std::nullopt;
}

/// The first call gets `first`, those after it `later`.
std::function<http::flow(std::string_view)> in_turn(http::flow first, http::flow later) {
    return [=, calls = 0](std::string_view) mutable { return calls++ == 0 ? first : later; };
}

// --- pieces ---

TEST(http_sink, sees_the_head_once_and_then_the_body_in_pieces) {
    const std::string body = digits(std::size_t{1} << 20);
    http_script server(saying(body));
    http::client web;
    scripted_sink sink;
    std::size_t largest = 0;
    sink.at_head = [&](const http::answer_head& head) {
        EXPECT_EQ(head.status(), 200);
        EXPECT_EQ(head.content_length(), body.size());
        EXPECT_EQ(head.find("content-length"), std::to_string(body.size()));
        EXPECT_EQ(head.all().size(), 1U);
        return http::flow{};
    };
    sink.at_body = [&](std::string_view piece) {
        EXPECT_EQ(sink.heads, 1U);
        largest = std::max(largest, piece.size());
        return http::flow{};
    };
    EXPECT_EQ(perform(web, server.url(), sink).bytes, body.size());
    EXPECT_TRUE(sink.body == body);
    EXPECT_EQ(sink.heads, 1U);
    EXPECT_LE(largest, 16384U);
}

TEST(http_sink, chunks_have_no_length) {
    http_script server(each_request([](http_connection& to, const http_request&) {
        to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    }));
    http::client web;
    scripted_sink sink;
    sink.at_head = [](const http::answer_head& head) {
        EXPECT_EQ(head.content_length(), std::nullopt);
        return http::flow{};
    };
    (void)perform(web, server.url(), sink);
    EXPECT_EQ(sink.heads, 1U);
}

TEST(http_sink, an_answer_without_a_body_has_a_head) {
    http_script server(saying(""));
    http::client web;
    scripted_sink sink;
    EXPECT_EQ(perform(web, server.url(), sink).bytes, 0U);
    EXPECT_EQ(sink.heads, 1U);
    EXPECT_EQ(sink.calls, 0U);
}

TEST(http_sink, does_not_see_a_redirect_that_is_followed) {
    http_script server(each_request([](http_connection& to, const http_request& request) {
        if (request.target == "/a")
            to.answer("moved", "302 Found", "Location: /b\r\n");
        else
            to.answer("here");
    }));
    http::client web;
    scripted_sink sink;
    (void)perform(web, server.url("/a"), sink);
    EXPECT_EQ(sink.heads, 1U);
    EXPECT_EQ(sink.body, "here");
}

// --- pauses ---

TEST(http_sink, after_a_pause_the_same_piece_comes_again) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    grove::deadline paused;
    sink.at_body = [&](std::string_view piece) -> http::flow {
        EXPECT_EQ(piece, "hello");
        if (sink.calls > 1) return {};
        paused = grove::deadline::now();
        return {action::pause, paused + 20ms};
    };
    EXPECT_EQ(perform(web, server.url(), sink).bytes, 5U);
    EXPECT_GE(grove::deadline::now() - paused, 20ms);
    EXPECT_EQ(sink.calls, 2U);
    EXPECT_EQ(sink.body, "hello");
}

TEST(http_sink, may_pause_at_the_head_and_sees_it_once) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    sink.at_head = [](const http::answer_head&) -> http::flow { return {action::pause, 1ms}; };
    EXPECT_EQ(perform(web, server.url(), sink).bytes, 5U);
    EXPECT_EQ(sink.heads, 1U);
    EXPECT_EQ(sink.body, "hello");
}

TEST(http_sink, may_pause_at_each_piece) {
    const std::string body = digits(std::size_t{1} << 20);
    http_script server(saying(body));
    http::client web;
    scripted_sink sink;
    sink.at_body = [pause = false](std::string_view) mutable -> http::flow {
        pause = !pause;
        if (pause) return {action::pause, 0ms};
        return {};
    };
    EXPECT_EQ(perform(web, server.url(), sink).bytes, body.size());
    EXPECT_TRUE(sink.body == body);
}

TEST(http_sink, a_paused_body_presses_back_until_it_is_resumed) {
    constexpr std::size_t size = std::size_t{64} << 20;
    constexpr std::size_t most_buffered = std::size_t{24} << 20;  // of both kernels' sides
    gate paused;
    gate full;
    std::atomic<std::size_t> taken = 0;
    http_script server([&](http_connection& to) {
        (void)to.next();
        to.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\nx");
        paused.wait();
        taken = to.fill(size - 1);
        full.open();
        to.send(std::string(size - 1 - taken, 'x'));
    });
    http::client web;
    scripted_sink sink;
    std::size_t got = 0;
    sink.at_body = [&](std::string_view piece) -> http::flow {
        if (sink.calls == 1) {
            paused.open();
            return {action::pause};
        }
        got += piece.size();
        return {};
    };
    auto g = grove::spawn([&] { return perform(web, server.url(), sink).bytes; });
    EXPECT_TRUE(await(full));
    EXPECT_EQ(sink.calls, 1U);
    EXPECT_GT(taken, 0U);
    EXPECT_LT(taken, most_buffered);
    sink.resume();
    EXPECT_EQ(g.get(), size);
    EXPECT_EQ(got, size);
}

TEST(http_sink, may_be_resumed_early) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    grove::event paused;
    sink.at_body = [&](std::string_view) -> http::flow {
        if (sink.calls > 1) return {};
        paused.set();
        return {action::pause, 1h};
    };
    auto g = grove::spawn([&] { (void)perform(web, server.url(), sink); });
    paused.wait();
    sink.resume();
    g.get();
    EXPECT_EQ(sink.body, "hello");
}

TEST(http_sink, to_resume_what_is_not_paused_does_nothing) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    sink.resume();
    (void)perform(web, server.url(), sink);
    sink.resume();
    EXPECT_EQ(sink.body, "hello");
    EXPECT_EQ(sink.calls, 1U);
}

TEST(http_sink, a_pause_is_not_a_stall) {
    http_script server(saying("hello"));
    http::client web({.stall_timeout = 20ms});
    scripted_sink sink;
    sink.at_body = in_turn({action::pause, 60ms}, {});
    EXPECT_EQ(perform(web, server.url(), sink).bytes, 5U);
}

TEST(http_sink, a_paused_transfer_has_its_deadline) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    sink.at_body = [](std::string_view) -> http::flow { return {action::pause}; };
    EXPECT_THROW((void)perform(web, server.url(), sink, 20ms), http::error);
    EXPECT_EQ(web.get(server.url()).body, "hello");
}

TEST(http_sink, a_kill_inside_a_pause_lets_go_of_the_sink) {
    gate left;
    http_script server([&](http_connection& to) {
        while (to.next()) to.answer("hello");
        left.open();
    });
    http::client web;
    {
        scripted_sink sink;
        grove::event paused;
        sink.at_body = [&](std::string_view) -> http::flow {
            paused.set();
            return {action::pause, 5ms};
        };
        auto g = grove::spawn([&] { (void)perform(web, server.url(), sink); });
        paused.wait();
        g.kill();
        sink.resume();
        EXPECT_EQ(sink.calls, 1U);
    }
    EXPECT_TRUE(await(left));
}

// --- ends ---

TEST(http_sink, may_stop_at_the_head_or_the_body) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink headless;
    headless.at_head = [](const http::answer_head&) -> http::flow { return {action::stop}; };
    EXPECT_EQ(failure_with(web, server.url(), headless), error_kind::stopped);
    EXPECT_EQ(headless.calls, 0U);
    scripted_sink bodiless;
    bodiless.at_body = [](std::string_view) -> http::flow { return {action::stop}; };
    EXPECT_EQ(failure_with(web, server.url(), bodiless), error_kind::stopped);
    EXPECT_EQ(bodiless.calls, 1U);
}

TEST(http_sink, may_stop_at_a_head_without_a_body) {
    http_script server(saying(""));
    http::client web;
    scripted_sink sink;
    sink.at_head = [](const http::answer_head&) -> http::flow { return {action::stop}; };
    EXPECT_EQ(failure_with(web, server.url(), sink), error_kind::stopped);
}

TEST(http_sink, may_stop_after_a_pause) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    sink.at_body = in_turn({action::pause, 1ms}, {action::stop});
    EXPECT_EQ(failure_with(web, server.url(), sink), error_kind::stopped);
    EXPECT_EQ(sink.calls, 2U);
}

TEST(http_sink, is_not_called_again_after_it_stopped) {
    const std::string body = digits(std::size_t{1} << 20);
    http_script server(saying(body));
    http::client web;
    scripted_sink sink;
    sink.at_body = in_turn({action::pause, 1ms}, {action::stop});
    EXPECT_EQ(failure_with(web, server.url(), sink), error_kind::stopped);
    EXPECT_EQ(sink.calls, 2U);
    EXPECT_EQ(web.get(server.url()).body.size(), body.size());
}

TEST(http_sink, what_it_throws_comes_out_of_perform) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink headless;
    headless.at_head = [](const http::answer_head&) -> http::flow { throw std::domain_error("h"); };
    EXPECT_THROW((void)perform(web, server.url(), headless), std::domain_error);
    scripted_sink bodiless;
    bodiless.at_body = [](std::string_view) -> http::flow { throw std::range_error("b"); };
    EXPECT_THROW((void)perform(web, server.url(), bodiless), std::range_error);
    EXPECT_EQ(bodiless.calls, 1U);
    EXPECT_EQ(web.get(server.url()).body, "hello");
}

TEST(http_sink, what_it_throws_after_a_pause_comes_out_of_perform) {
    http_script server(saying("hello"));
    http::client web;
    scripted_sink sink;
    sink.at_body = [&](std::string_view) -> http::flow {
        if (sink.calls == 1) return {action::pause, 1ms};
        throw std::range_error("b");
    };
    EXPECT_THROW((void)perform(web, server.url(), sink, 10s), std::range_error);
    EXPECT_EQ(sink.calls, 2U);
}

TEST(http_sink, a_body_in_memory_has_a_largest_size) {
    http_script server(saying(std::string(1000, 'x')));
    http::client web;
    EXPECT_EQ(web.send({.url = server.url()}, grove::never, 1000).body.size(), 1000U);
    try {
        (void)web.send({.url = server.url()}, grove::never, 999);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const http::error& e) {
        EXPECT_EQ(e.kind(), error_kind::stopped);
        EXPECT_THAT(e.what(), testing::HasSubstr("999 bytes"));
    }
}

}  // namespace
