// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"

#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::tls_errc;
using grove_test::complaint;
using grove_test::connected;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::loopback;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::read_to_end;
using grove_test::tcp_pair;
using grove_test::test_name;
using grove_test::tls_pair;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

// --- the handshake ---

/// One end makes the handshake, the other does what a test has in mind.
class tls_handshake : public grove_test::tls_fixture {
 protected:
    void shake_as_client(grove::deadline until = grove::never) {
        ends_.client.start_tls(client_, test_name, until);
    }

    void shake_as_server(grove::deadline until = grove::never) {
        ends_.server.start_tls(server_, until);
    }

    connected ends_ = tcp_pair();
    std::string hello_ = std::string(4096, '\0');
};

TEST_F(tls_handshake, with_a_silent_peer_ends_at_its_deadline) {
    const std::string at_client = complaint([&] { shake_as_client(1ms); });
    EXPECT_THAT(at_client, StartsWith("TLS handshake with server.grove.test at 127.0.0.1:"));
    EXPECT_THAT(at_client, HasSubstr("Connection timed out"));
    EXPECT_FALSE(ends_.client.is_open());
    ends_ = tcp_pair();
    EXPECT_EQ(failure([&] { shake_as_server(1ms); }), std::errc::timed_out);
    EXPECT_FALSE(ends_.server.is_open());
}

TEST_F(tls_handshake, whose_deadline_has_passed_asks_nobody) {
    EXPECT_EQ(failure([&] { shake_as_client(0ms); }), std::errc::timed_out);
}

TEST_F(tls_handshake, ends_with_its_scope_and_the_socket_is_closed) {
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { shake_as_client(); }));
    EXPECT_FALSE(ends_.client.is_open());
}

TEST_F(tls_handshake, that_is_killed_closes_the_socket) {
    auto client = grove::spawn([&] { shake_as_client(); });
    let_it_park(client);
    client.kill();
    EXPECT_TRUE(client.killed());
    EXPECT_FALSE(ends_.client.is_open());
    auto accepting = grove::spawn([&] { return failure([&] { shake_as_server(); }); });
    EXPECT_EQ(accepting.get(), std::errc::connection_reset);
}

TEST_F(tls_handshake, ends_where_another_closes_the_socket) {
    auto client = grove::spawn([&] { return failure([&] { shake_as_client(); }); });
    let_it_park(client);
    ends_.client.close();
    EXPECT_EQ(client.get(), std::errc::bad_file_descriptor);
}

TEST_F(tls_handshake, with_a_peer_that_closes_says_so) {
    auto client = grove::spawn([&] { return complaint([&] { shake_as_client(); }); });
    let_it_park(client);
    (void)ends_.server.read_some(std::span(hello_));  // unread, it would make the end a reset
    ends_.server.close();
    EXPECT_THAT(client.get(), HasSubstr("it has closed the connection: Connection reset"));
}

TEST_F(tls_handshake, with_a_peer_that_has_gone_already_is_reset) {
    ends_.server.abort();
    EXPECT_EQ(failure([&] { shake_as_client(); }), std::errc::connection_reset);
}

TEST_F(tls_handshake, with_a_peer_that_resets_is_reset) {
    auto client = grove::spawn([&] { return failure([&] { shake_as_client(); }); });
    let_it_park(client);
    ends_.server.abort();
    EXPECT_EQ(client.get(), std::errc::connection_reset);
}

TEST_F(tls_handshake, on_a_socket_whose_sending_half_is_shut_fails_though_the_peer_is_silent) {
    ends_.client.shutdown_write();
    EXPECT_EQ(failure([&] { shake_as_client(10s); }), std::errc::broken_pipe);
}

TEST_F(tls_handshake, with_who_speaks_plain_http_says_so) {
    for (const std::string& request :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("POST /a HTTP/1.1\r\n\r\n"),
          std::string("CONNECT a:1 HTTP/1.1\r\n\r\n")}) {
        ends_ = tcp_pair();
        ends_.client.write_all(request);
        const std::string said = complaint([&] { shake_as_server(); });
        EXPECT_THAT(said, HasSubstr(": it speaks plain HTTP: the peer does not speak TLS"));
    }
}

