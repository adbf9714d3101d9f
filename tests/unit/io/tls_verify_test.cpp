// SPDX-License-Identifier: MIT
#include "tests/unit/io/files.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <grove/process.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using grove::tls_errc;
using grove_test::authority;
using grove_test::certificate;
using grove_test::connected;
using grove_test::failing_handshake;
using grove_test::failure;
using grove_test::handshake_failures;
using grove_test::identity;
using grove_test::loopback;
using grove_test::read_text;
using grove_test::scratch_folder;
using grove_test::tcp_pair;
using grove_test::test_name;
using grove_test::tls_pair;
using grove_test::tls_through;
using grove_test::validity;
using testing::HasSubstr;
using testing::StartsWith;

const std::string dns_name = "DNS:" + std::string(test_name);

class tls_trust : public grove_test::tls_fixture {
 protected:
    static grove::tls_server serving(const certificate& of) {
        return grove::tls_server({.identities = {identity(of)}});
    }

    [[nodiscard]] handshake_failures against(const certificate& of,
                                             const std::string& name = test_name) const {
        return failing_handshake(client_, serving(of), name);
    }
};

TEST_F(tls_trust, a_certificate_of_an_unknown_authority_is_refused_and_the_server_is_told) {
    const auto found = against(authority("a stranger").sign({.names = {dns_name}}));
    EXPECT_EQ(found.client, tls_errc::untrusted);
    EXPECT_THAT(found.at_client, StartsWith("TLS handshake with server.grove.test at 127.0.0.1:"));
    EXPECT_THAT(found.at_client, HasSubstr("unable to get local issuer certificate (CN=a test)"));
    EXPECT_EQ(found.server, tls_errc::refused);
    EXPECT_THAT(found.at_server, HasSubstr("alert unknown CA"));
}

TEST_F(tls_trust, a_certificate_for_others_is_refused_and_they_are_named) {
    const auto found =
        against(trust_.root.sign({.names = {"DNS:other.example", "IP:10.0.0.1", "IP:::1"}}));
    EXPECT_EQ(found.client, tls_errc::wrong_host);
    EXPECT_THAT(found.at_client, HasSubstr("it is for other.example, 10.0.0.1, ::1"));
}

TEST_F(tls_trust, the_common_name_is_no_name) {
    const auto found = against(trust_.root.sign({.subject = test_name}));
    EXPECT_EQ(found.client, tls_errc::wrong_host);
    EXPECT_THAT(found.at_client, HasSubstr("it names nobody"));
}

TEST_F(tls_trust, a_star_stands_for_one_label) {
    EXPECT_EQ(failing_handshake(client_, server_, "a.wild.test").client, std::error_code());
    EXPECT_EQ(failing_handshake(client_, server_, "a.b.wild.test").client, tls_errc::wrong_host);
    EXPECT_EQ(failing_handshake(client_, server_, "wild.test").client, tls_errc::wrong_host);
}

TEST_F(tls_trust, an_address_must_be_in_the_certificate_and_is_not_told_to_the_server) {
    auto [client, server] = tls_pair(client_, server_, "127.0.0.1");
    EXPECT_EQ(client.tls().server_name, "");
    EXPECT_EQ(server.tls().server_name, "");
    EXPECT_EQ(failing_handshake(client_, server_, "127.0.0.2").client, tls_errc::wrong_host);
    EXPECT_EQ(failing_handshake(client_, server_, "[::1]").client, tls_errc::wrong_host);
}

TEST_F(tls_trust, addresses_of_ipv6_are_compared_too) {
    const auto of = trust_.root.sign({.names = {"IP:::1"}});
    EXPECT_EQ(against(of, "::1").client, std::error_code());
    EXPECT_EQ(against(of, "[::1]").client, std::error_code());
    EXPECT_EQ(against(of, "::2").client, tls_errc::wrong_host);
}

TEST_F(tls_trust, an_expired_certificate_is_refused) {
    const auto found = against(trust_.root.sign({.names = {dns_name}, .when = validity::expired}));
    EXPECT_EQ(found.client, tls_errc::untrusted);
    EXPECT_THAT(found.at_client, HasSubstr("certificate has expired"));
    EXPECT_THAT(found.at_server, HasSubstr("alert certificate expired"));
}

