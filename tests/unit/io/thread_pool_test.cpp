// SPDX-License-Identifier: MIT
#include "tests/support/gate.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::thread_pool;
using grove_test::gate;

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
        opener = std::thread([&] { opened.open(); });
    }
    EXPECT_TRUE(ended);
    opener.join();
    EXPECT_TRUE(second || seen.expired());
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

}  // namespace
