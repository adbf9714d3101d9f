// SPDX-License-Identifier: MIT
#include "tests/support/gate.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::thread_pool;
using grove_test::gate;

/// Until that thread of this process waits in the kernel.
void wait_until_asleep(pid_t thread) {
    char state = 'R';
    while (state != 'S') {
        std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
        std::string number;
        std::string name;
        stat >> number >> name >> state;
    }
}

TEST(thread_pool, gives_what_the_job_returns) {
    thread_pool pool(1);
    EXPECT_EQ(pool.run([] { return std::string("done"); }), "done");
}

TEST(thread_pool, a_job_without_result_gives_true) {
    thread_pool pool(1);
    bool ran = false;
    EXPECT_TRUE(pool.run([&ran] { ran = true; }));
    EXPECT_TRUE(ran);
}

TEST(thread_pool, runs_jobs_on_another_thread) {
    thread_pool pool(1);
    EXPECT_NE(pool.run([] { return std::this_thread::get_id(); }), std::this_thread::get_id());
}

TEST(thread_pool, throws_what_the_job_threw) {
    thread_pool pool(1);
    EXPECT_THROW(pool.run([]() -> int { throw std::out_of_range("x"); }), std::out_of_range);
    EXPECT_EQ(pool.run([] { return 1; }), 1);
}

TEST(thread_pool, other_greenlets_run_meanwhile) {
    thread_pool pool(1);
    gate opened;
    auto opener = grove::spawn([&] { opened.open(); });
    EXPECT_EQ(pool.run([&] { return opened.wait(); }), true);
    opener.join();
}

TEST(thread_pool, a_deadline_lets_go_of_a_job_that_goes_on) {
    thread_pool pool(1);
    gate opened;
    gate ended;
    auto held = std::make_shared<int>(7);
    const std::weak_ptr<int> seen = held;
    const auto slow = [&opened, &ended, held] {
        const bool in_time = opened.wait();
        const int value = *held;
        ended.open();
        return in_time ? value : 0;
    };
    EXPECT_EQ(pool.run(slow, 5ms), std::nullopt);
    held.reset();
    EXPECT_FALSE(seen.expired());
    opened.open();
    EXPECT_TRUE(ended.wait());
}

TEST(thread_pool, what_a_late_job_holds_is_let_go_when_it_ends) {
    thread_pool pool(1);
    gate opened;
    auto held = std::make_shared<int>(7);
    const std::weak_ptr<int> seen = held;
    EXPECT_FALSE(pool.run([&opened, held = std::move(held)] { opened.wait(); }, 1ms));
    opened.open();
    EXPECT_TRUE(pool.run([] {}));  // one thread, one mailbox: it comes home after the late one
    EXPECT_TRUE(seen.expired());
}

TEST(thread_pool, what_a_job_holds_ends_on_the_thread_of_its_hub) {
    struct witness {
        std::thread::id* where;

        ~witness() { *where = std::this_thread::get_id(); }
    };

    thread_pool pool(2);
    for (int i = 0; i < 300; ++i) {
        std::thread::id where;
        pool.run([w = std::make_shared<witness>(witness{&where})] { return w != nullptr; });
        ASSERT_EQ(where, std::this_thread::get_id());
    }
}

TEST(thread_pool, a_killed_greenlet_leaves_its_job_alone) {
    thread_pool pool(1);
    gate began;
    gate opened;
    gate ended;
    auto g = grove::spawn([&] {
        pool.run([&] {
            began.open();
            opened.wait();
            ended.open();
        });
    });
    thread_pool watcher(1);
    EXPECT_EQ(watcher.run([&] { return began.wait(); }), true);
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(g.killed());
    opened.open();
    EXPECT_TRUE(ended.wait());
    EXPECT_EQ(pool.run([] { return 2; }), 2);
}

TEST(thread_pool, serves_several_hubs) {
    thread_pool pool(2);
    std::atomic<int> sum{0};
    std::vector<std::thread> hubs;
    for (int i = 1; i <= 4; ++i) {
        hubs.emplace_back([&, i] {
            for (int n = 0; n < 50; ++n) sum += *pool.run([i] { return i; });
        });
    }
    for (std::thread& t : hubs) t.join();
    EXPECT_EQ(sum, 500);
}

