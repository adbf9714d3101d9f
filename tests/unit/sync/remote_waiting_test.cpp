// SPDX-License-Identifier: MIT
#include "tests/support/gate.hpp"
#include "tests/support/waiting_cases.hpp"

#include <grove/deadline_scope.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/remote_event.hpp>
#include <grove/remote_queue.hpp>
#include <grove/remote_result.hpp>
#include <grove/remote_semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

// The calls that block between threads, for the suite of tests/support/waiting_cases.hpp; then what
// only they have: a wake-up that takes its way through a mailbox, and other threads.

namespace {

using namespace std::chrono_literals;
using namespace grove_test;

struct event_wait {
    grove::remote_event e;

    bool wait(grove::deadline until = grove::never) { return e.wait(until); }

    void allow() { e.set(); }

    static constexpr bool lets_all_through = true;
};

struct semaphore_acquire {
    grove::remote_semaphore s{0};

    bool wait(grove::deadline until = grove::never) { return s.acquire(until); }

    void allow() { s.release(); }

    static constexpr bool lets_all_through = false;
};

struct result_wait {
    grove::remote_result<int> r;

    bool wait(grove::deadline until = grove::never) { return r.wait(until); }

    void allow() { r.set(1); }

    static constexpr bool lets_all_through = true;
};

struct result_get {
    grove::remote_result<int> r;

    bool wait(grove::deadline until = grove::never) {
        try {
            return r.get(until) == 1;
        } catch (const grove::timeout_expired& e) {
            if (e.source() != nullptr) throw;
            return false;
        }
    }

    void allow() { r.set(1); }

    static constexpr bool lets_all_through = true;
};

struct queue_get {
    grove::remote_queue<int> q{4};

    bool wait(grove::deadline until = grove::never) { return q.get(until).has_value(); }

    void close() { q.close(); }

    void allow() { q.put(1); }

    static constexpr bool lets_all_through = false;
};

struct queue_wait {
    grove::remote_queue<int> q{4};

    bool wait(grove::deadline until = grove::never) { return q.wait(until); }

    void allow() { q.put(1); }

    static constexpr bool lets_all_through = true;
};

struct queue_put {
    grove::remote_queue<int> q{1};

    queue_put() { q.put(0); }

    bool wait(grove::deadline until = grove::never) { return q.put(1, until); }

    void close() { q.close(); }

    void allow() { q.get(); }

