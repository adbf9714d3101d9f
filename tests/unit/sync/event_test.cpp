// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace {

using testing::ElementsAre;

TEST(event, wait_returns_at_once_when_set) {
    grove::event e;
    e.set();
    bool switched = false;
    auto other = grove::spawn([&] { switched = true; });
    EXPECT_TRUE(e.wait());
    EXPECT_FALSE(switched);
}

TEST(event, is_not_set_when_made) {
    const grove::event e;
    EXPECT_FALSE(e.is_set());
}

TEST(event, the_setter_runs_on) {
    grove::event e;
    std::vector<const char*> trace;
    auto waiter = grove::spawn([&] {
        e.wait();
        trace.push_back("waiter");
    });
    grove::yield();
    e.set();
    trace.push_back("setter");
    waiter.join();
    EXPECT_THAT(trace, ElementsAre("setter", "waiter"));
}

TEST(event, set_and_cleared_before_they_run_still_wakes) {
    grove::event e;
    auto waiter = grove::spawn([&] { return e.wait(); });
    grove::yield();
    e.set();
    e.clear();
    EXPECT_TRUE(waiter.get());
    EXPECT_FALSE(e.is_set());
}

TEST(event, waits_again_once_cleared) {
    grove::event e;
    e.set();
    e.clear();
    EXPECT_FALSE(e.wait(std::chrono::milliseconds(0)));
}

TEST(event, loses_no_wake_up_with_1000_waiters) {
    grove::event e;
    int woken = 0;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(grove::spawn([&] {
            e.wait();
            ++woken;
        }));
    }
    grove::yield();
    e.set();
    grove::join_all(all);
    EXPECT_EQ(woken, 1000);
}

TEST(event, a_waiter_that_comes_during_the_waking_returns_at_once) {
    grove::event e;
    std::vector<int> order;
    auto first = grove::spawn([&] {
        e.wait();
        order.push_back(1);
        e.wait();
        order.push_back(2);
    });
    auto second = grove::spawn([&] {
        e.wait();
        order.push_back(3);
    });
    grove::yield();
    e.set();
    grove::join_all(first, second);
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

}  // namespace
