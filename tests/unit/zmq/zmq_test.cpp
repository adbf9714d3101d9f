// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"

#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>
#include <grove/wait_any.hpp>
#include <grove/zmq.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <zmq.h>

#include <atomic>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace grove_test;
namespace zmq = grove::zmq;
using testing::ElementsAre;
using testing::HasSubstr;
using zmq::kind;

/// Two sockets that are connected, by TCP unless the test says so.
struct ends {
    ends(kind bound, kind connected, const zmq::socket_options& options = {},
         const std::string& at = "tcp://127.0.0.1:*")
        : near(bound, options), far(connected, options) {
        far.connect(near.bind(at));
    }

    zmq::socket near;
    zmq::socket far;
};

std::string text_of(const std::optional<zmq::message>& got) {
    return got ? std::string(got->text()) : "nothing";
}

std::vector<std::string> texts_of(const std::vector<zmq::message>& parts) {
    std::vector<std::string> all;
    for (const zmq::message& part : parts) all.emplace_back(part.text());
    return all;
}

bool send_parts(zmq::socket& by, const std::vector<std::string>& texts) {
    std::vector<zmq::message> all;
    for (const std::string& text : texts) all.emplace_back(text);
    return by.send(all);
}

template <class F>
std::error_code failure(F f) {
    try {
        f();
    } catch (const std::system_error& e) {
        return e.code();
    }
    return {};
}

// --- messages ---

TEST(zmq_message, holds_a_copy_of_its_text) {
    std::string text = "first";
    zmq::message m(text);
    text = "other";
    EXPECT_EQ(m.text(), "first");
    EXPECT_EQ(m.size(), 5U);
    EXPECT_FALSE(m.more());
}

TEST(zmq_message, that_was_moved_from_is_empty) {
    zmq::message m(std::string(1000, 'x'));
    zmq::message other = std::move(m);
    EXPECT_EQ(other.size(), 1000U);
    EXPECT_EQ(m.size(), 0U);  // NOLINT(bugprone-use-after-move)
    m = std::move(other);
    EXPECT_EQ(m.size(), 1000U);
}

TEST(zmq_message, of_a_size_can_be_filled_in) {
    zmq::message m(3);
    for (std::byte& b : m.bytes()) b = std::byte{'z'};
    EXPECT_EQ(m.text(), "zzz");
}

// --- the kinds of sockets ---

TEST(zmq_socket, bind_tells_the_port_that_was_chosen) {
    zmq::socket s(kind::pull);
    EXPECT_THAT(s.bind("tcp://127.0.0.1:*"), testing::MatchesRegex("tcp://127.0.0.1:[0-9]+"));
}

TEST(zmq_socket, asks_and_answers) {
    ends e(kind::rep, kind::req);
    auto server = grove::spawn([&] {
        for (int i = 0; i < 100; ++i)
            e.near.send("answer to " + std::string(e.near.receive()->text()));
    });
    for (int i = 0; i < 100; ++i) {
        e.far.send(std::to_string(i));
        EXPECT_EQ(text_of(e.far.receive()), "answer to " + std::to_string(i));
    }
    server.join();
}

TEST(zmq_socket, out_of_turn_is_an_error_of_its_own) {
    ends e(kind::rep, kind::req);
    EXPECT_EQ(failure([&] { (void)e.far.receive(); }), std::error_code(EFSM, zmq::category()));
    try {
        (void)e.far.receive();
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("zmq receive: Operation cannot be accomplished"));
    }
}

TEST(zmq_socket, messages_of_a_push_are_shared_out) {
    zmq::socket push(kind::push);
    const std::string at = push.bind("tcp://127.0.0.1:*");
    zmq::socket one(kind::pull);
    zmq::socket other(kind::pull);
    one.connect(at);
    push.send("1");  // waits for a peer
    other.connect(at);
    EXPECT_EQ(text_of(one.receive()), "1");
}

TEST(zmq_socket, subscribers_get_what_they_asked_for) {
    ends e(kind::xpub, kind::sub);
    e.far.subscribe("a");
    EXPECT_EQ(text_of(e.near.receive()),
              "\x01"
              "a");  // it is known now
    e.near.send("b1");
    e.near.send("a1");
    EXPECT_EQ(text_of(e.far.receive()), "a1");
}

