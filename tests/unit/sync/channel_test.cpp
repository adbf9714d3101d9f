// SPDX-License-Identifier: MIT
#include <grove/channel.hpp>
#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class channel_order : public testing::Test {
 protected:
    grove::channel<int> c;
    std::vector<std::string> trace;

    void put_two() {
        for (int i = 0; i < 2; ++i) {
            c.put(i);
            trace.push_back("P" + std::to_string(i));
        }
    }

    void get_two() {
        for (int i = 0; i < 2; ++i) trace.push_back("A" + std::to_string(*c.get()));
    }
};

TEST_F(channel_order, the_getter_goes_on_before_the_putter_when_the_putter_came_first) {
    auto putter = grove::spawn([&] { put_two(); });
    auto getter = grove::spawn([&] { get_two(); });
    grove::join_all(putter, getter);
    EXPECT_THAT(trace, ElementsAre("A0", "P0", "A1", "P1"));
}

TEST_F(channel_order, the_getter_goes_on_before_the_putter_when_the_getter_came_first) {
    auto getter = grove::spawn([&] { get_two(); });
    auto putter = grove::spawn([&] { put_two(); });
    grove::join_all(putter, getter);
    EXPECT_THAT(trace, ElementsAre("A0", "P0", "A1", "P1"));
}

TEST(channel, put_returns_only_when_the_item_was_taken) {
    grove::channel<int> c;
    bool returned = false;
    auto putter = grove::spawn([&] {
        c.put(1);
        returned = true;
    });
    for (int i = 0; i < 5; ++i) grove::yield();
    EXPECT_FALSE(returned);
    EXPECT_EQ(c.get(), 1);
    putter.join();
    EXPECT_TRUE(returned);
}

TEST(channel, serves_getters_and_putters_in_the_order_they_came) {
    grove::channel<int> c;
    std::vector<grove::greenlet<void>> putters;
    for (int i = 0; i < 5; ++i) putters.push_back(grove::spawn([&, i] { c.put(i); }));
    grove::yield();
    std::vector<int> out;
    for (int i = 0; i < 5; ++i) out.push_back(*c.get());
    EXPECT_THAT(out, ElementsAre(0, 1, 2, 3, 4));
}

TEST(channel, carries_move_only_items) {
    grove::channel<std::unique_ptr<int>> c;
    auto getter = grove::spawn([&] { return *c.get(); });
    grove::yield();
    c.put(std::make_unique<int>(4));
    EXPECT_EQ(*getter.get(), 4);
}

TEST(channel, a_put_that_fails_leaves_the_item_with_the_caller) {
    grove::channel<std::unique_ptr<int>> c;
    auto item = std::make_unique<int>(4);
    EXPECT_FALSE(c.put(std::move(item), 0ms));
    ASSERT_NE(item, nullptr);
    EXPECT_FALSE(c.try_put(std::move(item)));
    ASSERT_NE(item, nullptr);
    c.close();
    EXPECT_THROW(c.put(std::move(item)), grove::queue_closed);
    EXPECT_EQ(*item, 4);
}

TEST(channel, a_putter_killed_after_the_item_was_taken_returns) {
    grove::channel<int> c;
    bool put = false;
    int got = 0;
    auto getter = grove::spawn([&] { got = *c.get(); });
    grove::yield();
    auto putter = grove::spawn([&] { put = c.put(9); });
    auto killer = grove::spawn([&] { putter.request_kill(); });
    grove::join_all(getter, putter, killer);
    EXPECT_EQ(got, 9);
    EXPECT_TRUE(put);
}

TEST(channel, a_getter_killed_after_it_was_given_an_item_returns_with_it) {
    grove::channel<int> c;
    int got = 0;
    auto getter = grove::spawn([&] { got = *c.get(); });
    grove::yield();
    EXPECT_TRUE(c.try_put(9));
    getter.kill();
    EXPECT_EQ(got, 9);
}

TEST(channel, try_put_and_try_get_need_somebody_who_waits) {
    grove::channel<int> c;
    EXPECT_FALSE(c.try_put(1));
    EXPECT_FALSE(c.try_get().has_value());
    auto putter = grove::spawn([&] { c.put(1); });
    grove::yield();
    EXPECT_EQ(c.try_get(), 1);
}

TEST(channel, close_ends_every_wait) {
    grove::channel<int> c;
    auto getter = grove::spawn([&] { return c.get().has_value(); });
    grove::yield();
    c.close();
    EXPECT_FALSE(getter.get());
    EXPECT_FALSE(c.get().has_value());

    grove::channel<int> d;
    auto putter = grove::spawn([&] {
        try {
            return d.put(1);
        } catch (const grove::queue_closed&) {
            return false;
        }
    });
    grove::yield();
    d.close();
    EXPECT_FALSE(putter.get());
    EXPECT_TRUE(d.closed());
}

TEST(channel, iteration_ends_when_closed) {
    grove::channel<int> c;
    auto giver = grove::spawn([&] {
        for (int i = 0; i < 3; ++i) c.put(i);
        c.close();
    });
    std::vector<int> out;
    for (auto& item : c) out.push_back(item);
    EXPECT_THAT(out, ElementsAre(0, 1, 2));
}

}  // namespace
