// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/http_server.hpp>
#include <grove/queue.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::http_request;
using grove::http_response;
using grove::http_server;
using grove::socket;
using grove_test::ask;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_all;
using grove_test::read_up_to;
using grove_test::without_date;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string last_request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

class http_servers : public grove_test::quiet {
 protected:
    /// What `last_request` is answered.
    [[nodiscard]] std::string answer_of(http_server::handler handler,
                                        grove::http_server_options options = {}) const {
        const http_server server(loopback(), std::move(handler), std::move(options));
        return ask(server.local(), last_request);
    }

    static unsigned segments_received(const socket& by) {
        tcp_info info{};
        socklen_t size = sizeof info;
        ::getsockopt(by.fd(), IPPROTO_TCP, TCP_INFO, &info, &size);
        return info.tcpi_data_segs_in;
    }
};

/// Waits until the server has said so much.
void expect_next(socket& client, std::string_view text) {
    std::string got(text.size(), '\0');
    client.read_exactly(std::as_writable_bytes(std::span(got)), 5s);
    EXPECT_EQ(got, text);
}

TEST_F(http_servers, show_a_handler_what_was_asked) {
    std::vector<std::string> seen;
    const http_server server(loopback(), [&](http_request& asked, http_response&) {
        seen = {std::string(asked.method()),
                std::string(asked.target()),
                std::string(asked.path()),
                std::string(asked.query()),
                std::string(asked.find("x-one").value()),
                std::to_string(asked.minor_version())};
        EXPECT_EQ(asked.fields().size(), 2U);
        EXPECT_EQ(asked.fields()[1].name, "X-One");
        EXPECT_FALSE(asked.find("x-two"));
        EXPECT_FALSE(asked.has_body());
        EXPECT_FALSE(asked.is_tls());
        EXPECT_EQ(asked.content_length(), 0U);
    });
    (void)ask(server.local(), "GET /a%20b?c=d HTTP/1.1\r\nHost: a\r\nX-One:  1 \r\n\r\n");
    EXPECT_THAT(seen, ElementsAre("GET", "/a%20b?c=d", "/a%20b", "c=d", "1", "1"));
    (void)ask(server.local(), "GET http://b.test:80?q HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n\r\n");
    EXPECT_THAT(seen, ElementsAre("GET", "http://b.test:80?q", "/", "q", "1", "1"));
    (void)ask(server.local(), "OPTIONS * HTTP/1.0\r\nHost: a\r\nX-One: 1\r\n\r\n");
    EXPECT_THAT(seen, ElementsAre("OPTIONS", "*", "*", "", "1", "0"));
}

TEST_F(http_servers, tell_who_asks) {
    std::optional<grove::endpoint> peer;
    const http_server server(loopback(),
                             [&](http_request& asked, http_response&) { peer = asked.peer(); });
    socket client = socket::connect(server.local());
    client.write_all(last_request);
    (void)read_all(client);
    EXPECT_EQ(peer, client.local());
}

TEST_F(http_servers, answer_in_one_segment) {
    const http_server server(loopback(), [](http_request&, http_response& answer) {
        answer.add("Content-Type", "text/plain").send(std::string(1000, 'x'));
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    EXPECT_THAT(read_up_to(client, "xx"), HasSubstr("Content-Length: 1000\r\n"));
    EXPECT_EQ(segments_received(client), 1U);
}

TEST_F(http_servers, answer_pipelined_requests_in_one_segment) {
    int answered = 0;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send(std::to_string(++answered));
    });
    socket client = socket::connect(server.local());
    client.write_all(request + request + request);
    EXPECT_THAT(read_up_to(client, "\r\n\r\n3"), HasSubstr("\r\n\r\n1HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(segments_received(client), 1U);
}

TEST_F(http_servers, give_others_a_turn_while_one_client_pipelines_without_end) {
    bool other_ran = false;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send(other_ran ? "others ran" : "");
    });
    socket client = socket::connect(server.local());
    std::string many;
    for (int i = 0; i < 200; ++i) many += request;
    auto other = grove::spawn([&] { other_ran = true; });
    client.write_all(many);
    client.shutdown_write();
    EXPECT_THAT(read_all(client), EndsWith("others ran"));
}

TEST_F(http_servers, send_long_bodies_to_slow_clients) {
    const std::string body = pattern(std::size_t{8} << 20);
    const http_server server(loopback(),
                             [&](http_request&, http_response& answer) { answer.send(body); });
    socket client = socket::connect(server.local());
    client.write_all(last_request);
    EXPECT_THAT(read_up_to(client, "\r\n\r\n"), HasSubstr("Content-Length: 8388608\r\n"));
    grove::idle();
    EXPECT_TRUE(read_all(client) == body);
}

