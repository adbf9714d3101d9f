// SPDX-License-Identifier: MIT
#include "tests/unit/net/asking.hpp"

#include <grove/http_client.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <string>
#include <string_view>
#include <system_error>

namespace {

using namespace std::chrono_literals;
namespace http = grove::http;
using grove_test::await;
using grove_test::each_request;
using grove_test::failure;
using grove_test::gate;
using grove_test::half_a_body;
using grove_test::http_connection;
using grove_test::http_request;
using grove_test::http_script;
using grove_test::scripted_sink;
using grove_test::silent_listener;
using grove_test::stopping_after;
using http::error_kind;
using testing::HasSubstr;
using testing::Not;

http_script::script ending_with(std::string_view bytes) {
    return [bytes](http_connection& to) {
        (void)to.next();
        to.send(bytes);
    };
}

std::string text_of_failure(http::client& web, const std::string& url) {
    try {
        (void)web.get(url);
    } catch (const http::error& e) {
        return e.what();
    }
    return "nothing was thrown";
}

// --- answers that are none ---

TEST(http_faults, a_body_that_ends_early_is_truncated) {
    http_script server(ending_with(half_a_body));
    http::client web;
    scripted_sink sink;
    http::exchange about;
    try {
        web.perform({.url = server.url()}, sink, about);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const http::error& e) {
        EXPECT_EQ(e.kind(), error_kind::truncated);
    }
    EXPECT_EQ(sink.body, "hello");
    EXPECT_EQ(about.status, 200);
    EXPECT_EQ(about.bytes, 5U);
}

TEST(http_faults, chunks_without_the_last_one_are_truncated) {
    http_script server(
        ending_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::truncated);
}

TEST(http_faults, a_reset_inside_a_body_is_told) {
    gate seen;
    http_script server([&](http_connection& to) {
        (void)to.next();
        to.send(half_a_body);
        (void)seen.wait();
        to.reset();
    });
    http::client web;
    scripted_sink sink;
    sink.at_body = [&](std::string_view) {
        seen.open();
        return http::flow{};
    };
    http::exchange about;
    try {
        web.perform({.url = server.url()}, sink, about);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const http::error& e) {
        EXPECT_EQ(e.kind(), error_kind::reset);
    }
    EXPECT_EQ(sink.body, "hello");
}

TEST(http_faults, an_end_instead_of_an_answer_is_a_reset) {
    http_script server([](http_connection& to) { (void)to.next(); });
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::reset);
}

TEST(http_faults, a_reset_instead_of_an_answer_is_told) {
    http_script server([](http_connection& to) {
        (void)to.next();
        to.reset();
    });
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::reset);
}

TEST(http_faults, what_is_not_http_is_a_matter_of_the_protocol) {
    for (const char* garbage : {"SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n\r\n", "HTTP/9.9 x\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n"}) {
        http_script server(ending_with(garbage));
        http::client web;
        EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::protocol) << garbage;
    }
}

TEST(http_faults, what_cannot_be_decoded_is_a_matter_of_the_protocol) {
    http_script server(each_request([](http_connection& to, const http_request& request) {
        if (request.target == "/gzip") to.answer("hello", "200 OK", "Content-Encoding: gzip\r\n");
        to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
    }));
    http::client web({.compressed = true});
    EXPECT_EQ(failure(web, {.url = server.url("/gzip")}), error_kind::protocol);
    EXPECT_EQ(failure(web, {.url = server.url("/chunks")}), error_kind::protocol);
}

TEST(http_faults, a_head_has_a_largest_size) {
    http_script server([](http_connection& to) {
        (void)to.next();
        const std::string line = "X-Long: " + std::string(1000, 'x') + "\r\n";
        to.send("HTTP/1.1 200 OK\r\n");
        while (to.send(line)) {
        }
    });
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::protocol);
}

TEST(http_faults, after_each_of_them_the_client_is_of_use) {
    http_script server([](http_connection& to) {
        while (const auto request = to.next()) {
            if (request->target == "/reset") return to.reset();
            if (request->target == "/end") return;
            to.answer("hello");
        }
    });
    http::client web;
    for (const char* path : {"/end", "/reset", "/end"}) {
        EXPECT_EQ(web.get(server.url()).body, "hello");
        EXPECT_EQ(failure(web, {.url = server.url(path)}), error_kind::reset);
    }
    EXPECT_EQ(web.get(server.url()).body, "hello");
}

