// SPDX-License-Identifier: MIT
#include "net/request_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using grove::http::body_framing;
using grove::http::request_limits;
using grove::http::request_reader;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using step = request_reader::step;

/// What was read of one connection.
struct seen {
    std::vector<std::string> requests = {};  ///< `GET /path: body`
    int refused = 0;
    std::string reason = {};
};

/// Reads `bytes`, `piece` of them at a time.
seen read_all(request_reader& reader, std::string_view bytes, std::size_t piece) {
    seen all;
    for (;;) {
        switch (reader.next()) {
            case step::starved: {
                if (bytes.empty()) return all;
                const std::span<char> room = reader.room();
                const std::size_t count = std::min({piece, room.size(), bytes.size()});
                std::copy_n(bytes.data(), count, room.data());
                reader.filled(count);
                bytes.remove_prefix(count);
                break;
            }
            case step::head:
                all.requests.push_back(std::string(reader.head().method) + ' ' +
                                       std::string(reader.head().target) + ": ");
                break;
            case step::body:
                all.requests.back() += reader.piece();
                break;
            case step::end:
                break;
            case step::failed:
                all.refused = reader.fault().status;
                all.reason = reader.fault().reason;
                return all;
        }
    }
}

seen read_all(std::string_view bytes, const request_limits& limits = {},
              std::size_t piece = ~std::size_t{0}) {
    request_reader reader(limits);
    return read_all(reader, bytes, piece);
}

/// Reads until the head is whole.
void read_head(request_reader& reader, std::string_view bytes) {
    std::ranges::copy(bytes, reader.room().begin());
    reader.filled(bytes.size());
    ASSERT_EQ(reader.next(), step::head) << reader.fault().reason;
}

const std::string host = "Host: a\r\n";

TEST(request_reader, tells_line_and_fields) {
    request_reader reader;
    read_head(reader,
              "GET /x?y=1 HTTP/1.1\r\nHost: a.test:80\r\nAccept:\r\nX: \t two words \t\r\n\r\n");
    const auto& head = reader.head();
    EXPECT_EQ(head.method, "GET");
    EXPECT_EQ(head.target, "/x?y=1");
    EXPECT_EQ(head.minor, 1U);
    EXPECT_EQ(head.find("host"), "a.test:80");
    EXPECT_EQ(head.find("Accept"), "");
    EXPECT_EQ(head.find("X"), "two words");
    EXPECT_EQ(head.find("Y"), std::nullopt);
    EXPECT_EQ(head.framing, body_framing::none);
    EXPECT_EQ(reader.next(), step::end);
}

TEST(request_reader, reads_requests_that_came_together) {
    const seen all = read_all("GET /1 HTTP/1.1\r\n" + host + "\r\nPOST /2 HTTP/1.1\r\n" + host +
                              "Content-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_THAT(all.requests, ElementsAre("GET /1: ", "POST /2: abc", "GET /3: "));
    EXPECT_EQ(all.refused, 0);
}

TEST(request_reader, reads_the_same_whatever_the_pieces) {
    const std::string bytes =
        "POST /1 HTTP/1.1\r\n" + host +
        "Transfer-Encoding: chunked\r\nX-Long: " + std::string(100, 'v') +
        "\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\nGET /2 HTTP/1.1\r\n" + host + "\r\n";
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        const seen all = read_all(bytes, {}, piece);
        EXPECT_THAT(all.requests, ElementsAre("POST /1: abcde", "GET /2: ")) << piece;
    }
}