TEST_F(tls_trust, a_certificate_from_the_future_is_refused) {
    const auto found =
        against(trust_.root.sign({.names = {dns_name}, .when = validity::in_the_future}));
    EXPECT_EQ(found.client, tls_errc::untrusted);
    EXPECT_THAT(found.at_client, HasSubstr("not yet valid"));
}

TEST_F(tls_trust, one_that_signed_itself_is_refused_unless_it_is_trusted_or_nothing_is_verified) {
    const certificate self = grove_test::self_signed({.names = {dns_name}});
    EXPECT_EQ(against(self).client, tls_errc::untrusted);
    const grove::tls_client knows({.authorities = {grove::pem::text(self.pem)}});
    EXPECT_EQ(failing_handshake(knows, serving(self)).client, std::error_code());
    const grove::tls_client careless({.verify = grove::tls_verify::nothing});
    EXPECT_EQ(failing_handshake(careless, serving(self)).client, std::error_code());
    EXPECT_EQ(failing_handshake(careless, serving(self), "other.example").client,
              std::error_code());
}

TEST_F(tls_trust, without_verification_no_name_is_needed) {
    const grove::tls_client careless({.verify = grove::tls_verify::nothing});
    auto [client, server] = tls_pair(careless, server_, "");
    EXPECT_EQ(server.tls().server_name, "");
    EXPECT_EQ(client.tls().peer_subject, "CN=the server");
}

TEST_F(tls_trust, what_leads_to_the_authority_must_be_shown) {
    const authority between = trust_.root.sign_authority("between");
    const certificate leaf = between.sign({.names = {dns_name}});
    EXPECT_EQ(against(leaf).client, tls_errc::untrusted);
    EXPECT_EQ(against({leaf.pem + between.pem(), leaf.key}).client, std::error_code());
}

TEST_F(tls_trust, what_is_given_as_trusted_need_not_be_a_root) {
    const authority between = trust_.root.sign_authority("between");
    const certificate leaf = between.sign({.names = {dns_name}});
    for (const std::string& trusted : {between.pem(), leaf.pem}) {
        const grove::tls_client client({.authorities = {grove::pem::text(trusted)}});
        EXPECT_EQ(failing_handshake(client, serving(leaf)).client, std::error_code());
    }
}

TEST_F(tls_trust, several_authorities_and_files_of_several_are_all_trusted) {
    const authority second("second");
    const authority third("third");
    const scratch_folder folder;
    const std::string both = folder.with("both.pem", "said before\n" + second.pem() + third.pem());
    const grove::tls_client client(
        {.authorities = {grove::pem::text(trust_.root.pem()), grove::pem::file(both)}});
    for (const authority* one : {&std::as_const(trust_.root), &second, &third}) {
        const auto found = failing_handshake(client, serving(one->sign({.names = {dns_name}})));
        EXPECT_EQ(found.client, std::error_code()) << found.at_client;
    }
}

TEST_F(tls_trust, a_folder_of_authorities_is_looked_into) {
    const scratch_folder folder;
    (void)folder.with("root.pem", trust_.root.pem());
    (void)grove::check_output({.command = {"openssl", "rehash", folder / "."}});
    const grove::tls_client client({.authority_folder = folder / "."});
    EXPECT_EQ(failing_handshake(client, server_).client, std::error_code());
}

TEST_F(tls_trust, by_default_the_authorities_of_the_system_are_trusted) {
    const scratch_folder folder;
    ::setenv("SSL_CERT_FILE", folder.with("root.pem", trust_.root.pem()).c_str(), 1);
    const grove::tls_client by_file{};
    ::setenv("SSL_CERT_FILE", "/nonexistent", 1);
    const grove::tls_client by_none{};
    ::unsetenv("SSL_CERT_FILE");
    EXPECT_EQ(failing_handshake(by_file, server_).client, std::error_code());
    EXPECT_EQ(failing_handshake(by_none, server_).client, tls_errc::untrusted);
}

