// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/http_server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// Answers that somebody else sends.

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
using grove_test::without_date;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string last_request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

bool send_on(socket& client, std::string_view bytes) {
    client.write_all(bytes);
    return true;
}

class http_outlets : public grove_test::quiet {
 protected:
    /// That all bytes go through an outlet does not show: two answers on one connection.
    void expect_all_goes_through(const std::function<void(http_response&)>& handler) {
        std::string passed;
        const http_server plain(loopback(),
                                [&](http_request&, http_response& answer) { handler(answer); });
        const http_server server(loopback(), [&](http_request&, http_response& answer) {
            passed.clear();
            answer.send_through([&](socket& client, std::string_view bytes) {
                passed += bytes;
                return send_on(client, bytes);
            });
            handler(answer);
        });
        const std::string wanted = ask(plain.local(), request + request);
        EXPECT_EQ(ask(server.local(), request + request), wanted);
        EXPECT_THAT(wanted, EndsWith(without_date(passed)));
        EXPECT_THAT(passed, StartsWith("HTTP/1.1 200 OK\r\n"));
    }

    /// What a client gets to know when the answer of `body` goes through `outlet`.
    [[nodiscard]] std::string answer_through(const grove::http_outlet& outlet,
                                             const std::string& body) {
        const http_server server(
            loopback(),
            [&](http_request&, http_response& answer) { answer.send_through(outlet).send(body); },
            {.on_answer = [this](const grove::http_record& one) { whole = one.complete; }});
        return ask(server.local(), last_request + request);
    }

    bool whole = true;
};

TEST_F(http_outlets, get_all_bytes_of_an_answer_as_they_are_sent) {
    expect_all_goes_through([](http_response& answer) { answer.send("short"); });
    expect_all_goes_through([](http_response& answer) { answer.send(pattern(600'000)); });
    expect_all_goes_through([](http_response& answer) {
        answer.write("one");
        answer.flush();
        answer.write(pattern(40'000));
    });
    expect_all_goes_through([](http_response&) {});
}

TEST_F(http_outlets, get_files) {
    const grove_test::scratch_path path;
    const std::string text = pattern(600'000);
    const int file = ::open(path.text().c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    expect_all_goes_through([&](http_response& answer) { answer.send_file(file, 5, 1000); });
    expect_all_goes_through([&](http_response& answer) { answer.send_file(file, 5, 599'995); });
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send_through(send_on).send_file(file, 0, text.size() + 1);
    });
    EXPECT_EQ(grove_test::failure([&] { (void)ask(server.local(), last_request); }),
              std::errc::connection_reset);
    EXPECT_THAT(reported, ElementsAre(HasSubstr("GET / of ")));
    ::close(file);
}

TEST_F(http_outlets, get_what_goes_out_while_the_handler_waits) {
    grove::event seen;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send_through([&](socket& client, std::string_view bytes) {
            seen.set();
            return send_on(client, bytes);
        });
        answer.write("early");
        seen.wait();
        answer.write("late");
    });
    EXPECT_THAT(ask(server.local(), last_request),
                EndsWith("\r\n\r\n5\r\nearly\r\n4\r\nlate\r\n0\r\n\r\n"));
}

TEST_F(http_outlets, may_wait_and_what_was_answered_before_does_not) {
    grove::event go_on;
    const http_server server(loopback(), [&](http_request& asked, http_response& answer) {
        if (asked.path() == "/slow") {
            answer.send_through([&](socket& client, std::string_view bytes) {
                client.write_all(bytes.substr(0, 9));
                go_on.wait();
                client.write_all(bytes.substr(9));
                return true;
            });
        }
        answer.send("told");
    });
    socket client = socket::connect(server.local());
    client.write_all(request + "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + last_request);
    EXPECT_THAT(grove_test::read_up_to(client, "told"), StartsWith("HTTP/1.1 200 OK"));
    EXPECT_EQ(grove_test::read_up_to(client, "1.1 "), "HTTP/1.1 ");
    EXPECT_EQ(grove_test::failure([&] {
                  char none = 0;
                  (void)client.read_some(std::span(&none, 1), 0s);
              }),
              std::errc::timed_out);
    go_on.set();
    EXPECT_THAT(grove_test::read_up_to(client, "told"), StartsWith("200 OK\r\n"));
    EXPECT_THAT(read_all(client), testing::AllOf(StartsWith("HTTP/1.1 200"), EndsWith("told")));
}

TEST_F(http_outlets, cut_an_answer_off_by_the_end_of_the_connection) {
    const auto ten_bytes = [](socket& client, std::string_view bytes) {
        client.write_all(bytes.substr(0, 10));
        return false;
    };
    EXPECT_EQ(answer_through(ten_bytes, "unseen"), "HTTP/1.1 2");
    EXPECT_FALSE(whole);
    EXPECT_EQ(answer_through(ten_bytes, pattern(100'000)), "HTTP/1.1 2");
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_outlets, cut_an_answer_off_by_a_reset) {
    const auto reset = [](socket& client, std::string_view) -> bool {
        client.abort();
        throw std::system_error(ECONNRESET, std::generic_category());
    };
    EXPECT_EQ(grove_test::failure([&] { (void)answer_through(reset, "unseen"); }),
              std::errc::connection_reset);
    EXPECT_FALSE(whole);
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(http_outlets, get_the_answer_of_a_handler_that_throws) {
    std::string passed;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send_through([&](socket& client, std::string_view bytes) {
            passed += bytes;
            return send_on(client, bytes);
        });
        throw grove::http_error(503);
    });
    const std::string told = ask(server.local(), last_request);
    EXPECT_EQ(told, without_date(passed));
    EXPECT_THAT(told, StartsWith("HTTP/1.1 503 "));
}

TEST_F(http_outlets, come_before_the_answer) {
    const http_server server(loopback(), [](http_request&, http_response& answer) {
        answer.write("begun");
        EXPECT_THROW(answer.send_through(send_on), std::logic_error);
    });
    EXPECT_THAT(ask(server.local(), last_request), EndsWith("5\r\nbegun\r\n0\r\n\r\n"));
}

TEST_F(http_outlets, end_where_the_connection_is_handed_over) {
    std::string passed;
    const http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send_through([&](socket& client, std::string_view bytes) {
            passed += bytes;
            return send_on(client, bytes);
        });
        grove::http_upgraded made = answer.upgrade("echo");
        made.peer.write_all(made.read_ahead);
    });
    const std::string told = ask(server.local(),
                                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                                 "Upgrade: echo\r\n\r\nhello");
    EXPECT_EQ(told, passed + "hello");
    EXPECT_THAT(passed, StartsWith("HTTP/1.1 101 "));
}

TEST_F(http_outlets, are_left_when_the_server_ends) {
    grove::event waits;
    http_server server(loopback(), [&](http_request&, http_response& answer) {
        answer.send_through([&](socket&, std::string_view) -> bool {
            waits.set();
            grove_test::park_for_ever();
        });
        answer.write("never");
        grove::sleep_until(grove::never);
    });
    socket client = socket::connect(server.local());
    client.write_all(request);
    waits.wait();
    EXPECT_EQ(server.stop(0s), 1U);
    EXPECT_EQ(server.connections(), 0U);
    EXPECT_THAT(reported, IsEmpty());
}

}  // namespace
