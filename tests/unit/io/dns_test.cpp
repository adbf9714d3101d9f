// SPDX-License-Identifier: MIT
#include "io/resolver.hpp"
#include "tests/support/dns_script.hpp"
#include "tests/support/gate.hpp"
#include "tests/support/http_script.hpp"

#include <grove/dns.hpp>
#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace dns = grove::dns;
using dns::errc;
using dns::family;
using grove_test::dns_question;
using grove_test::dns_reply;
using grove_test::dns_script;
using grove_test::pace;
using grove_test::record_type;
using testing::ElementsAre;
using trick = dns_reply::trick;

/// Each test has a hosts file of its own, so that this machine's does not count.
class dns_resolver : public testing::Test {
 protected:
    void SetUp() override {
        ::close(::mkstemp(hosts_.data()));
        ::setenv("GROVE_HOSTS", hosts_.c_str(), 1);
    }

    void TearDown() override {
        ::unsetenv("GROVE_HOSTS");
        ::unlink(hosts_.c_str());
    }

    void write_hosts(const std::string& text) const { std::ofstream(hosts_) << text; }

    std::string hosts_ = testing::TempDir() + "grove_hosts_XXXXXX";
};

dns_reply one_address(const dns_question& q) {
    if (q.type == record_type::aaaa) return {.addresses = {"2001:db8::1"}};
    return {.addresses = {"192.0.2.1"}};
}

dns::options asking(const dns_script& server, family wanted = family::v4) {
    return {.family = wanted, .servers = {server.address()}};
}

std::vector<std::string> texts(const dns::answer& got) {
    std::vector<std::string> all;
    for (const grove::ip_address& a : got.addresses) all.push_back(a.text());
    return all;
}

std::error_code failure(const std::string& name, const dns::options& how,
                        grove::deadline until = grove::never) {
    std::error_code error;
    (void)dns::resolve(name, how, until, error);
    return error;
}

/// The greenlet waits; the thread that asks is another.
void await_questions(dns_script& server, std::size_t count) {
    grove::thread_pool watcher(1);
    ASSERT_EQ(watcher.run([&] { return server.wait_for(count); }), true);
}

// --- without a query ---

TEST_F(dns_resolver, a_literal_address_is_its_own_answer) {
    dns_script server(one_address);
    const dns::answer got = dns::resolve("[::1]", asking(server, family::any));
    EXPECT_EQ(got.origin, dns::origin::literal);
    EXPECT_THAT(texts(got), ElementsAre("::1"));
    EXPECT_EQ(failure("::1", asking(server, family::v4)), errc::no_data);
    EXPECT_EQ(server.questions(), 0U);
}

TEST_F(dns_resolver, localhost_and_what_is_below_it_never_leave_the_machine) {
    dns_script server(one_address);
    for (const char* name : {"localhost", "LocalHost.", "x.localhost"}) {
        const dns::answer got = dns::resolve(name, asking(server, family::any));
        EXPECT_EQ(got.origin, dns::origin::local);
        EXPECT_THAT(texts(got), ElementsAre("127.0.0.1", "::1"));
    }
    EXPECT_EQ(server.questions(), 0U);
}

TEST_F(dns_resolver, the_hosts_file_comes_before_the_servers_and_is_read_again) {
    dns_script server(one_address);
    write_hosts("10.1.1.1 box\n");
    EXPECT_THAT(texts(dns::resolve("BOX", asking(server))), ElementsAre("10.1.1.1"));
    write_hosts("10.1.1.22 box\n");
    grove::sleep_for(1001ms);  // it is looked at once a second
    const dns::answer got = dns::resolve("box", asking(server));
    EXPECT_THAT(texts(got), ElementsAre("10.1.1.22"));
    EXPECT_EQ(got.origin, dns::origin::hosts);
    EXPECT_EQ(server.questions(), 0U);
}

TEST_F(dns_resolver, what_is_no_host_name_is_not_asked) {
    dns_script server(one_address);
    const std::string label(64, 'a');
    for (const std::string& bad : {std::string(), std::string("."), std::string("a..b"),
                                   std::string(".a"), label + ".b", std::string("a b")}) {
        EXPECT_EQ(failure(bad, asking(server)), errc::bad_name) << bad;
    }
    EXPECT_EQ(server.questions(), 0U);
}

TEST_F(dns_resolver, a_bad_server_address_is_told) {
    EXPECT_EQ(failure("a.test", {.servers = {"no address"}}), errc::bad_server);
}

// --- one server ---

TEST_F(dns_resolver, an_answer_is_remembered) {
    dns_script server(one_address);
    EXPECT_THAT(texts(dns::resolve("a.test", asking(server))), ElementsAre("192.0.2.1"));
    EXPECT_EQ(dns::resolve("A.test.", asking(server)).origin, dns::origin::network);
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, both_families_are_asked_for) {
    dns_script server(one_address);
    EXPECT_THAT(texts(dns::resolve("a.test", asking(server, family::any))),
                testing::UnorderedElementsAre("192.0.2.1", "2001:db8::1"));
    EXPECT_EQ(server.questions(), 2U);
}

