// SPDX-License-Identifier: MIT
#include "tests/support/dns_script.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/dial.hpp>
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::dial;
using grove::dial_options;
using grove::endpoint;
using grove_test::complaint;
using grove_test::dns_question;
using grove_test::dns_reply;
using grove_test::dns_script;
using grove_test::failure;
using grove_test::loopback;
using grove_test::read_text;
using grove_test::record_type;
using grove_test::scratch_path;
using testing::HasSubstr;

/// Listens, and answers nobody: its backlog is full.
class dead_listener {
 public:
    explicit dead_listener(const endpoint& at) : door_(at, {.backlog = 0}) {
        std::error_code late;
        while (!late) held_.push_back(grove::socket::connect(door_.local(), 20ms, late));
    }

    [[nodiscard]] endpoint local() const { return door_.local(); }

 private:
    grove::listener door_;
    std::vector<grove::socket> held_;
};

/// A name with the addresses of `all`; there is no IPv6.
class named {
 public:
    explicit named(std::vector<std::string> all)
        : server_([all = std::move(all)](const dns_question& q) {
              return q.type == record_type::a ? dns_reply{.addresses = all} : dns_reply{};
          }) {}

    [[nodiscard]] dial_options options(grove::duration stagger) const {
        dial_options made;
        made.names.servers = {server_.address()};
        made.stagger = stagger;
        return made;
    }

 private:
    dns_script server_;
};

endpoint at(const std::string& address, std::uint16_t port) {
    return endpoint(grove::ip_address::parse(address).value(), port);
}

/// The same port on another address of this machine.
std::uint16_t port_of(const grove::listener& door) {
    return door.local().port();
}

TEST(dial, connects_to_an_address_without_asking_anybody) {
    grove::listener door(loopback());
    grove::socket client = dial(door.local().text());
    door.accept().write_all("hello");
    EXPECT_EQ(read_text(client), "hello");
}

TEST(dial, connects_to_a_name) {
    const named name({"127.0.0.1"});
    grove::listener door(loopback());
    grove::socket client = dial("a.test", port_of(door), name.options(1h), 5s);
    EXPECT_EQ(client.peer(), door.local());
    grove::socket other = dial("a.test:" + std::to_string(port_of(door)), name.options(1h), 5s);
    EXPECT_EQ(other.peer(), door.local());
}

TEST(dial, connects_to_a_unix_socket) {
    const scratch_path path;
    grove::listener door(endpoint::unix_path(path.text()));
    EXPECT_TRUE(dial("unix:" + path.text()).is_open());
}

TEST(dial, tries_the_next_address_at_once_when_one_refuses) {
    const named name({"127.0.0.2", "127.0.0.3", "127.0.0.1"});
    grove::listener door(loopback());
    EXPECT_EQ(dial("a.test", port_of(door), name.options(1h), 5s).peer(), door.local());
}

TEST(dial, tries_the_next_address_beside_one_that_does_not_answer) {
    const named name({"127.0.0.2", "127.0.0.1"});
    grove::listener door(loopback());
    const dead_listener dead(at("127.0.0.2", port_of(door)));
    const grove::deadline begin = grove::deadline::now();
    EXPECT_EQ(dial("a.test", port_of(door), name.options(20ms), 5s).peer(), door.local());
    EXPECT_GE(grove::deadline::now() - begin, 20ms);
    EXPECT_LT(grove::deadline::now() - begin, 900ms);  // the kernel asks the dead one again then
}

TEST(dial, tells_of_each_address_when_none_answers) {
    const named name({"127.0.0.2", "127.0.0.3"});
    std::uint16_t port = 0;
    { port = port_of(grove::listener(loopback())); }
    const auto call = [&] { (void)dial("a.test", port, name.options(1h), 5s); };
    EXPECT_EQ(failure(call), std::errc::connection_refused);
    const std::string text = complaint(call);
    const std::string at_port = ":" + std::to_string(port);
    EXPECT_EQ(text, "dial a.test" + at_port + " (127.0.0.2" + at_port +
                        ": Connection refused; 127.0.0.3" + at_port +
                        ": Connection refused): Connection refused");
}

TEST(dial, ends_at_its_deadline) {
    const named name({"127.0.0.2"});
    const dead_listener dead(at("127.0.0.2", 0));
    const auto call = [&] { (void)dial("a.test", dead.local().port(), name.options(1h), 50ms); };
    EXPECT_EQ(failure(call), std::errc::timed_out);
}

TEST(dial, leaves_no_attempt_when_it_is_killed) {
    const named name({"127.0.0.2", "127.0.0.2"});
    const dead_listener dead(at("127.0.0.2", 0));
    auto caller =
        grove::spawn([&] { (void)dial("a.test", dead.local().port(), name.options(1ms), 1h); });
    EXPECT_FALSE(caller.join(50ms));
    EXPECT_TRUE(caller.kill(5s));
}

TEST(dial, a_timeout_scope_ends_it) {
    const dead_listener dead(loopback());
    EXPECT_FALSE(grove::with_timeout(30ms, [&] { (void)dial(dead.local().text()); }));
}

TEST(dial, may_come_from_an_address_of_choice) {
    grove::listener door(loopback());
    dial_options options;
    options.from = loopback("127.0.0.3:0");
    grove::socket client = dial(door.local().text(), options);
    EXPECT_EQ(client.local().address(), options.from->address());
    EXPECT_EQ(door.accept().peer(), client.local());
}

TEST(dial, addresses_of_another_family_than_its_own_are_left_out) {
    const named name({"127.0.0.1"});
    dial_options options = name.options(1h);
    options.from = loopback("[::1]:0");
    EXPECT_EQ(failure([&] { (void)dial("a.test", 80, options, 5s); }),
              std::errc::address_not_available);
    EXPECT_THROW((void)dial("127.0.0.1:80", options), std::invalid_argument);
}

TEST(dial, a_name_that_does_not_exist_is_told_as_such) {
    dns_script server([](const dns_question&) { return dns_reply{.code = 3}; });
    dial_options options;
    options.names.servers = {server.address()};
    EXPECT_EQ(failure([&] { (void)dial("a.test:80", options, 5s); }), grove::dns::errc::not_found);
}

TEST(dial, a_target_that_cannot_be_read_is_refused) {
    for (const char* target : {"", "a.test", "a.test:", "a.test:http", "a.test:99999", ":x"})
        EXPECT_THROW((void)dial(target), std::invalid_argument) << target;
}

}  // namespace