TEST_F(http_servers, stream_long_bodies_to_slow_clients) {
    const std::string body = pattern(std::size_t{4} << 20);
    for (const std::size_t size : {1'000U, 100'000U}) {
        const http_server server(loopback(), [&](http_request&, http_response& answer) {
            answer.length(body.size());
            for (std::size_t at = 0; at < body.size(); at += size)
                answer.write(std::string_view(body).substr(at, size));
        });
        socket client = socket::connect(server.local());
        client.write_all(last_request);
        (void)read_up_to(client, "\r\n\r\n");
        grove::idle();
        EXPECT_TRUE(read_all(client) == body) << size;
    }
}

TEST_F(http_servers, answer_whole_after_long_pieces_one_by_one) {
    const std::string piece = pattern(20'000);
    const http_server server(loopback(), [&](http_request& asked, http_response& answer) {
        if (asked.path() != "/long") return answer.send("short\n");
        answer.length(3 * piece.size());
        for (int i = 0; i < 3; ++i) answer.write(piece);
    });
    const std::string all = ask(server.local(), "GET /long HTTP/1.1\r\nHost: a\r\n\r\n" + request);
    EXPECT_EQ(all, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + piece + piece + piece +
                       "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nshort\n");
}

TEST_F(http_servers, send_what_was_written_when_the_handler_waits) {
    grove::queue<std::string> words(10);
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        for (;;) {
            const std::string word = words.get().value();
            answer.write(word);
            if (word == "end") return;
        }
    });
    socket client = socket::connect(server.local());
    client.write_all(last_request);
    words.put("one");
    words.put("two");
    EXPECT_THAT(read_up_to(client, "two\r\n"), EndsWith("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n"));
    EXPECT_EQ(segments_received(client), 1U);
    words.put("three");
    expect_next(client, "5\r\nthree\r\n");
    words.put("end");
    expect_next(client, "3\r\nend\r\n0\r\n\r\n");
}