TEST_F(tls_trust, a_final_dot_is_no_part_of_the_name) {
    auto [client, server] = tls_pair(client_, server_, std::string(test_name) + ".");
    EXPECT_EQ(server.tls().server_name, test_name);
}

TEST_F(tls_trust, what_is_no_host_name_is_refused_and_the_socket_is_closed) {
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".grove.test"), std::string("a b"),
          std::string("caf\xc3\xa9.test"), std::string("a\0b", 3), std::string(256, 'a')}) {
        connected ends = tcp_pair();
        EXPECT_THROW(ends.client.start_tls(client_, name), std::invalid_argument) << name;
        EXPECT_FALSE(ends.client.is_open());
        EXPECT_EQ(read_text(ends.server), "");
    }
}

// --- certificates of clients ---

class tls_client_certificate : public tls_trust {
 protected:
    [[nodiscard]] grove::tls_server wanting(grove::tls_client_certificates what) const {
        grove::tls_server_options options = trust_.server_options();
        options.clients = what;
        options.client_authorities = {grove::pem::text(people_.pem())};
        return grove::tls_server(options);
    }

    [[nodiscard]] grove::tls_client showing(const certificate& of) const {
        grove::tls_client_options options = trust_.client_options();
        options.identity = identity(of);
        return grove::tls_client(options);
    }

    authority people_{"people"};
    grove::tls_server required_ = wanting(grove::tls_client_certificates::required);
    grove::tls_server asked_ = wanting(grove::tls_client_certificates::asked);
};

TEST_F(tls_client_certificate, is_told_to_the_server) {
    const grove::tls_client ada = showing(people_.sign({.subject = "Ada Lovelace"}));
    for (const grove::tls_server* server : {&required_, &asked_}) {
        EXPECT_EQ(tls_pair(ada, *server).server.tls().peer_subject, "CN=Ada Lovelace");
    }
}

TEST_F(tls_client_certificate, of_a_stranger_is_refused_which_the_first_read_tells) {
    const grove::tls_client mallory = showing(authority("else").sign({.subject = "Mallory"}));
    for (const grove::tls_server* server : {&required_, &asked_}) {
        connected ends = tcp_pair();
        auto accepting =
            grove::spawn([&] { return failure([&] { ends.server.start_tls(*server); }); });
        ends.client.start_tls(mallory, test_name);
        EXPECT_EQ(accepting.get(), tls_errc::untrusted);
        const std::string told = grove_test::complaint([&] { read_text(ends.client); });
        EXPECT_THAT(told, HasSubstr("alert unknown CA: the peer refused"));
    }
}

TEST_F(tls_client_certificate, that_is_missing_is_refused_only_where_it_is_required) {
    connected ends = tcp_pair();
    auto accepting =
        grove::spawn([&] { return failure([&] { ends.server.start_tls(required_); }); });
    ends.client.start_tls(client_, test_name);
    EXPECT_EQ(accepting.get(), tls_errc::untrusted);
    EXPECT_EQ(failure([&] { read_text(ends.client); }), tls_errc::refused);
    EXPECT_EQ(tls_pair(client_, asked_).server.tls().peer_subject, "");
}

TEST_F(tls_client_certificate, is_known_again_when_the_session_goes_on) {
    const grove::tls_client ada = showing(people_.sign({.subject = "Ada"}));
    grove::listener door(loopback());
    for (const bool resumed : {false, true}) {
        auto [client, server] = tls_through(door, ada, required_);
        server.write_all("x");
        EXPECT_EQ(read_text(client), "x");
        EXPECT_EQ(server.tls().resumed, resumed);
        EXPECT_EQ(server.tls().peer_subject, "CN=Ada");
    }
}

// --- options ---

template <class Options>
std::string refusal(const Options& options) {
    using handle = std::conditional_t<std::is_same_v<Options, grove::tls_client_options>,
                                      grove::tls_client, grove::tls_server>;
    return grove_test::complaint([&] { const handle made(options); });
}

class tls_options : public tls_trust {
 protected:
    [[nodiscard]] static std::string refusal_of(const grove::tls_identity& bad) {
        return refusal(grove::tls_server_options{.identities = {bad}});
    }