TEST_F(tls_handshake, with_who_speaks_something_else_says_so) {
    ends_.server.write_all("220 mail.example ESMTP\r\n");
    EXPECT_EQ(failure([&] { shake_as_client(); }), tls_errc::not_tls);
    ends_ = tcp_pair();
    ends_.client.write_all("SSH-2.0-something\r\n");
    EXPECT_EQ(failure([&] { shake_as_server(); }), tls_errc::not_tls);
}

TEST_F(tls_handshake, beside_a_reader_is_an_error_that_names_it) {
    auto reader =
        grove::spawn({.name = "reader"}, [&] { return failure([&] { read_text(ends_.client); }); });
    let_it_park(reader);
    EXPECT_THAT(complaint([&] { shake_as_client(); }), HasSubstr("reader already reads"));
    EXPECT_EQ(reader.get(), std::errc::bad_file_descriptor);
}

TEST_F(tls_handshake, goes_on_for_two_hundred_at_once) {
    grove::listener door(loopback());
    auto serving = grove::spawn([&] {
        std::vector<grove::greenlet<void>> guests;
        for (int i = 0; i < 200; ++i) {
            guests.push_back(grove::spawn([this, peer = door.accept()]() mutable {
                peer.start_tls(server_);
                peer.write_all(peer.read_line());
            }));
        }
        for (auto& guest : guests) guest.get();
    });
    std::vector<grove::greenlet<std::string>> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(grove::spawn([&, text = std::to_string(i) + '\n'] {
            grove::socket peer = grove::socket::connect(door.local());
            peer.start_tls(client_, test_name);
            peer.write_all(text);
            return peer.read_line();
        }));
    }
    for (int i = 0; i < 200; ++i) EXPECT_EQ(clients[i].get(), std::to_string(i) + '\n');
    serving.get();
}

// --- the end of the stream ---

class tls_end : public grove_test::tls_fixture {
 protected:
    /// Past TLS, as a stranger on the way could.
    static void inject(const grove::socket& at, std::string_view bytes) {
        ASSERT_EQ(::send(at.fd(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
    }

    [[nodiscard]] grove::tls_client tolerant() const {
        grove::tls_client_options options = trust_.client_options();
        options.truncation = grove::tls_truncation::accepted;
        return grove::tls_client(options);
    }
};

TEST_F(tls_end, without_close_notify_is_an_error_and_each_time) {
    auto [client, server] = tls_pair(client_, server_);
    server.write_all("half of it");
    ::shutdown(server.fd(), SHUT_WR);
    EXPECT_EQ(read_text(client), "half of it");
    for (int i = 0; i < 2; ++i) {
        const auto code = failure([&client = client] { read_text(client); });
        EXPECT_EQ(code, tls_errc::truncated);
        EXPECT_EQ(code, std::errc::connection_reset);
    }
    EXPECT_THAT(complaint([&client = client] { read_text(client); }),
                StartsWith("recv server.grove.test at 127.0.0.1:"));
    client.write_all("still heard");
    EXPECT_EQ(read_text(server), "still heard");
}

TEST_F(tls_end, without_close_notify_is_as_any_other_where_that_is_accepted) {
    auto [client, server] = tls_pair(tolerant(), server_);
    server.write_all("all of it");
    ::shutdown(server.fd(), SHUT_WR);
    EXPECT_EQ(read_to_end(client), "all of it");
    EXPECT_EQ(read_text(client), "");
}

TEST_F(tls_end, without_close_notify_is_accepted_by_servers_too) {
    grove::tls_server_options options = trust_.server_options();
    options.truncation = grove::tls_truncation::accepted;
    auto [client, server] = tls_pair(client_, grove::tls_server(options));
    ::shutdown(client.fd(), SHUT_WR);
    EXPECT_EQ(read_text(server), "");
}

TEST_F(tls_end, inside_a_record_is_an_error_in_any_case) {
    auto [client, server] = tls_pair(tolerant(), server_);
    inject(server, std::string_view("\x17\x03\x03\x00\x20"
                                    "abc",
                                    8));
    ::shutdown(server.fd(), SHUT_WR);
    EXPECT_EQ(failure([&client = client] { read_text(client); }), tls_errc::truncated);
}

TEST_F(tls_end, by_reset_is_a_reset) {
    auto [client, server] = tls_pair(client_, server_);
    auto reader = grove::spawn([&client = client] { return failure([&] { read_text(client); }); });
    let_it_park(reader);
    server.abort();
    EXPECT_EQ(reader.get(), std::errc::connection_reset);
}

TEST_F(tls_end, of_a_write_that_was_cut_off_is_not_told_as_one_in_order) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&, &server = server] { server.write_all(sent); });
    let_it_park(writer);
    writer.kill();
    std::string got;
    auto reader = grove::spawn([&, &client = client] {
        return failure([&] {
            for (std::string piece; !(piece = read_text(client)).empty();) got += piece;
        });
    });
    let_it_park(reader);  // what was sent so far is read: there is room for an alert
    server.close();
    EXPECT_EQ(reader.get(), tls_errc::truncated);
    EXPECT_TRUE(sent.starts_with(got));
    EXPECT_GT(got.size(), 0U);
}