    static constexpr bool lets_all_through = false;
};

const blocking_traits lets_all{.lets = passage::all};

INSTANTIATE_TEST_SUITE_P(between_threads, waiting,
                         testing::Values(kind_of<event_wait>("remote_event_wait", lets_all),
                                         kind_of<semaphore_acquire>("remote_semaphore_acquire"),
                                         kind_of<result_wait>("remote_result_wait", lets_all),
                                         kind_of<result_get>("remote_result_get", lets_all),
                                         kind_of<queue_get>("remote_queue_get"),
                                         kind_of<queue_wait>("remote_queue_wait", lets_all),
                                         kind_of<queue_put>("remote_queue_put")),
                         name_of_kind);

template <class Adaptor>
class remote_waiting : public testing::Test {
 protected:
    grove::simulation world;
    std::unique_ptr<Adaptor> it = std::make_unique<Adaptor>();
};

using everything_that_blocks = testing::Types<event_wait, semaphore_acquire, result_wait,
                                              result_get, queue_get, queue_wait, queue_put>;
TYPED_TEST_SUITE(remote_waiting, everything_that_blocks);

TYPED_TEST(remote_waiting, is_ended_by_a_deadline_scope_each_time) {
    const grove::deadline_scope within(1s);
    for (int i = 0; i < 3; ++i) EXPECT_THROW(this->it->wait(), grove::timeout_expired);
    EXPECT_EQ(this->world.elapsed(), 1s);
}

TYPED_TEST(remote_waiting, keeps_what_it_got_when_the_kill_comes_before_the_call_from_the_hub) {
    bool got = false;
    bool went_on = false;
    auto g = grove::spawn([&] {
        got = this->it->wait();
        grove::yield();  // here the kill is thrown
        went_on = true;
    });
    grove::yield();
    this->it->allow();
    g.kill();
    EXPECT_TRUE(got);
    EXPECT_FALSE(went_on);
}

TYPED_TEST(remote_waiting, keeps_what_it_got_when_a_timeout_comes_before_the_call_from_the_hub) {
    bool got = false;
    bool late = false;
    auto g = grove::spawn([&] {
        const grove::timeout limit(1s);
        try {
            got = this->it->wait();
            grove::yield();
        } catch (const grove::timeout_expired& e) {
            late = limit.is_source(e);
        }
    });
    grove::yield();
    const auto after_the_timeout = grove::hub::current().call_at(
        1s, [&] { this->it->allow(); }, grove::keep_alive::yes);
    g.join();
    EXPECT_TRUE(got);
    EXPECT_TRUE(late);
}

TYPED_TEST(remote_waiting, throws_when_the_last_handle_goes) {
    std::vector<grove::greenlet<void>> all;
    std::vector<int> told;
    for (int i = 0; i < 3; ++i) {
        all.push_back(grove::spawn([&, i] {
            try {
                this->it->wait();
            } catch (const std::logic_error&) {
                told.push_back(i);
            }
        }));
    }
    grove::yield();
    this->it.reset();
    grove::join_all(all);
    EXPECT_THAT(told, testing::ElementsAre(0, 1, 2));
}

// The same between threads; time is real here.

template <class Adaptor>
class remote_threads : public testing::Test {
 protected:
    Adaptor it;
};

TYPED_TEST_SUITE(remote_threads, everything_that_blocks);

TYPED_TEST(remote_threads, a_greenlet_is_let_through_by_another_thread) {
    auto g = grove::spawn([&] { return this->it.wait(); });
    grove::yield();
    std::thread other([its = this->it]() mutable { its.allow(); });
    EXPECT_TRUE(g.get());  // no report that all would wait for ever
    other.join();
}

TYPED_TEST(remote_threads, a_thread_without_a_hub_blocks_until_it_is_let_through) {
    bool got = false;
    std::thread other([&got, its = this->it]() mutable { got = its.wait(); });
    this->it.allow();
    other.join();
    EXPECT_TRUE(got);
}

TYPED_TEST(remote_threads, a_thread_without_a_hub_says_false_at_its_deadline) {
    bool got = true;
    std::thread([&got, its = this->it]() mutable { got = its.wait(2ms); }).join();
    EXPECT_FALSE(got);
    std::thread([&got, its = this->it]() mutable { got = its.wait(0s); }).join();
    EXPECT_FALSE(got);
}

TYPED_TEST(remote_threads, greenlets_of_many_hubs_are_all_let_through) {
    constexpr int hubs = 4;
    constexpr int each = 25;
    std::vector<std::thread> threads;
    std::vector<int> got(hubs);
    for (int i = 0; i < hubs; ++i) {
        threads.emplace_back([&mine = got[static_cast<std::size_t>(i)], its = this->it]() mutable {
            std::vector<grove::greenlet<void>> all;
            for (int n = 0; n < each; ++n) {
                all.push_back(grove::spawn([&] { mine += its.wait() ? 1 : 0; }));
            }
            grove::join_all(all);
        });
    }
    for (int i = 0; i < (TypeParam::lets_all_through ? 1 : hubs * each); ++i) this->it.allow();
    for (std::thread& t : threads) t.join();
    EXPECT_THAT(got, testing::Each(each));
}

TYPED_TEST(remote_threads, a_hub_that_ends_takes_its_waiters_out_of_the_line) {
    gate parked;
    std::thread other([&parked, its = this->it]() mutable {
        for (int i = 0; i < 3; ++i) {
            grove::spawn_detached([&its] { its.wait(); });
        }
        grove::yield();
        parked.open();
    });
    ASSERT_TRUE(parked.wait());
    other.join();
    this->it.allow();
    EXPECT_TRUE(this->it.wait(10s));
}

TYPED_TEST(remote_threads, who_waits_is_told_when_the_last_handle_goes_on_another_thread) {
    auto its = std::make_unique<TypeParam>();
    TypeParam* const only = its.get();
    bool told = false;
    auto g = grove::spawn([&] {
        try {
            only->wait();
        } catch (const std::logic_error&) {
            told = true;
        }
    });
    grove::yield();
    std::thread other([last = std::move(its)]() mutable { last.reset(); });
    g.join();
    other.join();
    EXPECT_TRUE(told);
}

TYPED_TEST(remote_threads, kills_and_wake_ups_that_cross_lose_nothing) {
    for (int round = 0; round < 200; ++round) {
        TypeParam one;
        bool got = false;
        auto g = grove::spawn([&] { got = one.wait(); });
        grove::yield();
        std::thread other([its = one]() mutable { its.allow(); });
        g.kill();
        other.join();
        // What was allowed was allowed once: it was got then, or can be got now.
        const bool left = one.wait(0s);
        ASSERT_EQ(left, TypeParam::lets_all_through || !got) << round;
    }
}

}  // namespace