TEST(request_reader, keeps_the_heads_views_while_a_large_body_comes) {
    const std::string body(200'000, 'b');
    const std::string bytes = "PUT /large HTTP/1.1\r\n" + host +
                              "X-Name: kept\r\nContent-Length: " + std::to_string(body.size()) +
                              "\r\n\r\n";
    request_reader reader;
    read_head(reader, bytes);
    const std::string_view name = *reader.head().find("X-Name");
    const seen rest = [&] {
        seen all;
        all.requests.emplace_back();
        std::string_view left = body;
        for (;;) {
            const step s = reader.next();
            if (s == step::end) return all;
            if (s == step::body) all.requests.back() += reader.piece();
            if (s != step::starved) continue;
            const auto room = reader.room();
            const std::size_t count = std::min(room.size(), left.size());
            std::copy_n(left.data(), count, room.data());
            reader.filled(count);
            left.remove_prefix(count);
        }
    }();
    EXPECT_EQ(rest.requests.at(0), body);
    EXPECT_EQ(name, "kept");
    EXPECT_EQ(reader.head().target, "/large");
}

TEST(request_reader, a_head_may_be_larger_than_its_first_memory) {
    const std::string value(30'000, 'v');
    const seen all = read_all("GET / HTTP/1.1\r\n" + host + "X: " + value + "\r\n\r\n", {}, 1000);
    EXPECT_THAT(all.requests, ElementsAre("GET /: "));
}

TEST(request_reader, knows_when_another_request_may_follow) {
    const auto keeps = [](const std::string& version, const std::string& fields) {
        request_reader reader;
        read_head(reader, "GET / HTTP/" + version + "\r\n" + host + fields + "\r\n");
        return reader.head().keep_alive;
    };
    EXPECT_TRUE(keeps("1.1", ""));
    EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
    EXPECT_FALSE(keeps("1.1", "Connection: x, CLOSE\r\n"));
    EXPECT_FALSE(keeps("1.0", ""));
    EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
    EXPECT_FALSE(keeps("1.0", "Connection: keep-alive\r\nConnection: close\r\n"));
}

TEST(request_reader, an_upgrade_counts_when_the_connection_names_it) {
    const auto upgrade = [](const std::string& fields) {
        request_reader reader;
        read_head(reader, "GET / HTTP/1.1\r\n" + host + fields + "\r\n");
        return std::string(reader.head().upgrade);
    };
    EXPECT_EQ(upgrade("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "websocket");
    EXPECT_EQ(upgrade("Upgrade: websocket\r\n"), "");
    EXPECT_EQ(upgrade(""), "");
}

TEST(request_reader, goes_on_as_http_after_an_upgrade_that_is_not_taken) {
    const std::string h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n";
    const seen all =
        read_all("GET /1 HTTP/1.1\r\n" + host + h2c + "\r\nGET /2 HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_THAT(all.requests, ElementsAre("GET /1: ", "GET /2: "));
}

TEST(request_reader, gives_what_follows_to_who_takes_over) {
    request_reader reader;
    const std::string head =
        "GET / HTTP/1.1\r\n" + host + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    read_head(reader, head + "\x81\x00");
    EXPECT_EQ(reader.rest(), std::string_view("\x81\0", 1));
}

TEST(request_reader, an_expectation_without_a_body_needs_no_answer) {
    const auto expects = [](const std::string& fields) {
        request_reader reader;
        read_head(reader,
                  "POST / HTTP/1.1\r\n" + host + "Expect: 100-Continue\r\n" + fields + "\r\n");
        return reader.head().expects_continue;
    };
    EXPECT_TRUE(expects("Content-Length: 1\r\n"));
    EXPECT_FALSE(expects("Content-Length: 0\r\n"));
    EXPECT_FALSE(expects(""));
}

// --- limits ---

TEST(request_reader, a_long_target_is_refused_as_soon_as_it_is_known) {
    request_limits limits;
    limits.target = 20;
    EXPECT_EQ(read_all("GET /2345678901234567890 HTTP/1.1\r\n" + host + "\r\n", limits).refused, 0);
    EXPECT_EQ(read_all("GET /23456789012345678901", limits).refused, 414);
}

TEST(request_reader, a_large_head_is_refused_before_it_ends) {
    request_limits limits;
    limits.head = 1000;
    const std::string large = "GET / HTTP/1.1\r\n" + host + "X: " + std::string(1000, 'v');
    EXPECT_EQ(read_all(large, limits).refused, 431);
    EXPECT_EQ(read_all(large, limits, 1).refused, 431);
    EXPECT_EQ(read_all(large + "\r\n\r\n", limits).refused, 431);
}

TEST(request_reader, many_fields_are_refused) {
    request_limits limits;
    limits.fields = 3;
    const std::string line = "GET / HTTP/1.1\r\n";
    EXPECT_EQ(read_all(line + host + "A:\r\nB:\r\n\r\n", limits).refused, 0);
    EXPECT_EQ(read_all(line + host + "A:\r\nB:\r\nC:\r\n\r\n", limits).refused, 431);
}

TEST(request_reader, what_is_between_the_pieces_of_a_body_is_bounded) {
    const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string name(100'000, 'x');
    for (const std::size_t piece : {1U, 1000U, 1'000'000U}) {
        EXPECT_EQ(read_all(head + "1;" + name + "\r\na\r\n0\r\n\r\n", {}, piece).refused, 400);
        EXPECT_EQ(read_all(head + "0\r\nT: " + name + "\r\n\r\n", {}, piece).refused, 400);
    }
}

// --- state ---

TEST(request_reader, that_was_refused_stays_refused) {
    request_reader reader;
    EXPECT_EQ(read_all(reader, "(\r\n\r\n", 100).refused, 400);
    EXPECT_EQ(reader.next(), step::failed);
}

TEST(request_reader, is_idle_between_requests) {
    request_reader reader;
    EXPECT_TRUE(reader.idle());
    read_head(reader, "GET / HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_FALSE(reader.idle());
    EXPECT_EQ(reader.next(), step::end);
    EXPECT_EQ(reader.next(), step::starved);
    EXPECT_TRUE(reader.idle());
    reader.rest_in_small();
    EXPECT_THAT(read_all(reader, "GET /2 HTTP/1.1\r\n" + host + "\r\n", 100).requests,
                ElementsAre("GET /2: "));
}

}  // namespace