TEST_F(tls_end, of_a_write_that_was_cut_off_is_in_order_when_it_is_asked_for) {
    auto [client, server] = tls_pair(client_, server_);
    const std::string sent = pattern(more_than_fits);
    EXPECT_EQ(failure([&, &server = server] { server.write_all(sent, 1ms); }),
              std::errc::timed_out);
    auto closing = grove::spawn([&server = server] { server.shutdown_write(); });
    EXPECT_TRUE(sent.starts_with(read_to_end(client)));
    closing.get();
    client.write_all("x");
    EXPECT_EQ(read_text(server), "x");
}

TEST_F(tls_end, by_bytes_that_nobody_sealed_is_an_error_of_both) {
    auto [client, server] = tls_pair(client_, server_);
    inject(server, std::string_view("\x17\x03\x03\x00\x20"
                                    "thirty-two bytes of no meaning..",
                                    37));
    const std::string said = complaint([&client = client] { read_text(client); });
    EXPECT_THAT(said, HasSubstr("decryption failed or bad record mac: TLS failed"));
    EXPECT_EQ(complaint([&client = client] { read_text(client); }), said);
    EXPECT_EQ(complaint([&client = client] { client.write_all("x"); }), said);
    EXPECT_EQ(complaint([&client = client] { client.shutdown_write(); }), said);
    EXPECT_EQ(failure([&server = server] { read_text(server); }), tls_errc::refused);
}

// --- calls that are cut short, and two at once ---

class tls_calls : public grove_test::tls_fixture {
 protected:
    connected ends_ = tls_pair(client_, server_);
    grove::socket& near_ = ends_.client;
    grove::socket& far_ = ends_.server;
};

TEST_F(tls_calls, a_late_read_takes_nothing) {
    EXPECT_EQ(failure([&] { read_text(near_, 1ms); }), std::errc::timed_out);
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { read_text(near_); }));
    far_.write_all("x");
    EXPECT_EQ(read_text(near_), "x");
}

TEST_F(tls_calls, a_read_that_was_killed_in_the_middle_of_a_record_loses_nothing) {
    connected left = grove_test::unix_pair();
    connected right = grove_test::unix_pair();
    const auto pass_on = [](grove::socket& from, grove::socket& to) {
        for (std::string piece; !(piece = read_text(from)).empty();) to.write_all(piece);
    };
    auto there = grove::spawn([&] { pass_on(left.server, right.client); });
    auto back = grove::spawn([&] { pass_on(right.client, left.server); });
    auto accepting = grove::spawn([&] { right.server.start_tls(server_); });
    left.client.start_tls(client_, test_name);
    accepting.get();
    grove::idle();
    back.kill();

    right.server.write_all("one record");
    const std::string record = read_text(right.client);
    left.server.write_all(record.substr(0, 9));
    auto reader = grove::spawn([&] { read_text(left.client); });
    let_it_park(reader);
    reader.kill();
    left.server.write_all(record.substr(9));
    EXPECT_EQ(read_text(left.client), "one record");
}

