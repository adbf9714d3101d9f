// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/lifo_queue.hpp>
#include <grove/priority_queue.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using testing::ElementsAre;

template <class Queue>
std::vector<typename Queue::value_type> drained(Queue& q) {
    q.close();
    std::vector<typename Queue::value_type> all;
    for (auto& item : q) all.push_back(std::move(item));
    return all;
}

TEST(lifo_queue, gives_the_newest_first) {
    grove::lifo_queue<int> q(8);
    for (int i = 0; i < 3; ++i) q.put(i);
    EXPECT_EQ(*q.peek(), 2);
    EXPECT_THAT(drained(q), ElementsAre(2, 1, 0));
}

TEST(lifo_queue, lets_those_who_wait_to_put_in_by_turns) {
    grove::lifo_queue<int> q(1);
    q.put(0);
    auto first = grove::spawn([&] { q.put(1); });
    auto second = grove::spawn([&] { q.put(2); });
    grove::yield();
    EXPECT_EQ(q.get(), 0);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 2);
}

TEST(priority_queue, gives_the_smallest_first) {
    grove::priority_queue<int> q(grove::unbounded);
    for (const int i : {3, 1, 2}) q.put(i);
    EXPECT_EQ(*q.peek(), 1);
    EXPECT_THAT(drained(q), ElementsAre(1, 2, 3));
}

TEST(priority_queue, takes_a_comparison) {
    grove::priority_queue<int, std::greater<>> q(grove::unbounded);
    for (const int i : {3, 1, 2}) q.put(i);
    EXPECT_THAT(drained(q), ElementsAre(3, 2, 1));
}

struct job {
    int urgency;
    int number;
};

struct by_urgency {
    bool operator()(const job& a, const job& b) const { return a.urgency < b.urgency; }
};

TEST(priority_queue, equals_come_out_in_the_order_they_were_put) {
    std::mt19937 numbers(7);
    grove::priority_queue<job, by_urgency> q(grove::unbounded);
    for (int i = 0; i < 1000; ++i) q.put({static_cast<int>(numbers() % 5), i});
    const std::vector<job> all = drained(q);
    ASSERT_EQ(all.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(
        all, {}, [](const job& j) { return std::pair(j.urgency, j.number); }));
}

struct smaller {
    bool operator()(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) const {
        return *a < *b;
    }
};

TEST(priority_queue, holds_what_can_only_be_moved) {
    grove::priority_queue<std::unique_ptr<int>, smaller> q(2);
    q.put(std::make_unique<int>(2));
    q.put(std::make_unique<int>(1));
    EXPECT_EQ(**q.get(), 1);
}

TEST(priority_queue, one_who_waits_gets_the_first_that_comes) {
    grove::priority_queue<int> q(8);
    auto g = grove::spawn([&] { return *q.get(); });
    grove::yield();
    q.put(5);
    q.put(1);
    EXPECT_EQ(g.get(), 5);
}

}  // namespace
