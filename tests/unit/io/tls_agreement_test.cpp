// SPDX-License-Identifier: MIT
#include "io/tls_sessions.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using grove::tls_errc;
using grove_test::connected;
using grove_test::failing_handshake;
using grove_test::identity;
using grove_test::loopback;
using grove_test::read_text;
using grove_test::tls_pair;
using grove_test::tls_through;
using testing::HasSubstr;

using texts = std::vector<std::string>;

class tls_agreement : public grove_test::tls_fixture {
 protected:
    [[nodiscard]] grove::tls_client speaking(texts protocols) const {
        grove::tls_client_options options = trust_.client_options();
        options.alpn = std::move(protocols);
        return grove::tls_client(options);
    }

    [[nodiscard]] grove::tls_server understanding(texts protocols) const {
        grove::tls_server_options options = trust_.server_options();
        options.alpn = std::move(protocols);
        return grove::tls_server(options);
    }
};

// --- the server's name ---

TEST_F(tls_agreement, the_name_that_is_asked_for_picks_the_certificate) {
    const auto named = [this](const std::string& subject, const std::string& name) {
        return identity(trust_.root.sign({.subject = subject, .names = {"DNS:" + name}}));
    };
    const grove::tls_server server(
        {.identities = {named("first", "a.test"), named("second", "b.test"),
                        named("third", "*.c.test")}});
    const auto shown_for = [&](const std::string& name) {
        return tls_pair(client_, server, name).client.tls().peer_subject;
    };
    EXPECT_EQ(shown_for("a.test"), "CN=first");
    EXPECT_EQ(shown_for("b.test"), "CN=second");
    EXPECT_EQ(shown_for("B.TEST"), "CN=second");
    EXPECT_EQ(shown_for("www.c.test"), "CN=third");
    const grove::tls_client careless({.verify = grove::tls_verify::nothing});
    for (const std::string& unknown : {std::string("d.test"), std::string()}) {
        EXPECT_EQ(tls_pair(careless, server, unknown).client.tls().peer_subject, "CN=first");
    }
}

// --- ALPN ---

TEST_F(tls_agreement, of_the_protocols_of_both_the_servers_favourite_is_taken) {
    const grove::tls_server server = understanding({"h2", "http/1.1"});
    auto [client, accepted] = tls_pair(speaking({"spdy", "http/1.1", "h2"}), server);
    EXPECT_EQ(client.tls().alpn, "h2");
    EXPECT_EQ(accepted.tls().alpn, "h2");
}

TEST_F(tls_agreement, a_client_with_other_protocols_is_refused_by_that_alert) {
    const auto found = failing_handshake(speaking({"ftp"}), understanding({"h2", "http/1.1"}));
    EXPECT_EQ(found.server, tls_errc::no_alpn);
    EXPECT_EQ(found.client, tls_errc::no_alpn);
    EXPECT_THAT(found.at_client, HasSubstr("no application protocol"));
}

TEST_F(tls_agreement, either_side_may_leave_protocols_alone) {
    EXPECT_EQ(tls_pair(client_, understanding({"h2"})).server.tls().alpn, "");
    EXPECT_EQ(tls_pair(speaking({"h2"}), server_).client.tls().alpn, "");
}

TEST_F(tls_agreement, the_protocol_is_agreed_on_whichever_certificate_is_picked) {
    grove::tls_server_options options = trust_.server_options();
    options.identities.push_back(identity(trust_.root.sign({.names = {"DNS:b.test"}})));
    options.alpn = {"h2"};
    const grove::tls_server server(options);
    EXPECT_EQ(tls_pair(speaking({"h2"}), server, "b.test").client.tls().alpn, "h2");
}

// --- sessions ---

class tls_resumed : public tls_agreement {
 protected:
    /// Connects and lets the tickets arrive. Result: the client took up an earlier session.
    bool connect(const grove::tls_client& client, const grove::tls_server& server,
                 const std::string& name = grove_test::test_name) {
        auto [near, far] = tls_through(door_, client, server, name);
        far.write_all("x");
        EXPECT_EQ(read_text(near), "x");
        EXPECT_EQ(near.tls().resumed, far.tls().resumed);
        return near.tls().resumed;
    }

    grove::listener door_{loopback()};
};

TEST_F(tls_resumed, is_the_second_connection_and_each_after_it) {
    EXPECT_FALSE(connect(client_, server_));
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(connect(client_, server_));
}

TEST_F(tls_resumed, tells_the_same_as_the_first) {
    const grove::tls_server server = understanding({"h2"});
    const grove::tls_client client = speaking({"h2"});
    EXPECT_FALSE(connect(client, server));
    auto [near, far] = tls_through(door_, client, server);
    ASSERT_TRUE(near.tls().resumed);
    EXPECT_EQ(near.tls().peer_subject, "CN=the server");
    EXPECT_EQ(far.tls().server_name, grove_test::test_name);
    EXPECT_EQ(far.tls().alpn, "h2");
}

TEST_F(tls_resumed, is_known_to_copies_of_the_handles) {
    const grove::tls_client same_client = client_;
    const grove::tls_server same_server = server_;
    EXPECT_FALSE(connect(client_, server_));
    EXPECT_TRUE(connect(same_client, same_server));
}

