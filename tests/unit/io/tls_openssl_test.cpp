// SPDX-License-Identifier: MIT
#include "tests/unit/io/files.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <grove/process.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

// The other end is the openssl program.

namespace {

using grove::stdio;
using grove_test::complaint;
using grove_test::loopback;
using grove_test::scratch_folder;
using grove_test::test_name;
using testing::HasSubstr;

using words = std::vector<std::string>;

class openssl : public grove_test::tls_fixture, public testing::WithParamInterface<std::string> {
 protected:
    /// `openssl`, with what it prints and complains of in one.
    [[nodiscard]] static grove::process started(words command, const words& more) {
        command.insert(command.begin(), "openssl");
        command.insert(command.end(), more.begin(), more.end());
        return grove::process({.command = command,
                               .input = stdio::pipe,
                               .output = stdio::pipe,
                               .errors = stdio::to_output});
    }

    /// Reads what it says up to a line that begins so, after any blanks. Result: what follows.
    static std::string line_after(grove::process& of, const std::string& beginning) {
        for (std::string line; !(line = of.out().read_line()).empty();) {
            line.erase(0, line.find_first_not_of(' '));
            if (line.ends_with('\n')) line.pop_back();
            if (line.starts_with(beginning)) return line.substr(beginning.size());
        }
        ADD_FAILURE() << "it ended without saying " << beginning;
        return {};
    }

    /// As a client of `door`.
    [[nodiscard]] grove::process s_client(const grove::listener& door, const words& more) const {
        return started(
            {"s_client", "-connect", door.local().text(), "-CAfile", authority_, "-servername",
             test_name, "-verify_hostname", test_name, "-verify_return_error"},
            more);
    }

    /// A server that gives back each line turned around.
    [[nodiscard]] grove::process s_server(const words& more) const {
        return started(
            {"s_server", "-accept", "127.0.0.1:0", "-cert", certificate_, "-key", key_, "-rev"},
            more);
    }

    /// Gives back what it reads, line by line. Result: what was agreed on.
    static grove::tls_info echo(grove::listener& door, const grove::tls_server& server) {
        grove::socket peer = door.accept();
        peer.start_tls(server);
        for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
        return peer.tls();
    }

    static grove::tls_version version() {
        return GetParam() == "-tls1_2" ? grove::tls_version::tls1_2 : grove::tls_version::tls1_3;
    }

    scratch_folder folder_;
    std::string authority_ = folder_.with("authority.pem", trust_.root.pem());
    std::string certificate_ = folder_.with("server.pem", trust_.server.pem);
    std::string key_ = folder_.with("server.key", trust_.server.key);
    grove::listener door_{loopback()};
};

INSTANTIATE_TEST_SUITE_P(version, openssl, testing::Values("-tls1_2", "-tls1_3"),
                         [](const auto& of) { return of.param.substr(1); });

TEST_P(openssl, is_served) {
    auto serving = grove::spawn([&] { return echo(door_, server_); });
    grove::process client = s_client(door_, {GetParam()});
    line_after(client, "Verify return code: 0 (ok)");
    client.in().write_all("hello\n");
    line_after(client, "hello");
    client.in().write_all("Q\n");  // it ends the connection in order
    const grove::tls_info info = serving.get();
    EXPECT_EQ(info.version, version());
    EXPECT_EQ(info.server_name, test_name);
    EXPECT_TRUE(client.wait()->success());
}

TEST_P(openssl, is_asked) {
    grove::process server = s_server({GetParam(), "-alpn", "h2,http/1.1"});
    const auto at = grove::endpoint::parse("127.0.0.1:" + line_after(server, "ACCEPT 127.0.0.1:"));
    grove::tls_client_options options = trust_.client_options();
    options.alpn = {"http/1.1", "h2"};
    const grove::tls_client client(options);
    for (const bool resumed : {false, true, true}) {
        grove::socket peer = grove::socket::connect(at.value());
        peer.start_tls(client, test_name);
        peer.write_all("olleh\n");
        EXPECT_EQ(peer.read_line(), "hello\n");
        EXPECT_EQ(peer.tls().version, version());
        EXPECT_EQ(peer.tls().alpn, "h2");
        EXPECT_EQ(peer.tls().peer_subject, "CN=the server");
        EXPECT_EQ(peer.tls().resumed, resumed);
    }
}

TEST_P(openssl, that_does_not_trust_us_says_so) {
    auto serving = grove::spawn([&] { return complaint([&] { echo(door_, server_); }); });
    words command{"s_client",   "-connect",   door_.local().text(), "-CAfile",
                  certificate_, "-no-CApath", "-no-CAstore",        "-verify_return_error"};
    grove::process client = started(command, {GetParam()});
    EXPECT_THAT(serving.get(), HasSubstr("alert unknown CA: the peer refused"));
    client.in().close();
    EXPECT_FALSE(client.wait()->success());
}

class openssl_1_3 : public openssl {};

INSTANTIATE_TEST_SUITE_P(version, openssl_1_3, testing::Values("-tls1_3"),
                         [](const auto& of) { return of.param.substr(1); });

TEST_P(openssl_1_3, changes_keys_on_the_way) {
    auto serving = grove::spawn([&] { return echo(door_, server_); });
    grove::process client = s_client(door_, {GetParam()});
    line_after(client, "Verify return code: 0 (ok)");
    for (const std::string& command : {std::string("k\n"), std::string("K\n")}) {
        client.in().write_all(command);  // `K` asks us to change ours too
        line_after(client, "KEYUPDATE");
        client.in().write_all("hello\n");
        line_after(client, "hello");
    }
    client.in().write_all("Q\n");
    (void)serving.get();
}

class openssl_1_2 : public openssl {};

INSTANTIATE_TEST_SUITE_P(version, openssl_1_2, testing::Values("-tls1_2"),
                         [](const auto& of) { return of.param.substr(1); });

TEST_P(openssl_1_2, is_refused_where_more_is_asked_for) {
    grove::tls_server_options options = trust_.server_options();
    options.minimum = grove::tls_version::tls1_3;
    const grove::tls_server strict(options);
    auto serving = grove::spawn([&] { return complaint([&] { echo(door_, strict); }); });
    grove::process client = s_client(door_, {GetParam()});
    EXPECT_THAT(serving.get(), HasSubstr("unsupported protocol"));
    line_after(client, "CONNECTED");
    client.in().close();
    EXPECT_FALSE(client.wait()->success());
}

TEST_P(openssl_1_2, is_not_asked_where_more_is_asked_for) {
    grove::process server = s_server({GetParam()});
    const auto at = grove::endpoint::parse("127.0.0.1:" + line_after(server, "ACCEPT 127.0.0.1:"));
    grove::tls_client_options options = trust_.client_options();
    options.minimum = grove::tls_version::tls1_3;
    grove::socket peer = grove::socket::connect(at.value());
    const grove::tls_client strict(options);
    EXPECT_EQ(grove_test::failure([&] { peer.start_tls(strict, test_name); }),
              grove::tls_errc::refused);
}

TEST_P(openssl_1_2, that_asks_for_renegotiation_is_refused_it_and_goes_on) {
    auto serving = grove::spawn([&] { return complaint([&] { echo(door_, server_); }); });
    grove::process client = s_client(door_, {GetParam()});
    line_after(client, "Verify return code: 0 (ok)");
    client.in().write_all("R\n");
    line_after(client, "RENEGOTIATING");
    EXPECT_FALSE(client.wait()->success());
    (void)serving.get();
}

}  // namespace
