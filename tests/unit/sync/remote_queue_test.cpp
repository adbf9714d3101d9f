// SPDX-License-Identifier: MIT
#include "tests/support/greenlets.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/remote_event.hpp>
#include <grove/remote_queue.hpp>
#include <grove/remote_result.hpp>
#include <grove/remote_semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/wait_any.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::remote_queue;
using testing::ElementsAre;

TEST(remote_queue, refuses_to_have_no_room) {
    EXPECT_THROW(remote_queue<int>(0), std::invalid_argument);
}

TEST(remote_queue, gives_items_out_in_the_order_they_came) {
    remote_queue<int> q(3);
    for (int i = 0; i < 3; ++i) q.put(i);
    EXPECT_EQ(q.size(), 3U);
    EXPECT_EQ(q.get(), 0);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 2);
    EXPECT_TRUE(q.empty());
}

TEST(remote_queue, items_of_waiting_putters_enter_in_the_order_they_came) {
    remote_queue<int> q(1);
    q.put(0);
    std::vector<grove::greenlet<void>> putters;
    for (int i = 1; i < 5; ++i) putters.push_back(grove::spawn([&q, i] { q.put(i); }));
    grove::yield();
    std::vector<int> seen;
    for (int i = 0; i < 5; ++i) seen.push_back(*q.get());
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4));
    grove::join_all(putters);
}

TEST(remote_queue, never_blocks_when_it_only_tries) {
    remote_queue<std::unique_ptr<int>> q(1);
    EXPECT_EQ(q.try_get(), std::nullopt);
    EXPECT_TRUE(q.try_put(std::make_unique<int>(1)));
    auto kept = std::make_unique<int>(2);
    EXPECT_FALSE(q.try_put(std::move(kept)));
    EXPECT_NE(kept, nullptr);
    EXPECT_EQ(**q.try_get(), 1);
    q.close();
    EXPECT_FALSE(q.try_put(std::move(kept)));
    EXPECT_NE(kept, nullptr);
}

TEST(remote_queue, a_late_put_leaves_the_item_with_the_caller) {
    const grove::simulation world;
    remote_queue<std::unique_ptr<int>> q(1);
    q.put(std::make_unique<int>(1));
    auto kept = std::make_unique<int>(2);
    EXPECT_FALSE(q.put(std::move(kept), 1s));
    EXPECT_NE(kept, nullptr);
}

TEST(remote_queue, a_closed_one_is_drained_then_ends) {
    remote_queue<int> q(4);
    q.put(1);
    q.close();
    q.close();
    EXPECT_TRUE(q.closed());
    EXPECT_THROW(q.put(2), grove::queue_closed);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), std::nullopt);
}

TEST(remote_queue, closing_wakes_all_that_wait) {
    remote_queue<int> full(1);
    remote_queue<int> empty(1);
    full.put(0);
    auto getter = grove::spawn([&] { return empty.get().has_value(); });
    auto putter = grove::spawn([&] {
        EXPECT_THROW(full.put(1), grove::queue_closed);
        return true;
    });
    grove::yield();
    empty.close();
    full.close();
    EXPECT_FALSE(getter.get());
    EXPECT_TRUE(putter.get());
    EXPECT_EQ(full.get(), 0);
    EXPECT_EQ(full.get(), std::nullopt);
}

TEST(remote_queue, close_now_drops_what_is_in) {
    remote_queue<std::shared_ptr<int>> q(4);
    const auto item = std::make_shared<int>(1);
    q.put(item);
    q.close_now();
    EXPECT_EQ(item.use_count(), 1);
    EXPECT_EQ(q.get(), std::nullopt);
}