TEST_F(tls_calls, a_late_write_leaves_a_stream_that_can_be_gone_on_with) {
    const std::string sent = pattern(more_than_fits);
    EXPECT_EQ(failure([&] { near_.write_all(sent, 1ms); }), std::errc::timed_out);
    auto reader = grove::spawn([&] { return read_to_end(far_); });
    near_.write_all("the end");
    near_.shutdown_write();
    const std::string got = reader.get();
    ASSERT_TRUE(got.ends_with("the end"));
    EXPECT_TRUE(sent.starts_with(got.substr(0, got.size() - 7)));
}

TEST_F(tls_calls, a_writer_that_is_parked_lets_the_reader_read) {
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&] { near_.write_all(sent); });
    let_it_park(writer);
    far_.write_all("meanwhile");
    EXPECT_EQ(read_text(near_), "meanwhile");
    std::vector<std::byte> all(sent.size());
    far_.read_exactly(all);
    writer.get();
}

TEST_F(tls_calls, closing_wakes_the_reader_and_the_writer) {
    const std::string sent = pattern(more_than_fits);
    auto reader = grove::spawn([&] { return failure([&] { read_text(near_); }); });
    auto writer = grove::spawn([&] { return failure([&] { near_.write_all(sent); }); });
    let_it_park(reader);
    let_it_park(writer);
    near_.close();
    EXPECT_EQ(reader.get(), std::errc::bad_file_descriptor);
    EXPECT_EQ(writer.get(), std::errc::bad_file_descriptor);
}

TEST_F(tls_calls, a_closed_one_fails_at_once_even_where_it_would_have_waited) {
    near_.close();
    near_.close();
    const auto limit = grove::deadline(10s);
    EXPECT_EQ(failure([&] { read_text(near_, limit); }), std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&] { near_.write_all("x", limit); }), std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&] { near_.shutdown_write(limit); }), std::errc::bad_file_descriptor);
}

TEST_F(tls_calls, two_readers_are_an_error_that_names_both) {
    auto first = grove::spawn({.name = "first"}, [&] { return read_text(near_); });
    let_it_park(first);
    auto second =
        grove::spawn({.name = "second"}, [&] { return complaint([&] { read_text(near_); }); });
    EXPECT_THAT(second.get(), HasSubstr(" in second: first already reads this descriptor"));
    far_.write_all("x");
    EXPECT_EQ(first.get(), "x");
}

TEST_F(tls_calls, two_writers_are_an_error_that_names_both) {
    const std::string sent = pattern(more_than_fits);
    auto first = grove::spawn({.name = "first"}, [&] {
        near_.write_all(sent);
        near_.close();
    });
    let_it_park(first);
    for (const bool shutting : {false, true}) {
        auto second = grove::spawn({.name = "second"}, [&] {
            return complaint([&] {
                if (shutting) near_.shutdown_write();
                near_.write_all("x");
            });
        });
        EXPECT_THAT(second.get(), HasSubstr(" in second: first already writes this descriptor"));
    }
    EXPECT_TRUE(read_to_end(far_) == sent);
    first.get();
}

TEST_F(tls_calls, a_write_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
    ASSERT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);  // a signal would end the test
    connected ends = grove_test::unix_pair();
    grove_test::shake_hands(ends, client_, server_);
    ends.server.close();
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(failure([&] { ends.client.write_all("x"); }), std::errc::broken_pipe);
    }
    EXPECT_EQ(failure([&] { ends.client.shutdown_write(); }), std::errc::broken_pipe);
    EXPECT_EQ(read_text(ends.client), "");  // what it has said before can still be read
}

TEST_F(tls_calls, a_peer_that_is_reset_wakes_a_waiting_writer) {
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&] { return failure([&] { near_.write_all(sent); }); });
    let_it_park(writer);
    far_.abort();
    EXPECT_EQ(writer.get(), std::errc::connection_reset);
}

}  // namespace