    grove::tls_identity good_ = identity(trust_.server);
};

TEST_F(tls_options, name_the_file_that_cannot_be_read) {
    EXPECT_EQ(refusal(grove::tls_client_options{.authorities = {grove::pem::file("/no/ca.pem")}}),
              "open /no/ca.pem: No such file or directory");
    EXPECT_EQ(refusal(grove::tls_client_options{.authority_folder = "/no/folder"}),
              "authority_folder /no/folder: No such file or directory");
    EXPECT_EQ(refusal(grove::tls_client_options{.authority_folder = "/dev/null"}),
              "authority_folder /dev/null: Not a directory");
    EXPECT_EQ(refusal_of({.chain = good_.chain, .key = grove::pem::file("/no/key")}),
              "open /no/key: No such file or directory");
    EXPECT_EQ(refusal_of({.chain = grove::pem::file("/"), .key = good_.key}),
              "read /: Is a directory");
}

TEST_F(tls_options, say_what_is_wrong_with_a_file) {
    const scratch_folder folder;
    const std::string empty = folder.with("empty.pem", "");
    const std::string key = folder.with("us.key", trust_.server.key);
    const std::string damaged = folder.with(
        "damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    EXPECT_THAT(refusal_of({.chain = grove::pem::file(empty), .key = good_.key}),
                StartsWith(empty + ": no certificate in it"));
    EXPECT_THAT(refusal_of({.chain = grove::pem::file(damaged), .key = good_.key}),
                StartsWith(damaged + ": wrong tag: "));
    EXPECT_THAT(refusal_of({.chain = good_.chain, .key = grove::pem::file(empty)}),
                StartsWith(empty + ": no private key in it"));
    EXPECT_THAT(
        refusal_of({.chain = grove::pem::text(trust_.root.pem()), .key = grove::pem::file(key)}),
        StartsWith(key + ": not the key of PEM text"));
    EXPECT_EQ(
        failure([&] {
            const grove::tls_server made({.identities = {{.chain = grove::pem::file(empty)}}});
        }),
        tls_errc::bad_identity);
}

TEST_F(tls_options, take_certificate_and_key_from_one_file) {
    const scratch_folder folder;
    const std::string both = folder.with("us.pem", trust_.server.key + trust_.server.pem);
    const grove::tls_server server({.identities = {{.chain = grove::pem::file(both)}}});
    EXPECT_EQ(failing_handshake(client_, server).client, std::error_code());
}

TEST_F(tls_options, open_a_sealed_key_with_its_password_alone) {
    const auto sealed = grove::pem::text(grove_test::sealed(trust_.server.key, "open sesame"));
    const grove::tls_server server(
        {.identities = {{.chain = good_.chain, .key = sealed, .password = "open sesame"}}});
    EXPECT_EQ(failing_handshake(client_, server).client, std::error_code());
    for (const std::string& wrong : {std::string("shut"), std::string(5000, 'x')}) {
        EXPECT_THAT(refusal_of({.chain = good_.chain, .key = sealed, .password = wrong}),
                    StartsWith("PEM text: the password does not open the key: "));
    }
    EXPECT_THAT(refusal_of({.chain = good_.chain, .key = sealed}),
                StartsWith("PEM text: the key is sealed, and there is no password: "));
}

TEST_F(tls_options, that_cannot_be_meant_are_refused) {
    using server_options = grove::tls_server_options;
    EXPECT_THROW(grove::tls_server(server_options{}), std::invalid_argument);
    EXPECT_THROW(grove::tls_server(server_options{
                     .identities = {good_}, .clients = grove::tls_client_certificates::asked}),
                 std::invalid_argument);
    EXPECT_THROW(grove::tls_server(
                     server_options{.identities = {good_}, .client_authorities = {good_.chain}}),
                 std::invalid_argument);
    for (const std::string& name : {std::string(), std::string(256, 'a')}) {
        EXPECT_THROW(grove::tls_client({.alpn = {name}}), std::invalid_argument);
        EXPECT_THROW(grove::tls_server(server_options{.identities = {good_}, .alpn = {name}}),
                     std::invalid_argument);
    }
}

}  // namespace