TEST(remote_queue, iteration_ends_when_closed_and_drained) {
    remote_queue<std::string> q(4);
    q.put("a");
    q.put("b");
    q.close();
    std::vector<std::string> seen;
    for (const auto& item : q) seen.push_back(item);
    EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST(remote_queue, is_a_thing_to_wait_for_and_nothing_is_taken) {
    remote_queue<int> q(4);
    grove::remote_event stop;
    EXPECT_EQ(grove::wait_any(1ms, q, stop), std::nullopt);
    std::thread other([q]() mutable { q.put(1); });
    EXPECT_EQ(grove::wait_any(grove::never, stop, q), 1U);
    other.join();
    EXPECT_EQ(q.try_get(), 1);
    auto waits = grove::spawn([&] { return q.wait(); });
    grove::yield();
    q.close();
    EXPECT_TRUE(waits.get());
    EXPECT_EQ(grove::wait_any(grove::never, stop, q), 1U);
}

TEST(remote_queue, copies_share_one_queue) {
    remote_queue<int> q(4);
    remote_queue<int> same = q;
    q.put(1);
    EXPECT_EQ(same.get(), 1);
    EXPECT_EQ(same.capacity(), 4U);
}

TEST(remote_queue, each_item_of_many_producers_reaches_one_of_many_consumers_in_order) {
    constexpr int threads = 3;
    constexpr int greenlets = 4;
    constexpr int items = 300;
    remote_queue<std::pair<int, int>> q(8);
    std::vector<std::thread> producers;
    for (int t = 0; t < threads; ++t) {
        producers.emplace_back([q, t]() mutable {
            std::vector<grove::greenlet<void>> all;
            for (int g = 0; g < greenlets; ++g) {
                all.push_back(grove::spawn([&q, who = t * greenlets + g] {
                    for (int i = 0; i < items; ++i) q.put({who, i});
                }));
            }
            grove::join_all(all);
        });
    }
    std::mutex mutex;
    std::vector<std::vector<int>> got(threads * greenlets);
    std::vector<std::thread> consumers;
    for (int t = 0; t < threads; ++t) {
        consumers.emplace_back([&, q, t]() mutable {
            const bool without_hub = t == 0;
            const auto consume = [&] {
                int last_seen[threads * greenlets] = {};
                for (auto& [who, n] : q) {
                    // Each producer's items come to one consumer in the order they were put.
                    EXPECT_GE(n, last_seen[who]);
                    last_seen[who] = n;
                    const std::lock_guard hold(mutex);
                    got[static_cast<std::size_t>(who)].push_back(n);
                }
            };
            if (without_hub) {
                consume();
                return;
            }
            auto first = grove::spawn(consume);
            auto second = grove::spawn(consume);
            grove::join_all(first, second);
        });
    }
    for (std::thread& t : producers) t.join();
    q.close();
    for (std::thread& t : consumers) t.join();
    std::vector<int> all(items);
    std::iota(all.begin(), all.end(), 0);
    for (auto& one : got) {
        std::sort(one.begin(), one.end());
        EXPECT_EQ(one, all);
    }
}

TEST(remote_queue, consumers_that_are_killed_all_the_time_lose_no_item) {
    constexpr int items = 500;
    remote_queue<int> q(2);
    std::thread producer([q]() mutable {
        for (int i = 0; i < items; ++i) q.put(i);
        q.close();
    });
    std::vector<int> got;
    while (!(q.closed() && q.empty())) {
        auto consumer = grove::spawn([&] {
            for (auto& item : q) got.push_back(item);
        });
        grove::yield();
        grove::idle();
        consumer.kill();
    }
    producer.join();
    std::vector<int> all(items);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(got, all);
}

TEST(remote_queue, producers_that_are_late_all_the_time_put_no_item_twice) {
    constexpr int items = 300;
    remote_queue<int> q(1);
    std::vector<int> got;
    std::thread consumer([&got, q]() mutable {
        for (auto& item : q) got.push_back(item);
    });
    for (int i = 0; i < items; ++i) {
        while (!q.put(i, 20us)) grove::yield();
    }
    q.close();
    consumer.join();
    std::vector<int> all(items);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(got, all);
}

TEST(remote_semaphore, hands_tokens_over_and_nobody_is_passed) {
    grove::remote_semaphore one(0);
    std::string order;
    auto a = grove::spawn([&] {
        one.acquire();
        order += 'a';
    });
    grove::yield();
    one.release();
    EXPECT_FALSE(one.try_acquire());
    EXPECT_EQ(one.available(), 0U);
    a.join();
    one.release(2);
    EXPECT_EQ(one.available(), 2U);
    EXPECT_TRUE(one.try_acquire());
    EXPECT_EQ(order, "a");
}

TEST(remote_semaphore, bounds_what_several_threads_do_at_once) {
    grove::remote_semaphore two(2);
    std::mutex mutex;
    int now = 0;
    int most = 0;
    const auto work = [&, two]() mutable {
        for (int i = 0; i < 100; ++i) {
            const std::lock_guard hold(two);
            {
                const std::lock_guard count(mutex);
                most = std::max(most, ++now);
            }
            std::this_thread::yield();
            const std::lock_guard count(mutex);
            --now;
        }
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) threads.emplace_back(work);
    for (int t = 0; t < 2; ++t) threads.emplace_back([work] { grove::spawn(work).join(); });
    for (std::thread& t : threads) t.join();
    EXPECT_LE(most, 2);
    EXPECT_EQ(two.available(), 2U);
}

TEST(remote_result, is_set_once) {
    grove::remote_result<int> r;
    EXPECT_FALSE(r.ready());
    EXPECT_TRUE(r.set(1));
    EXPECT_FALSE(r.set(2));
    EXPECT_FALSE(r.set_exception(std::make_exception_ptr(std::runtime_error("late"))));
    EXPECT_EQ(r.get(), 1);
    EXPECT_TRUE(r.ready());
    EXPECT_EQ(r.exception(), nullptr);
}

TEST(remote_result, get_throws_the_error_that_was_set_and_wait_does_not) {
    grove::remote_result<void> r;
    std::thread other([r]() mutable {
        r.set_exception(std::make_exception_ptr(std::runtime_error("no answer")));
    });
    EXPECT_TRUE(r.wait());
    other.join();
    EXPECT_THROW(r.get(), std::runtime_error);
    EXPECT_NE(r.exception(), nullptr);
}

TEST(remote_result, a_value_that_can_only_be_moved_is_taken) {
    grove::remote_result<std::unique_ptr<int>> r;
    std::thread other([r]() mutable { r.set(std::make_unique<int>(7)); });
    EXPECT_EQ(*r.take(), 7);
    other.join();
}

TEST(remote_result, of_a_temporary_handle_is_a_copy) {
    grove::remote_result<std::string> r;
    r.set("text");
    EXPECT_EQ(grove::remote_result<std::string>(r).get(), "text");
}

TEST(remote_event, cleared_again_it_is_waited_for_again) {
    const grove::simulation world;
    grove::remote_event e;
    e.set();
    EXPECT_TRUE(e.is_set());
    e.clear();
    EXPECT_FALSE(e.is_set());
    EXPECT_FALSE(e.wait(1s));
}

TEST(remote_event, set_and_cleared_before_they_run_still_wakes) {
    grove::remote_event e;
    auto g = grove::spawn([&] { return e.wait(); });
    grove::yield();
    e.set();
    e.clear();
    EXPECT_TRUE(g.get());
}

TEST(remote_event, is_a_thing_to_wait_for_beside_others) {
    grove::remote_event stop;
    grove::remote_result<int> answer;
    std::thread other([stop]() mutable { stop.set(); });
    EXPECT_EQ(grove::wait_any(grove::never, answer, stop), 1U);
    other.join();
}

TEST(remote_event, nobody_who_waits_hides_that_all_wait_for_ever) {
    const grove::remote_event unused;
    EXPECT_THROW(grove_test::park_for_ever(), grove::would_block_forever);
}

}  // namespace