TEST(thread_pool, starts_threads_when_needed_and_not_more_than_its_bound) {
    thread_pool pool(3);
    EXPECT_EQ(pool.threads(), 0U);
    pool.run([] {});
    EXPECT_EQ(pool.threads(), 1U);
    gate opened;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(grove::spawn([&] { pool.run([&] { opened.wait(); }); }));
    }
    grove::idle();
    EXPECT_EQ(pool.threads(), 3U);
    opened.open();
    grove::join_all(all);
    EXPECT_EQ(pool.threads(), 3U);
}

TEST(thread_pool, a_full_queue_makes_run_wait) {
    thread_pool pool(1, 1);
    gate opened;
    gate began;
    auto running = grove::spawn([&] {
        pool.run([&] {
            began.open();
            opened.wait();
        });
    });
    thread_pool watcher(1);
    watcher.run([&] { began.wait(); });
    auto queued = grove::spawn([&] { pool.run([] {}); });
    grove::yield();
    bool ran = false;
    EXPECT_FALSE(pool.run([&ran] { ran = true; }, 5ms));
    auto third = grove::spawn([&] { pool.run([&ran] { ran = true; }); });
    grove::yield();
    EXPECT_FALSE(third.ready());
    opened.open();
    grove::join_all(running, queued, third);
    EXPECT_TRUE(ran);
}

TEST(thread_pool, a_kill_while_the_queue_is_full_leaves_nothing_behind) {
    thread_pool pool(1, 1);
    gate opened;
    gate began;
    auto running = grove::spawn([&] {
        pool.run([&] {
            began.open();
            opened.wait();
        });
    });
    thread_pool watcher(1);
    watcher.run([&] { began.wait(); });
    auto queued = grove::spawn([&] { pool.run([] {}); });
    grove::yield();
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    auto third = grove::spawn([&pool, held = std::move(held)] { pool.run([held] {}); });
    grove::yield();
    third.kill();
    third = {};
    EXPECT_TRUE(seen.expired());
    opened.open();
    grove::join_all(running, queued);
}

TEST(thread_pool, its_end_waits_for_the_running_job_and_drops_the_queue) {
    gate began;
    gate opened;
    std::atomic<bool> ended{false};
    std::atomic<bool> second{false};
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    std::thread opener;
    {
        thread_pool pool(1);
        EXPECT_FALSE(pool.run(
            [&] {
                began.open();
                opened.wait();
                ended = true;
            },
            1ms));
        began.wait();
        EXPECT_FALSE(pool.run([&second, held = std::move(held)] { second = true; }, 1ms));
        opener = std::thread([&, owner = ::gettid()] {
            wait_until_asleep(owner);  // the queue is dropped by then
            opened.open();
        });
    }
    EXPECT_TRUE(ended);
    opener.join();
    grove::idle();  // what a job holds ends on its hub
    EXPECT_FALSE(second);
    EXPECT_TRUE(seen.expired());
}

TEST(thread_pool, its_threads_take_no_signals) {
    thread_pool pool(1);
    const auto blocked = pool.run([] {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        return sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGCHLD) == 1;
    });
    EXPECT_EQ(blocked, true);
    sigset_t mine;
    pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    EXPECT_EQ(sigismember(&mine, SIGTERM), 0);
}

TEST(thread_pool, a_job_in_flight_is_no_reason_to_report_a_hub_that_is_blocked) {
    thread_pool pool(1);
    grove::event done;
    std::thread outside;
    gate opened;
    auto g = grove::spawn([&] {
        pool.run([&] { opened.wait(); });
        done.set();
    });
    outside = std::thread([&] { opened.open(); });
    EXPECT_TRUE(done.wait());
    outside.join();
    g.join();
}

TEST(thread_pool, without_a_job_a_hub_that_is_blocked_is_reported) {
    thread_pool pool(1);
    pool.run([] {});
    grove::event done;
    EXPECT_THROW(done.wait(), grove::would_block_forever);
}

/// A pool whose only thread is held until `open`.
class busy_pool {
 public:
    busy_pool(std::size_t threads, std::size_t queue) : pool(threads, queue) {
        for (std::size_t i = 0; i < threads; ++i) {
            gate began;
            held_.push_back(grove::spawn([&] {
                pool.run([&] {
                    began.open();
                    opened_.wait();
                });
            }));
            thread_pool watcher(1);
            EXPECT_EQ(watcher.run([&] { return began.wait(); }), true);
        }
    }

    busy_pool(const busy_pool&) = delete;
    busy_pool& operator=(const busy_pool&) = delete;

    ~busy_pool() { opened_.open(); }

    void open() {
        opened_.open();
        grove::join_all(held_);
    }