TEST_F(http_servers, go_on_sending_what_was_written_while_the_handler_waits) {
    const std::string body = pattern(std::size_t{4} << 20);
    grove::queue<int> never_put(1);
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.length(body.size());
        // Less than is sent at once, and more than the kernel takes in the end.
        for (std::size_t at = 0; at < body.size(); at += 30'000) {
            answer.write(std::string_view(body).substr(at, 15'000));
            answer.write(std::string_view(body).substr(std::min(at + 15'000, body.size()), 15'000));
            grove::yield();
        }
        (void)never_put.get(1s);
    });
    socket client = socket::connect(server.local());
    client.write_all(last_request);
    (void)read_up_to(client, "\r\n\r\n");
    std::string got(body.size(), '\0');
    grove::idle();
    client.read_exactly(std::as_writable_bytes(std::span(got)), 5s);
    EXPECT_TRUE(got == body);
}

TEST_F(http_servers, flush_at_once_when_told_to) {
    std::string seen_meanwhile;
    std::optional<socket> client;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.flush();
        answer.write("x");
        answer.flush();
        // Nobody else runs here.
        std::string got(1024, '\0');
        const ssize_t size = ::recv(client->fd(), got.data(), got.size(), MSG_DONTWAIT | MSG_PEEK);
        seen_meanwhile = got.substr(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    });
    client = socket::connect(server.local());
    client->write_all(last_request);
    (void)read_all(*client);
    EXPECT_THAT(seen_meanwhile, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(seen_meanwhile, EndsWith("\r\n\r\n1\r\nx\r\n"));
}

// --- files ---

class open_file {
 public:
    explicit open_file(const std::string& bytes)
        : fd_(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
        if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            grove::throw_errno("write");
    }

    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    ~open_file() { ::close(fd_); }

    [[nodiscard]] int fd() const { return fd_; }

 private:
    int fd_;
};

TEST_F(http_servers, send_parts_of_files) {
    for (const std::size_t size : {1'000U, 3'000'000U}) {
        const std::string bytes = pattern(size);
        const open_file file(bytes);
        const std::string got = answer_of([&](http_request&, http_response& answer) {
            answer.send_file(file.fd(), 10, size - 20);
        });
        const std::string body = bytes.substr(10, size - 20);
        EXPECT_TRUE(got == "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                               "\r\nConnection: close\r\n\r\n" + body)
            << size;
    }
}

TEST_F(http_servers, cut_a_file_that_has_become_shorter) {
    const open_file file("0123456789");
    for (const std::uint64_t announced : {100U, 100'000U}) {
        const http_server server(loopback(), [&](http_request&, http_response& answer) {
            answer.send_file(file.fd(), 0, announced);
        });
        socket client = socket::connect(server.local());
        client.write_all(request);
        EXPECT_EQ(grove_test::failure([&] { EXPECT_LT(read_all(client).size(), announced); }),
                  std::errc::connection_reset);
    }
    EXPECT_EQ(reported.size(), 2U);
}

// --- what a handler may not say ---

TEST_F(http_servers, let_no_handler_write_into_the_head) {
    std::vector<std::string> refused;
    const auto try_field = [&](http_response& answer, std::string_view name,
                               std::string_view value) {
        try {
            answer.add(name, value);
        } catch (const std::invalid_argument& e) {
            refused.emplace_back(e.what());
        }
    };
    const std::string got = answer_of([&](http_request&, http_response& answer) {
        try_field(answer, "X-A", "1\r\nX-B: 2");
        try_field(answer, "X-A", "1\n");
        try_field(answer, "X-A", std::string_view("1\0", 2));
        try_field(answer, "X A", "1");
        try_field(answer, "", "1");
        try_field(answer, "X-A:", "1");
        try_field(answer, "content-length", "1");
        try_field(answer, "Transfer-Encoding", "chunked");
        try_field(answer, "Connection", "close");
        EXPECT_THROW(answer.status(99), std::invalid_argument);
        EXPECT_THROW(answer.status(100), std::invalid_argument);
        EXPECT_THROW(answer.status(1000), std::invalid_argument);
        answer.send("x");
    });
    EXPECT_EQ(refused.size(), 9U);
    EXPECT_THAT(refused.front(), HasSubstr("X-A: its value has a control character"));
    EXPECT_EQ(got, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
}

TEST_F(http_servers, let_no_handler_answer_twice) {
    int refused = 0;
    const std::string got = answer_of([&](http_request&, http_response& answer) {
        EXPECT_FALSE(answer.begun());
        answer.send("once");
        EXPECT_TRUE(answer.begun());
        const std::vector<std::function<void()>> late = {
            [&] { answer.send("twice"); }, [&] { answer.write("more"); },
            [&] { answer.status(404); },   [&] { answer.add("X-A", "1"); },
            [&] { answer.length(3); },     [&] { (void)answer.upgrade("x"); },
        };
        for (const auto& call : late) {
            try {
                call();
            } catch (const std::logic_error&) {
                ++refused;
            }
        }
    });
    EXPECT_EQ(refused, 6);
    EXPECT_THAT(got, EndsWith("\r\n\r\nonce"));
}

TEST_F(http_servers, refuse_more_than_the_handler_has_announced) {
    const http_server server(loopback(), [](http_request&, http_response& answer) {
        answer.length(3);
        answer.write("ab");
        answer.write("cd");
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    EXPECT_EQ(grove_test::failure([&] { (void)read_all(client); }), std::errc::connection_reset);
    EXPECT_EQ(reported.size(), 1U);
}

// --- the record ---

TEST_F(http_servers, tell_of_each_answer) {
    std::vector<std::string> told;
    const auto tell = [&](const grove::http_record& one) {
        told.push_back(std::string(one.method) + " " + std::string(one.target) + " " +
                       std::to_string(one.status) + " " + std::to_string(one.body_bytes) +
                       (one.complete ? "" : " cut"));
        EXPECT_EQ(one.peer.address(), loopback().address());
        EXPECT_GE(one.took, 0ns);
    };
    {
        const http_server server(loopback(),
                                 [](http_request& asked, http_response& answer) {
                                     if (asked.path() == "/bad")
                                         throw std::runtime_error("bad day");
                                     answer.write("abc");
                                     if (asked.path() == "/cut")
                                         throw std::runtime_error("bad day");
                                 },
                                 {.on_answer = tell});
        (void)ask(server.local(),
                  request + "GET /bad HTTP/1.1\r\nHost: a\r\n\r\n" + "nonsense\r\n\r\n");
        (void)grove_test::failure(
            [&] { (void)ask(server.local(), "GET /cut HTTP/1.1\r\nHost: a\r\n\r\n"); });
    }
    EXPECT_THAT(told,
                ElementsAre("GET / 200 3", "GET /bad 500 22", "  501 15", "GET /cut 200 3 cut"));
}

TEST_F(http_servers, name_themselves_if_told_to) {
    const auto nothing = [](http_request&, http_response&) {};
    grove::http_server_options options;
    options.server_name = "grove/1";
    EXPECT_THAT(answer_of(nothing, options), StartsWith("HTTP/1.1 200 OK\r\nServer: grove/1\r\n"));
    options.server_name = "a\r\nb";
    EXPECT_THROW(http_server(loopback(), nothing, options), std::invalid_argument);
}

TEST_F(http_servers, hand_a_connection_over_and_let_it_live) {
    const http_server server(loopback(), [](http_request&, http_response& answer) {
        grove::http_upgraded shout = answer.upgrade("shout");
        std::string line = shout.read_ahead + shout.peer.read_line();
        shout.peer.write_all("<" + line + ">");
    });
    socket client = socket::connect(server.local());
    client.write_all(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\nhe");
    EXPECT_THAT(read_up_to(client, "\r\n\r\n"), StartsWith("HTTP/1.1 101 "));
    client.write_all("llo\n");
    EXPECT_EQ(read_all(client), "<hello\n>");
    EXPECT_THAT(reported, IsEmpty());
}

}  // namespace