TEST(dns_order, families_take_turns) {
    const auto at = [](const char* text) { return *grove::ip_address::parse(text); };
    const std::vector<grove::ip_address> v4{at("10.0.0.1"), at("10.0.0.2"), at("10.0.0.3")};
    const std::vector<grove::ip_address> v6{at("::1")};
    EXPECT_THAT(dns::interleave(v4, v6, true), ElementsAre(v6[0], v4[0], v4[1], v4[2]));
    EXPECT_THAT(dns::interleave(v4, v6, false), ElementsAre(v4[0], v6[0], v4[1], v4[2]));
}

TEST_F(dns_resolver, that_a_name_does_not_exist_is_remembered) {
    dns_script server([](const dns_question&) { return dns_reply{.code = 3}; });
    EXPECT_EQ(failure("a.test", asking(server)), errc::not_found);
    EXPECT_EQ(failure("a.test", asking(server)), errc::not_found);
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, that_a_name_has_no_such_address_is_remembered) {
    dns_script server([](const dns_question&) { return dns_reply{}; });
    EXPECT_EQ(failure("a.test", asking(server)), errc::no_data);
    EXPECT_EQ(failure("a.test", asking(server)), errc::no_data);
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, an_answer_is_asked_for_again_after_its_ttl) {
    dns_script server(
        [](const dns_question&) { return dns_reply{.addresses = {"192.0.2.1"}, .ttl = 1}; });
    (void)dns::resolve("a.test", asking(server));
    grove::sleep_for(1010ms);
    (void)dns::resolve("a.test", asking(server));
    EXPECT_EQ(server.questions(), 2U);
}

TEST_F(dns_resolver, that_a_name_does_not_exist_is_known_for_as_long_as_its_zone_says) {
    std::vector<std::string> asked;
    {
        dns_script server([&](const dns_question& q) {
            asked.push_back(q.name);
            if (q.name == "long.test") return dns_reply{.code = 3, .soa_minimum = 60};
            if (q.name == "short.test") return dns_reply{.code = 3, .soa_minimum = 1};
            return dns_reply{.code = 3};
        });
        for (int round = 0; round < 2; ++round) {
            for (const char* name : {"long.test", "short.test", "silent.test"})
                EXPECT_EQ(failure(name, asking(server)), errc::not_found);
            if (round == 0) grove::sleep_for(1010ms);
        }
    }
    EXPECT_THAT(asked,
                ElementsAre("long.test", "short.test", "silent.test", "short.test", "silent.test"));
}

TEST_F(dns_resolver, a_hundred_greenlets_ask_once) {
    dns_script server(one_address, pace::held);
    std::vector<grove::greenlet<std::size_t>> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(
            grove::spawn([&] { return dns::resolve("a.test", asking(server)).addresses.size(); }));
    }
    await_questions(server, 1);
    server.release();
    for (auto& g : all) EXPECT_EQ(g.get(), 1U);
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, an_answer_with_another_id_is_ignored) {
    dns_script server([](const dns_question&) {
        return dns_reply{.addresses = {"192.0.2.1"}, .how = trick::wrong_id_first};
    });
    EXPECT_THAT(texts(dns::resolve("a.test", asking(server))), ElementsAre("192.0.2.1"));
}

TEST_F(dns_resolver, a_truncated_answer_is_asked_for_again_over_tcp) {
    std::vector<std::string> many;
    for (int i = 1; i <= 40; ++i) many.push_back("192.0.2." + std::to_string(i));
    dns_script server(
        [&](const dns_question&) { return dns_reply{.addresses = many, .how = trick::truncated}; });
    EXPECT_EQ(texts(dns::resolve("a.test", asking(server))), many);
    EXPECT_EQ(server.over_tcp(), 1U);
}

TEST_F(dns_resolver, the_text_of_an_error_names_the_name) {
    dns_script server([](const dns_question&) { return dns_reply{.code = 3}; });
    try {
        (void)dns::resolve("gone.test", asking(server));
        FAIL() << "nothing was thrown";
    } catch (const std::system_error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("gone.test"));
        EXPECT_EQ(e.code(), errc::not_found);
    }
}

TEST_F(dns_resolver, many_names_at_once_stay_within_the_window) {
    dns_script server(one_address, pace::batched);
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 500; ++i) {
        all.push_back(grove::spawn([&, i] {
            (void)dns::resolve("n" + std::to_string(i) + ".test", asking(server), 20s);
        }));
    }
    for (auto& g : all) EXPECT_NO_THROW(g.get());
    EXPECT_EQ(server.most_waiting(), 100U);
    EXPECT_EQ(server.questions(), 500U);
}

