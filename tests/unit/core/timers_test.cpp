// SPDX-License-Identifier: MIT
#include "core/timers.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::detail::timer_node;
using grove::detail::timer_queue;

constexpr std::uint64_t any = ~std::uint64_t{0};

void nothing(timer_node&) noexcept {}

TEST(timers, come_out_by_deadline_and_equal_ones_as_they_were_set) {
    timer_queue q;
    timer_node a(nothing);
    timer_node b(nothing);
    timer_node c(nothing);
    q.arm(a, 20);
    q.arm(b, 10);
    q.arm(c, 20);
    EXPECT_EQ(q.earliest(), 10);
    EXPECT_EQ(q.pop_due(30, any), &b);
    EXPECT_EQ(q.pop_due(30, any), &a);
    EXPECT_EQ(q.pop_due(30, any), &c);
    EXPECT_EQ(q.pop_due(30, any), nullptr);
    EXPECT_TRUE(q.empty());
}

TEST(timers, are_never_early) {
    timer_queue q;
    timer_node a(nothing);
    q.arm(a, 20);
    EXPECT_EQ(q.pop_due(19, any), nullptr);
    EXPECT_EQ(q.pop_due(20, any), &a);
}

TEST(timers, set_after_the_look_began_wait_for_the_next) {
    timer_queue q;
    timer_node a(nothing);
    timer_node b(nothing);
    q.arm(a, 10);
    const std::uint64_t latest = q.latest();
    q.arm(b, 5);
    EXPECT_EQ(q.pop_due(30, latest), nullptr);  // b is the earliest, and not due in this look
    EXPECT_EQ(q.pop_due(30, q.latest()), &b);
    q.disarm(a);
}

TEST(timers, disarming_twice_does_nothing) {
    timer_queue q;
    timer_node a(nothing);
    q.arm(a, 20);
    q.disarm(a);
    q.disarm(a);
    EXPECT_FALSE(a.armed());
    EXPECT_TRUE(q.empty());
}

TEST(timers, count_those_that_keep_the_hub_alive) {
    timer_queue q;
    timer_node counts(nothing);
    timer_node listens(nothing);
    listens.keeps_alive = false;
    q.arm(counts, 1);
    q.arm(listens, 2);
    EXPECT_EQ(q.size(), 2U);
    EXPECT_EQ(q.counting(), 1U);
    q.disarm(counts);
    EXPECT_EQ(q.counting(), 0U);
    q.disarm(listens);
}

/// A queue beside a std::multimap, which keeps equal keys in the order they came.
class twin_queues {
 public:
    explicit twin_queues(std::uint32_t seed) : random_(seed) {
        for (int i = 0; i < 300; ++i) nodes_.push_back(std::make_unique<timer_node>(nothing));
    }

    ~twin_queues() {
        for (auto& node : nodes_) queue_.disarm(*node);
    }

    void step() {
        timer_node& node = *nodes_[below(nodes_.size())];
        switch (below(4)) {
            case 0:
            case 1:
                if (!node.armed()) arm(node);
                break;
            case 2:
                disarm(node);
                break;
            default:
                now_ += static_cast<std::int64_t>(below(20));
                fire();
        }
        ASSERT_EQ(queue_.size(), model_.size());
        if (!model_.empty()) {
            ASSERT_EQ(queue_.earliest(), model_.begin()->first);
        }
    }

 private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    void arm(timer_node& node) {
        const std::int64_t when = now_ + static_cast<std::int64_t>(below(50));
        queue_.arm(node, when);
        model_.emplace(when, &node);
    }

    void disarm(timer_node& node) {
        ASSERT_EQ(std::erase_if(model_, [&](const auto& m) { return m.second == &node; }),
                  node.armed() ? 1U : 0U);
        queue_.disarm(node);
        ASSERT_FALSE(node.armed());
    }

    void fire() {
        while (timer_node* due = queue_.pop_due(now_, any)) {
            ASSERT_FALSE(model_.empty());
            ASSERT_LE(model_.begin()->first, now_) << "a timer was early";
            ASSERT_EQ(model_.begin()->second, due);
            model_.erase(model_.begin());
        }
        ASSERT_TRUE(model_.empty() || model_.begin()->first > now_) << "a timer was forgotten";
    }

    std::mt19937 random_;
    std::vector<std::unique_ptr<timer_node>> nodes_;
    timer_queue queue_;
    std::multimap<std::int64_t, timer_node*> model_;
    std::int64_t now_ = 0;
};

TEST(timers, agree_with_a_multimap_whatever_is_set_and_cancelled) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        twin_queues twins(seed);
        for (int i = 0; i < 5000; ++i) {
            twins.step();
            ASSERT_FALSE(testing::Test::HasFailure()) << "with seed " << seed << " at step " << i;
        }
    }
}

TEST(timers, of_the_real_clock_are_never_early) {
    std::mt19937 random(1);
    for (int i = 0; i < 30; ++i) {
        const auto wanted = std::chrono::microseconds(random() % 2000);
        const auto began = std::chrono::steady_clock::now();
        grove::sleep_for(wanted);
        ASSERT_GE(std::chrono::steady_clock::now() - began, wanted);
    }
}

}  // namespace