// --- connections that are none ---

TEST(http_faults, a_refused_connection_is_told_in_the_kernels_words) {
    http::client web;
    const std::string url = "http://127.0.0.1:" + std::to_string(grove_test::unused_port()) + '/';
    EXPECT_EQ(failure(web, {.url = url}), error_kind::connect);
    EXPECT_THAT(text_of_failure(web, url), HasSubstr("GET " + url + ": Connection refused"));
}

TEST(http_faults, texts_show_no_password) {
    http::client web;
    const std::string at = "@127.0.0.1:" + std::to_string(grove_test::unused_port()) + '/';
    const std::string text = text_of_failure(web, "http://user:secret" + at);
    EXPECT_THAT(text, HasSubstr("user:***" + at));
    EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST(http_faults, a_url_that_cannot_be_requested_is_told) {
    http::client web;
    for (const char* url : {"", "ftp://127.0.0.1/", "127.0.0.1", "http://", "http://a b/"})
        EXPECT_EQ(failure(web, {.url = url}), error_kind::url) << url;
}

/// While it lives no descriptor can be opened.
class no_descriptors {
 public:
    no_descriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{0, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }

    no_descriptors(const no_descriptors&) = delete;
    no_descriptors& operator=(const no_descriptors&) = delete;

    ~no_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
    rlimit before_{};
};

TEST(http_faults, a_missing_descriptor_is_an_error_of_the_system) {
    http_script server(
        each_request([](http_connection& to, const http_request&) { to.answer("hello"); }));
    http::client web;
    EXPECT_EQ(web.get(server.url()).body, "hello");  // the hub has what it needs for itself
    const std::string url = "http://127.0.0.1:" + std::to_string(grove_test::unused_port()) + '/';
    std::error_code told;
    try {
        const no_descriptors any_more;
        (void)web.get(url);
    } catch (const std::system_error& e) {
        told = e.code();
    } catch (const http::error& e) {
        ADD_FAILURE() << e.what();
    }
    EXPECT_EQ(told, std::errc::too_many_files_open);
    EXPECT_EQ(failure(web, {.url = url}), error_kind::connect);
}

// --- time ---

TEST(http_faults, silence_inside_a_body_is_a_stall) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http::client web({.stall_timeout = 30ms});
    const grove::deadline begin = grove::deadline::now();
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::stall);
    EXPECT_GE(grove::deadline::now() - begin, 30ms);
    EXPECT_TRUE(await(left));
}

TEST(http_faults, silence_instead_of_an_answer_is_a_stall) {
    gate sent;
    gate left;
    http_script server(stopping_after("", sent, left));
    http::client web({.stall_timeout = 30ms});
    EXPECT_EQ(failure(web, {.url = server.url()}), error_kind::stall);
    EXPECT_TRUE(await(left));
}

TEST(http_faults, the_deadline_of_a_call_ends_it) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http::client web;
    scripted_sink sink;
    http::exchange about;
    try {
        web.perform({.url = server.url()}, sink, about, 30ms);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const http::error& e) {
        EXPECT_EQ(e.kind(), error_kind::timeout);
    }
    EXPECT_EQ(about.status, 200);
    EXPECT_EQ(about.bytes, sink.body.size());
    EXPECT_TRUE(await(left));
}

TEST(http_faults, a_deadline_that_has_passed_is_no_time) {
    http_script server(
        each_request([](http_connection& to, const http_request&) { to.answer("hello"); }));
    http::client web;
    EXPECT_EQ(failure(web, {.url = server.url()}, 0ms), error_kind::timeout);
    EXPECT_EQ(web.get(server.url()).body, "hello");
    EXPECT_EQ(server.connections(), 1U);
}

TEST(http_faults, a_timeout_scope_ends_a_call) {
    gate sent;
    gate left;
    http_script server(stopping_after(half_a_body, sent, left));
    http::client web;
    EXPECT_FALSE(grove::with_timeout(30ms, [&] { (void)web.get(server.url()); }));
    EXPECT_TRUE(await(left));
}

TEST(http_faults, a_connection_that_is_not_answered_has_its_timeout) {
    const silent_listener nobody;
    http::client web({.connect_timeout = 30ms});
    EXPECT_EQ(failure(web, {.url = nobody.url()}), error_kind::timeout);
}

}  // namespace