    thread_pool pool;

 private:
    gate opened_;
    std::vector<grove::greenlet<void>> held_;
};

TEST(thread_pool, needs_a_thread_and_room) {
    EXPECT_THROW(thread_pool(0), std::invalid_argument);
    EXPECT_THROW(thread_pool(1, 0), std::invalid_argument);
    thread_pool pool(1);
    EXPECT_THROW(pool.resize(0), std::invalid_argument);
}

TEST(thread_pool, greenlets_that_wait_for_room_are_served_in_the_order_they_came) {
    busy_pool busy(1, 1);
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 6; ++i) {
        all.push_back(grove::spawn([&, i] { busy.pool.run([&order, i] { order.push_back(i); }); }));
    }
    grove::idle();
    busy.open();
    grove::join_all(all);
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(thread_pool, spawn_does_not_wait_for_the_job) {
    busy_pool busy(1, 4);
    auto answer = busy.pool.spawn([] { return std::make_unique<int>(7); });
    auto nothing = busy.pool.spawn([] {});
    EXPECT_FALSE(answer.ready());
    busy.open();
    EXPECT_EQ(*answer.take(), 7);
    EXPECT_NO_THROW(nothing.get());
}

TEST(thread_pool, spawn_waits_for_room) {
    busy_pool busy(1, 1);
    auto first = busy.pool.spawn([] { return 1; });
    auto second = grove::spawn([&] { return busy.pool.spawn([] { return 2; }).get(); });
    grove::idle();
    EXPECT_FALSE(second.ready());
    busy.open();
    EXPECT_EQ(first.get(), 1);
    EXPECT_EQ(second.get(), 2);
}

TEST(thread_pool, spawn_tells_what_the_job_threw) {
    thread_pool pool(1);
    auto answer = pool.spawn([]() -> int { throw std::out_of_range("x"); });
    EXPECT_THROW(answer.get(), std::out_of_range);
}

TEST(thread_pool, join_waits_for_jobs_that_run_and_that_wait) {
    busy_pool busy(1, 4);
    EXPECT_FALSE(busy.pool.join(1ms));
    std::atomic<bool> ran = false;
    const auto queued = busy.pool.spawn([&] { ran = true; });
    busy.open();
    EXPECT_TRUE(busy.pool.join());
    EXPECT_TRUE(ran);
    EXPECT_TRUE(busy.pool.join(0s));
}

TEST(thread_pool, grows_when_it_is_resized) {
    busy_pool busy(1, 4);
    auto queued = busy.pool.spawn([] { return 1; });
    EXPECT_EQ(busy.pool.threads(), 1U);
    busy.pool.resize(2);
    EXPECT_EQ(queued.get(), 1);
    EXPECT_EQ(busy.pool.threads(), 2U);
    busy.open();
}

TEST(thread_pool, shrinks_when_it_is_resized_and_its_threads_are_done) {
    busy_pool busy(3, 4);
    EXPECT_EQ(busy.pool.threads(), 3U);
    busy.pool.resize(1);
    EXPECT_EQ(busy.pool.threads(), 3U);
    busy.open();
    while (busy.pool.threads() != 1U) grove::yield();
    EXPECT_EQ(busy.pool.run([] { return 1; }), 1);
}

/// Runs `call`. Result: it threw `std::logic_error`.
template <class F>
bool is_refused(F call) {
    try {
        call();
        return false;
    } catch (const std::logic_error&) {
        return true;
    }
}

TEST(thread_pool, its_end_tells_jobs_that_wait_and_greenlets_without_room) {
    gate began;
    gate queued;
    gate dropped;
    bool other_told = false;
    auto pool = std::make_unique<thread_pool>(1, 1);
    auto running = pool->spawn([&] {
        began.open();
        return dropped.wait();
    });
    ASSERT_TRUE(began.wait());
    std::thread other([&, its = pool.get()] {
        auto waits = grove::spawn([&] { return is_refused([&] { its->run([] {}); }); });
        grove::yield();
        queued.open();
        other_told = waits.get();
        dropped.open();
    });
    ASSERT_TRUE(queued.wait());
    auto without_room =
        grove::spawn([its = pool.get()] { return is_refused([&] { its->run([] {}); }); });
    grove::yield();
    pool.reset();  // waits for what runs, which waits for what was dropped
    other.join();
    EXPECT_TRUE(other_told);
    EXPECT_TRUE(without_room.get());
    EXPECT_EQ(running.get(), true);
}

}  // namespace
