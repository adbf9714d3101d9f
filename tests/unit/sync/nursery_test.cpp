// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/nursery.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using grove::nursery;
using grove::with_nursery;
using namespace std::chrono_literals;

class nurseries : public testing::Test {
 protected:
    // A greenlet that waits for ever, and says that it was ended.
    auto sleeper() {
        return [this] {
            const grove::on_exit tell([this] { ++ended; });
            never_set.wait();
        };
    }

    grove::simulation world;
    grove::event never_set;
    int ended = 0;
};

TEST_F(nurseries, all_have_ended_when_the_block_is_left) {
    std::vector<int> order;
    with_nursery([&](nursery& n) {
        n.spawn([&] {
            grove::sleep_for(2s);
            order.push_back(2);
        });
        n.spawn([&] {
            grove::sleep_for(1s);
            order.push_back(1);
        });
    });
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
    EXPECT_EQ(world.elapsed(), 2s);
}

TEST_F(nurseries, the_block_has_a_result) {
    const auto made = with_nursery([](nursery&) { return std::make_unique<int>(7); });
    EXPECT_EQ(*made, 7);
}

TEST_F(nurseries, a_failure_ends_the_siblings_and_comes_out) {
    EXPECT_THROW(with_nursery([&](nursery& n) {
                     n.spawn(sleeper());
                     n.spawn([] {
                         grove::yield();
                         throw std::out_of_range("x");
                     });
                     sleeper()();
                 }),
                 std::out_of_range);
    EXPECT_EQ(ended, 2);
}

TEST_F(nurseries, a_failure_of_the_block_ends_what_it_spawned) {
    EXPECT_THROW(with_nursery([&](nursery& n) {
                     n.spawn(sleeper());
                     grove::yield();
                     throw std::out_of_range("x");
                 }),
                 std::out_of_range);
    EXPECT_EQ(ended, 1);
}

TEST_F(nurseries, several_failures_are_told_together) {
    const auto fail_when_killed = [&] {
        try {
            never_set.wait();
        } catch (const grove::greenlet_exit&) {
            throw std::runtime_error("second");
        }
    };
    try {
        with_nursery([&](nursery& n) {
            n.spawn(fail_when_killed);
            grove::yield();
            throw std::runtime_error("first");
        });
        FAIL() << "nothing was thrown";
    } catch (const grove::nursery_failed& e) {
        EXPECT_STREQ(e.what(), "2 greenlets of a nursery failed: first; second");
        EXPECT_EQ(e.errors().size(), 2U);
    }
}

TEST_F(nurseries, cancel_ends_all_without_a_failure) {
    with_nursery([&](nursery& n) {
        n.spawn(sleeper());
        n.spawn([&] {
            grove::sleep_for(1s);
            n.cancel();
        });
    });
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(nurseries, a_block_that_was_cancelled_has_no_result) {
    EXPECT_THROW(with_nursery([&](nursery& n) {
                     n.cancel();
                     never_set.wait();
                     return 1;
                 }),
                 grove::greenlet_killed);
}

TEST_F(nurseries, nothing_is_spawned_after_a_failure) {
    bool ran = false;
    nursery n;
    n.spawn([] { throw std::runtime_error("x"); });
    grove::yield();
    n.spawn([&] { ran = true; });
    EXPECT_THROW(n.join(), std::runtime_error);
    EXPECT_FALSE(ran);
}

TEST_F(nurseries, an_interrupted_block_ends_all_first) {
    grove::timeout limit(1s);
    EXPECT_THROW(with_nursery([&](nursery& n) {
                     n.spawn(sleeper());
                     never_set.wait();
                 }),
                 grove::timeout_expired);
    EXPECT_EQ(ended, 1);
}

TEST_F(nurseries, may_lie_inside_each_other) {
    EXPECT_THROW(with_nursery([&](nursery& outer) {
                     outer.spawn(sleeper());
                     with_nursery([&](nursery& inner) {
                         inner.spawn(sleeper());
                         inner.spawn([] { throw std::runtime_error("inner"); });
                     });
                 }),
                 std::runtime_error);
    EXPECT_EQ(ended, 2);
}

}  // namespace
