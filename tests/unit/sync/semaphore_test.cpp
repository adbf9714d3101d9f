// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/semaphore.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using testing::ElementsAre;

TEST(semaphore, acquire_returns_at_once_while_there_are_tokens) {
    grove::semaphore two(2);
    bool switched = false;
    auto other = grove::spawn([&] { switched = true; });
    EXPECT_TRUE(two.acquire());
    EXPECT_TRUE(two.acquire());
    EXPECT_FALSE(switched);
    EXPECT_TRUE(two.locked());
    EXPECT_FALSE(two.try_acquire());
}

TEST(semaphore, the_one_who_releases_may_be_quicker_than_those_who_wait) {
    grove::semaphore one(1);
    std::vector<std::string> trace;
    const auto twice = [&](const std::string& name) {
        return [&, name] {
            for (int i = 0; i < 2; ++i) {
                one.acquire();
                trace.push_back(name + "+");
                grove::yield();
                one.release();
                trace.push_back(name + "-");
            }
        };
    };
    auto a = grove::spawn(twice("A"));
    auto b = grove::spawn(twice("B"));
    grove::join_all(a, b);
    EXPECT_THAT(trace, ElementsAre("A+", "A-", "A+", "A-", "B+", "B-", "B+", "B-"));
}

TEST(semaphore, release_never_switches) {
    grove::semaphore none(0);
    bool ran = false;
    auto g = grove::spawn([&] {
        none.acquire();
        ran = true;
    });
    grove::yield();
    none.release();
    EXPECT_FALSE(ran);
    g.join();
    EXPECT_TRUE(ran);
}

TEST(semaphore, one_who_came_too_late_keeps_its_place_in_the_line) {
    grove::semaphore none(0);
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(grove::spawn([&, i] {
            none.acquire();
            order.push_back(i);
        }));
    }
    grove::yield();
    for (int round = 0; round < 3; ++round) {
        none.release();
        EXPECT_TRUE(none.try_acquire());  // quicker than the first in the line
        grove::yield();
    }
    for (int i = 0; i < 4; ++i) none.release();
    grove::join_all(all);
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

TEST(semaphore, several_releases_in_one_turn_wake_as_many) {
    grove::semaphore none(0);
    int through = 0;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(grove::spawn([&] {
            none.acquire();
            ++through;
        }));
    }
    grove::yield();
    for (int i = 0; i < 7; ++i) none.release();
    for (int i = 0; i < 20; ++i) grove::yield();
    EXPECT_EQ(through, 7);
    EXPECT_TRUE(none.locked());
}

TEST(semaphore, the_next_is_woken_when_a_woken_one_is_killed) {
    grove::semaphore none(0);
    auto first = grove::spawn([&] { none.acquire(); });
    auto second = grove::spawn([&] { none.acquire(); });
    grove::yield();
    none.release();
    EXPECT_TRUE(none.try_acquire());
    first.kill();  // woken for nothing, then killed
    none.release();
    EXPECT_TRUE(second.join(std::chrono::milliseconds(0)) || second.join());
    EXPECT_TRUE(none.locked());
}

TEST(semaphore, can_be_released_more_often_than_it_was_acquired) {
    grove::semaphore s(0);
    s.release();
    s.release();
    EXPECT_EQ(s.available(), 2U);
}

TEST(semaphore, wait_takes_no_token) {
    grove::semaphore s(0);
    auto a = grove::spawn([&] { return s.wait(); });
    auto b = grove::spawn([&] { return s.wait(); });
    grove::yield();
    s.release();
    EXPECT_TRUE(a.get());
    EXPECT_TRUE(b.get());
    EXPECT_EQ(s.available(), 1U);
}

TEST(semaphore, is_lockable) {
    grove::semaphore one(1);
    {
        const std::lock_guard hold(one);
        EXPECT_TRUE(one.locked());
        EXPECT_FALSE(one.try_lock());
    }
    EXPECT_FALSE(one.locked());
}

TEST(semaphore, a_killed_holder_gives_the_token_back_through_its_guard) {
    grove::semaphore one(1);
    auto holder = grove::spawn([&] {
        const std::lock_guard hold(one);
        grove::sleep_until(grove::never);
    });
    auto next = grove::spawn([&] { return one.acquire(); });
    grove::yield();
    holder.kill();
    EXPECT_TRUE(next.get());
}

TEST(bounded_semaphore, refuses_a_surplus_release) {
    grove::bounded_semaphore two(2);
    two.acquire();
    two.release();
    EXPECT_THROW(two.release(), std::logic_error);
    EXPECT_EQ(two.available(), 2U);
}

TEST(bounded_semaphore, says_what_was_wrong) {
    grove::bounded_semaphore one(1);
    try {
        one.release();
        FAIL();
    } catch (const std::logic_error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("released too many times"));
    }
}

}  // namespace