// --- time and ends ---

TEST_F(dns_resolver, a_callers_deadline_ends_its_wait_and_not_the_query) {
    dns_script server(one_address, pace::held);
    EXPECT_EQ(failure("a.test", asking(server), 5ms), errc::timed_out);
    server.release();
    EXPECT_THAT(texts(dns::resolve("a.test", asking(server))), ElementsAre("192.0.2.1"));
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, a_killed_greenlet_leaves_its_query_to_others) {
    dns_script server(one_address, pace::held);
    auto g = grove::spawn([&] { (void)dns::resolve("a.test", asking(server)); });
    await_questions(server, 1);
    g.kill();
    EXPECT_TRUE(g.killed());
    server.release();
    EXPECT_THAT(texts(dns::resolve("a.test", asking(server))), ElementsAre("192.0.2.1"));
    EXPECT_EQ(server.questions(), 1U);
}

TEST_F(dns_resolver, a_hub_may_end_with_queries_on_their_way) {
    dns_script server(one_address, pace::held);
    std::thread([&] { EXPECT_EQ(failure("a.test", asking(server), 5ms), errc::timed_out); }).join();
    EXPECT_LE(server.questions(), 1U);
}

// --- several servers ---

TEST_F(dns_resolver, after_a_server_failure_the_next_is_asked) {
    dns_script broken([](const dns_question&) { return dns_reply{.code = 2}; });
    dns_script good(one_address);
    const dns::options both{.family = family::v4, .servers = {broken.address(), good.address()}};
    EXPECT_THAT(texts(dns::resolve("a.test", both)), ElementsAre("192.0.2.1"));
    EXPECT_EQ(broken.questions(), 1U);
}

TEST_F(dns_resolver, a_failure_of_all_servers_is_told_as_it_is) {
    dns_script broken([](const dns_question&) { return dns_reply{.code = 2}; });
    EXPECT_EQ(failure("a.test", asking(broken)), errc::server_failure);
    dns_script unwilling([](const dns_question&) { return dns_reply{.code = 5}; });
    EXPECT_EQ(failure("a.test", asking(unwilling)), errc::refused);
    dns_script mad([](const dns_question&) {
        return dns_reply{.addresses = {"192.0.2.1"}, .how = trick::garbage};
    });
    EXPECT_EQ(failure("a.test", asking(mad)), errc::malformed);
}

TEST_F(dns_resolver, a_silent_server_costs_its_patience_once) {
    dns_script silent([](const dns_question&) { return dns_reply{.how = trick::silence}; });
    dns_script good(one_address);
    const dns::options both{.family = family::v4, .servers = {silent.address(), good.address()}};
    const grove::deadline begin = grove::deadline::now();
    EXPECT_THAT(texts(dns::resolve("a.test", both)), ElementsAre("192.0.2.1"));
    EXPECT_GE(grove::deadline::now() - begin, dns::name_server::patience);
    EXPECT_THAT(texts(dns::resolve("b.test", both)), ElementsAre("192.0.2.1"));
    EXPECT_EQ(silent.questions(), 1U);
    EXPECT_EQ(good.questions(), 2U);
}

TEST_F(dns_resolver, where_nobody_listens_the_next_server_is_asked_at_once) {
    dns_script good(one_address);
    const std::string nobody = "127.0.0.1:" + std::to_string(grove_test::unused_port());
    const grove::deadline begin = grove::deadline::now();
    EXPECT_THAT(
        texts(dns::resolve("a.test", {.family = family::v4, .servers = {nobody, good.address()}})),
        ElementsAre("192.0.2.1"));
    EXPECT_LT(grove::deadline::now() - begin, 700ms);
}

TEST_F(dns_resolver, servers_may_be_replaced_while_they_are_asked) {
    dns_script old(one_address, pace::held);
    dns_script fresh([](const dns_question&) { return dns_reply{.addresses = {"192.0.2.9"}}; });
    dns::server_set servers(grove::hub::current(), {old.address()});
    auto g = grove::spawn([&] {
        return servers.ask("a.test", dns::record::a, grove::never)->addresses.front().text();
    });
    await_questions(old, 1);
    servers.replace({fresh.address()});
    const auto other = servers.ask("b.test", dns::record::a, grove::never);
    EXPECT_EQ(other->addresses.front().text(), "192.0.2.9");
    old.release();
    EXPECT_EQ(g.get(), "192.0.2.1");
}

// --- the system's resolver ---

TEST_F(dns_resolver, the_system_is_asked_in_a_thread) {
    const dns::answer got =
        dns::resolve("localhost", {.family = family::v4, .from = dns::source::system});
    EXPECT_EQ(got.origin, dns::origin::system);
    EXPECT_THAT(texts(got), ElementsAre("127.0.0.1"));
    EXPECT_GE(grove::thread_pool::shared().threads(), 1U);
}

}  // namespace