TEST_F(tls_resumed, is_only_what_went_to_the_same_name_and_port) {
    EXPECT_FALSE(connect(client_, server_));
    EXPECT_FALSE(connect(client_, server_, "a.wild.test"));
    EXPECT_TRUE(connect(client_, server_));
    door_ = grove::listener(loopback());
    EXPECT_FALSE(connect(client_, server_));
}

TEST_F(tls_resumed, is_only_what_the_same_server_has_sealed) {
    EXPECT_FALSE(connect(client_, server_));
    EXPECT_FALSE(connect(client_, grove::tls_server(trust_.server_options())));
}

TEST_F(tls_resumed, is_nothing_where_one_side_does_not_allow_it) {
    grove::tls_client_options forgetful = trust_.client_options();
    forgetful.resumption = grove::tls_resumption::off;
    grove::tls_server_options strict = trust_.server_options();
    strict.resumption = grove::tls_resumption::off;
    const grove::tls_client client(forgetful);
    const grove::tls_server server(strict);
    for (int i = 0; i < 2; ++i) {
        EXPECT_FALSE(connect(client, server_));
        EXPECT_FALSE(connect(client_, server));
    }
}

TEST_F(tls_resumed, is_what_a_client_that_only_wrote_has_been_sent) {
    {
        auto [near, far] = tls_through(door_, client_, server_);
        near.write_all("x");
        near.close();
    }
    EXPECT_TRUE(connect(client_, server_));
}

TEST_F(tls_resumed, is_not_a_session_whose_certificate_another_would_refuse) {
    const grove::tls_client careless({.verify = grove::tls_verify::nothing});
    EXPECT_FALSE(connect(careless, server_));
    EXPECT_TRUE(connect(careless, server_));
    EXPECT_FALSE(connect(client_, server_));
}

TEST_F(tls_resumed, works_from_several_hubs_at_once) {
    const auto echo_once = [this](const grove::endpoint& at) {
        grove::socket peer = grove::socket::connect(at);
        peer.start_tls(client_, grove_test::test_name);
        peer.write_all("x\n");
        return peer.read_line();
    };
    const grove::endpoint at = door_.local();
    auto serving = grove::spawn([&] {
        for (;;) {
            grove::socket peer = door_.accept();
            peer.start_tls(server_);
            peer.write_all(peer.read_line());
        }
    });
    std::vector<std::thread> threads;
    std::atomic<int> answered = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) answered += echo_once(at) == "x\n" ? 1 : 0;
        });
    }
    while (answered < 40) grove::sleep_for(std::chrono::milliseconds(1));
    for (std::thread& one : threads) one.join();
    serving.kill();
}

// --- what is kept ---

grove::detail::ssl_session_ptr session(int version, unsigned char id, long seconds_left = 60) {
    grove::detail::ssl_session_ptr made(SSL_SESSION_new());
    SSL_SESSION_set1_id(made.get(), &id, 1);
    SSL_SESSION_set_protocol_version(made.get(), version);
    SSL_SESSION_set_time(made.get(), static_cast<long>(std::time(nullptr)));
    SSL_SESSION_set_timeout(made.get(), seconds_left);
    return made;
}

/// Which one it is; -1: none.
int id_of(const grove::detail::ssl_session_ptr& of) {
    unsigned size = 0;
    return of ? SSL_SESSION_get_id(of.get(), &size)[0] : -1;
}

class kept_sessions : public testing::Test {
 protected:
    grove::detail::tls_sessions kept_;
};

TEST_F(kept_sessions, of_tls_1_3_are_given_out_once_the_newest_first) {
    kept_.put("a 1", session(TLS1_3_VERSION, 1));
    kept_.put("b 1", session(TLS1_3_VERSION, 2));
    kept_.put("a 1", session(TLS1_3_VERSION, 3));
    EXPECT_EQ(id_of(kept_.take("a 1")), 3);
    EXPECT_EQ(id_of(kept_.take("a 1")), 1);
    EXPECT_EQ(id_of(kept_.take("a 1")), -1);
    EXPECT_EQ(id_of(kept_.take("b 1")), 2);
}

TEST_F(kept_sessions, of_tls_1_2_are_given_out_again_and_again) {
    kept_.put("a 1", session(TLS1_2_VERSION, 1));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(id_of(kept_.take("a 1")), 1);
}

TEST_F(kept_sessions, that_have_run_out_are_dropped) {
    kept_.put("a 1", session(TLS1_3_VERSION, 1, 60));
    kept_.put("a 1", session(TLS1_3_VERSION, 2, 0));
    EXPECT_EQ(id_of(kept_.take("a 1")), 1);
}

TEST_F(kept_sessions, are_four_for_a_server_and_256_in_all) {
    for (unsigned char id = 1; id <= 6; ++id) kept_.put("a 1", session(TLS1_3_VERSION, id));
    for (const int id : {6, 5, 4, 3, -1}) EXPECT_EQ(id_of(kept_.take("a 1")), id);
    for (int port = 0; port < 257; ++port) {
        kept_.put("a " + std::to_string(port), session(TLS1_3_VERSION, 7));
    }
    EXPECT_EQ(id_of(kept_.take("a 0")), -1);
    EXPECT_EQ(id_of(kept_.take("a 1")), 7);
    EXPECT_EQ(id_of(kept_.take("a 256")), 7);
}

}  // namespace