TEST(zmq_socket, a_router_answers_who_asked) {
    zmq::socket router(kind::router);
    const std::string at = router.bind("tcp://127.0.0.1:*");
    zmq::socket dealer(kind::dealer, {.identity = "me"});
    dealer.connect(at);
    dealer.send("hello");
    auto asked = router.receive_all();
    EXPECT_THAT(texts_of(asked), ElementsAre("me", "hello"));
    router.send(asked);
    EXPECT_EQ(text_of(dealer.receive()), "hello");
}

TEST(zmq_socket, parts_come_together) {
    ends e(kind::pull, kind::push);
    send_parts(e.far, {"a", "", "c"});
    e.far.send("next");
    EXPECT_THAT(texts_of(e.near.receive_all()), ElementsAre("a", "", "c"));
    auto one = e.near.receive();
    EXPECT_FALSE(one->more());
    EXPECT_THROW(e.far.send(std::span<zmq::message>()), std::invalid_argument);
}

TEST(zmq_socket, reaches_another_thread_inside_the_process) {
    zmq::socket pull(kind::pull);
    pull.bind("inproc://test");
    std::thread other([] {
        zmq::socket push(kind::push);
        push.connect("inproc://test");
        push.send("from a thread");
    });
    EXPECT_EQ(text_of(pull.receive()), "from a thread");
    other.join();
}

TEST(zmq_socket, what_was_sent_arrives_though_its_socket_has_gone) {
    zmq::socket pull(kind::pull);
    {
        zmq::socket push(kind::push);
        push.connect(pull.bind("tcp://127.0.0.1:*"));
        for (int i = 0; i < 100; ++i) push.send("x");
    }
    for (int i = 0; i < 100; ++i) EXPECT_EQ(text_of(pull.receive(5s)), "x");
}

// --- waiting ---

TEST(zmq_socket, a_receiver_and_a_sender_wait_at_once) {
    // Each direction's call may take the commands that the other waits for.
    ends e(kind::dealer, kind::dealer, {.send_high_water = 10, .receive_high_water = 10});
    constexpr int count = 5000;
    const auto talk = [](zmq::socket& s) {
        auto sender = grove::spawn([&] {
            for (int i = 0; i < count; ++i) s.send(std::to_string(i));
        });
        int right = 0;
        for (int i = 0; i < count; ++i) right += s.receive()->text() == std::to_string(i) ? 1 : 0;
        sender.join();
        return right;
    };
    auto one = grove::spawn([&] { return talk(e.near); });
    auto other = grove::spawn([&] { return talk(e.far); });
    EXPECT_EQ(one.get(30s), count);
    EXPECT_EQ(other.get(30s), count);
}

TEST(zmq_socket, two_receivers_are_an_error_that_names_both) {
    ends e(kind::pull, kind::push);
    auto first = grove::spawn({.name = "first"}, [&] { (void)e.near.receive(); });
    grove::idle();
    grove::this_greenlet::set_name("second");
    try {
        (void)e.near.receive();
        FAIL() << "the second waited too";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::connection_already_in_progress);
        EXPECT_THAT(error.what(), HasSubstr("zmq receive in second: first waits already"));
    }
    first.kill();
}

TEST(zmq_socket, a_sender_that_never_waits_lets_the_others_run) {
    zmq::socket pub(kind::pub);
    pub.bind("tcp://127.0.0.1:*");
    int others = 0;
    auto other = grove::spawn([&] {
        for (;; grove::yield()) ++others;
    });
    for (int i = 0; i < 1000; ++i) pub.send("to nobody");
    EXPECT_GE(others, 9);
    other.kill();
}

TEST(zmq_socket, a_killed_sender_has_sent_all_parts_or_none) {
    ends e(kind::pull, kind::push, {.send_high_water = 1, .receive_high_water = 1});
    e.near.close();
    zmq::socket alone(kind::push);
    alone.bind("tcp://127.0.0.1:*");
    auto sender = grove::spawn([&] { send_parts(alone, {"1", "2", "3"}); });
    grove::idle();
    sender.kill();
    zmq::socket late(kind::pull);
    late.connect(alone.bind("inproc://late"));
    send_parts(alone, {"4", "5"});
    EXPECT_THAT(texts_of(late.receive_all(5s)), ElementsAre("4", "5"));
}

