// SPDX-License-Identifier: MIT
#include <grove/actor.hpp>
#include <grove/event.hpp>
#include <grove/hub.hpp>

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using grove::actor;
using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(actor, handles_messages_in_the_order_they_came) {
    std::vector<int> got;
    actor<int> a(grove::unbounded);
    a.start([&](int n) { got.push_back(n); });
    for (int i = 0; i < 3; ++i) a.send(i);
    a.stop();
    EXPECT_TRUE(a.join());
    EXPECT_THAT(got, ElementsAre(0, 1, 2));
}

TEST(actor, messages_may_come_before_its_start) {
    std::vector<int> got;
    actor<int> a(2);
    a.send(1);
    a.start([&](int n) { got.push_back(n); });
    a.send(2);
    a.stop();
    a.join();
    EXPECT_THAT(got, ElementsAre(1, 2));
}

TEST(actor, a_sender_waits_for_room) {
    actor<int> a(1);
    EXPECT_TRUE(a.send(1));
    EXPECT_FALSE(a.try_send(2));
    EXPECT_FALSE(a.send(2, 1ms));
}

TEST(actor, handles_one_message_at_a_time) {
    int inside = 0;
    int most = 0;
    actor<int> a(grove::unbounded);
    a.start([&](int) {
        most = std::max(most, ++inside);
        grove::yield();
        --inside;
    });
    for (int i = 0; i < 5; ++i) a.send(i);
    a.stop();
    a.join();
    EXPECT_EQ(most, 1);
}

TEST(actor, one_that_fails_takes_no_more) {
    grove::hub::current().set_error_handler([](std::string_view, const std::exception_ptr&) {});
    actor<int> a(1);
    a.start([](int) { throw std::runtime_error("boom"); });
    a.send(1);
    auto waiting = grove::spawn([&] {
        a.send(2);
        a.send(3);
    });
    EXPECT_THROW(a.join(), std::runtime_error);
    EXPECT_THROW(waiting.get(), grove::queue_closed);
    EXPECT_THROW(a.send(4), grove::queue_closed);
}

TEST(actor, ends_with_its_scope) {
    grove::event never_set;
    bool ended = false;
    {
        actor<int> a(1);
        a.start([&](int) {
            const grove::on_exit tell([&] { ended = true; });
            never_set.wait();
        });
        a.send(1);
        grove::yield();
    }
    EXPECT_TRUE(ended);
}

TEST(actor, starts_once) {
    actor<int> a(1);
    a.start([](int) {});
    EXPECT_THROW(a.start([](int) {}), std::logic_error);
}

}  // namespace