TEST(zmq_socket, can_be_waited_for_beside_other_things) {
    ends e(kind::pull, kind::push);
    zmq::socket silent(kind::pull);
    silent.bind("tcp://127.0.0.1:*");
    e.far.send("x");
    EXPECT_EQ(grove::wait_any(5s, silent, e.near), 1U);
    EXPECT_EQ(text_of(e.near.receive(0s)), "x");
}

TEST(zmq_socket, that_is_closed_refuses_everything) {
    zmq::socket s(kind::push);
    s.close();
    EXPECT_FALSE(s.is_open());
    EXPECT_EQ(failure([&] { s.send("x"); }), std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&] { s.bind("tcp://127.0.0.1:*"); }), std::errc::bad_file_descriptor);
    s.close();
}

TEST(zmq_socket, that_is_destroyed_ends_the_wait_of_another) {
    auto s = std::make_unique<zmq::socket>(kind::pull);
    s->bind("tcp://127.0.0.1:*");
    auto waiting = grove::spawn([&] { return failure([&] { (void)s->receive(); }); });
    grove::idle();
    s.reset();
    EXPECT_EQ(waiting.get(), std::errc::bad_file_descriptor);
}

TEST(zmq_socket, an_endpoint_that_cannot_be_is_named) {
    zmq::socket s(kind::pull);
    try {
        s.bind("nonsense");
        FAIL() << "it was bound";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("zmq bind nonsense"));
    }
    EXPECT_NE(failure([&] { s.connect("tcp://no port"); }), std::error_code());
    EXPECT_NE(failure([&] { s.unbind("tcp://127.0.0.1:1"); }), std::error_code());
}

TEST(zmq_socket, fifty_of_them_on_one_hub) {
    zmq::socket pull(kind::pull);
    const std::string at = pull.bind("tcp://127.0.0.1:*");
    std::vector<grove::greenlet<void>> senders;
    for (int i = 0; i < 50; ++i) {
        senders.push_back(grove::spawn([&] {
            zmq::socket push(kind::push);
            push.connect(at);
            for (int n = 0; n < 20; ++n) push.send("x");
        }));
    }
    for (int i = 0; i < 50 * 20; ++i) ASSERT_EQ(text_of(pull.receive(10s)), "x");
    grove::join_all(senders);
}

// --- the suite of all that blocks ---

/// A plain libzmq socket, whose every call is done when it returns: inproc needs no other thread.
struct pair_of_ends {
    zmq::socket mine{kind::pair, {.send_high_water = 1, .receive_high_water = 1}};
    zmq::socket theirs{kind::pair, {.send_high_water = 1, .receive_high_water = 1}};

    pair_of_ends() {
        static std::atomic<int> number = 0;
        theirs.connect(mine.bind("inproc://pair" + std::to_string(++number)));
    }

    void close() { mine.close(); }
};

struct zmq_receive : pair_of_ends {
    bool wait(grove::deadline until) { return mine.receive(until).has_value(); }

    void allow() { theirs.send("x", 0s); }
};

struct zmq_wait : pair_of_ends {
    bool wait(grove::deadline until) { return mine.wait(until); }

    void allow() { theirs.send("x", 0s); }
};

struct zmq_send : pair_of_ends {
    zmq_send() {
        while (mine.send("x", 0s)) {
        }
    }

    bool wait(grove::deadline until) { return mine.send("x", until); }

    void allow() {
        while (theirs.receive(0s)) {
        }
    }
};

const blocking_traits for_one{
    .waiters = company::alone, .wakes = wake_up::later, .at_end = ending::is_told};

INSTANTIATE_TEST_SUITE_P(zmq, waiting,
                         testing::Values(kind_of<zmq_receive>("zmq_receive", for_one),
                                         kind_of<zmq_wait>("zmq_wait", for_one),
                                         kind_of<zmq_send>("zmq_send", for_one)),
                         name_of_kind);

}  // namespace
