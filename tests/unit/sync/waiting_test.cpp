// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"

#include <grove/actor.hpp>
#include <grove/async_result.hpp>
#include <grove/channel.hpp>
#include <grove/condition.hpp>
#include <grove/event.hpp>
#include <grove/explore.hpp>
#include <grove/greenlet.hpp>
#include <grove/lifo_queue.hpp>
#include <grove/mutex.hpp>
#include <grove/pool.hpp>
#include <grove/priority_queue.hpp>
#include <grove/queue.hpp>
#include <grove/semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>
#include <grove/wait_any.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <vector>

// The calls of this layer that block, for the suite of tests/support/waiting_cases.hpp; then what
// only some of them have: an owner, and an end.

namespace {

using namespace std::chrono_literals;
using namespace grove_test;

/// For a `get` whose lateness is an exception.
template <class F>
bool unless_late(F get) {
    try {
        get();
        return true;
    } catch (const grove::timeout_expired& e) {
        if (e.source() != nullptr) throw;
        return false;
    }
}

struct event_wait {
    grove::event e;

    bool wait(grove::deadline until) { return e.wait(until); }

    void allow() { e.set(); }
};

struct semaphore_acquire {
    grove::semaphore s{0};

    bool wait(grove::deadline until) { return s.acquire(until); }

    void allow() { s.release(); }
};

struct semaphore_wait {
    grove::semaphore s{0};

    bool wait(grove::deadline until) { return s.wait(until); }

    void allow() { s.release(); }
};

struct bounded_semaphore_acquire {
    grove::bounded_semaphore s{1};

    bounded_semaphore_acquire() { s.acquire(); }

    bool wait(grove::deadline until) {
        if (!s.acquire(until)) return false;
        s.release();
        return true;
    }

    void allow() { s.release(); }
};

template <class Mutex>
struct lock {
    Mutex m;

    lock() { m.lock(); }

    bool wait(grove::deadline until) {
        if (m.held()) return wait_elsewhere(until);
        return pass(until);
    }

    void allow() { m.unlock(); }

 private:
    bool pass(grove::deadline until) {
        if (!m.lock(until)) return false;
        m.unlock();
        return true;
    }

    /// The main greenlet holds it, so a wait of its own is made by another.
    bool wait_elsewhere(grove::deadline until) {
        auto other = grove::spawn([&] { return pass(until); });
        const grove::on_exit never_left([&] { other.kill(); });
        return other.get();
    }
};

struct async_result_wait {
    grove::async_result<int> r;

    bool wait(grove::deadline until) { return r.wait(until); }

    void allow() { r.set(1); }
};

struct async_result_get {
    grove::async_result<int> r;

    bool wait(grove::deadline until) {
        return unless_late([&] { static_cast<void>(r.get(until)); });
    }

    void allow() { r.set(1); }
};

template <class Queue>
struct queue_get {
    Queue q{4};

    bool wait(grove::deadline until) { return q.get(until).has_value(); }

    void close() { q.close(); }

    void allow() { q.put(1); }
};

struct queue_peek {
    grove::queue<int> q{4};

    bool wait(grove::deadline until) { return q.peek(until) != nullptr; }

    void close() { q.close(); }

    void allow() { q.put(1); }
};

template <class Queue>
struct queue_put {
    Queue q{1};

    queue_put() { q.put(0); }

    bool wait(grove::deadline until) { return q.put(1, until); }

    void close() { q.close(); }

    void allow() { q.get(); }
};

struct queue_join {
    grove::queue<int> q{1};

    queue_join() { q.put(0); }

    bool wait(grove::deadline until) { return q.join(until); }

    void allow() { q.task_done(); }
};

struct channel_get {
    grove::channel<int> c;

    bool wait(grove::deadline until) { return c.get(until).has_value(); }

    void close() { c.close(); }

    void allow() {
        if (!c.try_put(1)) grove::spawn_detached([this] { c.put(1, 1h); });
    }
};

struct channel_put {
    grove::channel<int> c;

    bool wait(grove::deadline until) { return c.put(1, until); }

    void close() { c.close(); }

    void allow() {
        if (!c.try_get()) grove::spawn_detached([this] { c.get(1h); });
    }
};

struct condition_wait {
    struct no_lock {
        void lock() {}

        void unlock() {}
    };

    grove::condition c;

    bool wait(grove::deadline until) {
        no_lock nothing;
        return c.wait(nothing, until);
    }

    void allow() { c.notify_one(); }
};

/// The end of a greenlet is waited for.
struct ends_when_allowed {
    grove::event allowed;
    grove::greenlet<int> g = grove::spawn([this] {
        allowed.wait();
        return 1;
    });

    ends_when_allowed() { grove::idle(); }

    void allow() { allowed.set(); }
};

struct greenlet_join : ends_when_allowed {
    bool wait(grove::deadline until) { return g.join(until); }
};

struct greenlet_get : ends_when_allowed {
    bool wait(grove::deadline until) {
        return unless_late([&] { static_cast<void>(g.get(until)); });
    }
};

struct join_all : ends_when_allowed {
    bool wait(grove::deadline until) {
        std::vector<grove::greenlet_handle*> one{&g};
        return !grove::join_all(one, {.until = until}).empty();
    }
};

/// The one place of a pool is taken.
struct full_pool {
    grove::event allowed;
    grove::pool p{1};

    full_pool() {
        p.spawn([this] { allowed.wait(); });
        grove::idle();
    }

    void allow() { allowed.set(); }
};

struct pool_join : full_pool {
    bool wait(grove::deadline until) { return p.join(until); }
};

struct pool_wait_available : full_pool {
    bool wait(grove::deadline until) { return p.wait_available(until); }
};

struct actor_send {
    grove::event allowed;
    grove::actor<int> a{1};

    actor_send() {
        a.start([this](int&) {
            allowed.wait();
            allowed.clear();
        });
        a.send(0);
        grove::idle();
        a.send(0);
    }

    bool wait(grove::deadline until) { return a.send(1, until); }

    void close() { a.stop(); }

    void allow() { allowed.set(); }
};

struct wait_any_of_two {
    grove::event e;
    grove::queue<int> q{1};

    bool wait(grove::deadline until) { return grove::wait_any(until, q, e).has_value(); }

    void allow() { e.set(); }
};

/// What a greenlet can hold, by its lock.
template <class Lockable>
class holding : public testing::Test {};

using lockables = testing::Types<grove::mutex, grove::recursive_mutex, grove::semaphore,
                                 grove::bounded_semaphore>;
TYPED_TEST_SUITE(holding, lockables);

TYPED_TEST(holding, is_given_up_by_one_who_is_killed) {
    grove::explore(100, [] {
        TypeParam held;
        auto holder = grove::spawn([&] {
            const std::lock_guard lock(held);
            grove::sleep_for(1h);
        });
        grove::idle();
        auto next = grove::spawn([&] { const std::lock_guard lock(held); });
        auto killer = grove::spawn([&] { holder.kill(); });
        grove::join_all(next, killer);
        const std::unique_lock mine(held, std::try_to_lock);
        EXPECT_TRUE(mine.owns_lock());
    });
}

TYPED_TEST(holding, is_given_up_by_one_whose_time_is_over) {
    grove::explore(100, [] {
        TypeParam held;
        auto holder = grove::spawn([&] {
            const grove::timeout limit(1s);
            const std::lock_guard lock(held);
            EXPECT_THROW(grove::sleep_for(1h), grove::timeout_expired);
        });
        grove::idle();
        auto next = grove::spawn([&] { const std::lock_guard lock(held); });
        EXPECT_TRUE(next.join(2s));
        holder.join();
    });
}

const blocking_traits lets_all{.lets = passage::all};
const blocking_traits outlived{
    .lets = passage::all, .wakes = wake_up::later, .at_end = ending::outlives};
const blocking_traits has_owner{.lets = passage::in_turn, .allowed_by = allower::main_greenlet};

INSTANTIATE_TEST_SUITE_P(
    sync, waiting,
    testing::Values(
        kind_of<event_wait>("event_wait", lets_all),
        kind_of<semaphore_acquire>("semaphore_acquire"),
        kind_of<semaphore_wait>("semaphore_wait", {.lets = passage::in_turn}),
        kind_of<bounded_semaphore_acquire>("bounded_semaphore_acquire", {.lets = passage::in_turn}),
        kind_of<lock<grove::mutex>>("mutex_lock", has_owner),
        kind_of<lock<grove::recursive_mutex>>("recursive_mutex_lock", has_owner),
        kind_of<async_result_wait>("async_result_wait", lets_all),
        kind_of<async_result_get>("async_result_get", lets_all),
        kind_of<queue_get<grove::queue<int>>>("queue_get"),
        kind_of<queue_get<grove::lifo_queue<int>>>("lifo_queue_get"),
        kind_of<queue_get<grove::priority_queue<int>>>("priority_queue_get"),
        kind_of<queue_peek>("queue_peek", lets_all),
        kind_of<queue_put<grove::queue<int>>>("queue_put"),
        kind_of<queue_put<grove::lifo_queue<int>>>("lifo_queue_put"),
        kind_of<queue_put<grove::priority_queue<int>>>("priority_queue_put"),
        kind_of<queue_join>("queue_join", lets_all), kind_of<channel_get>("channel_get"),
        kind_of<channel_put>("channel_put"),
        kind_of<condition_wait>("condition_wait", {.past = memory::forgets}),
        kind_of<greenlet_join>("greenlet_join", outlived),
        kind_of<greenlet_get>("greenlet_get", outlived), kind_of<join_all>("join_all", outlived),
        kind_of<pool_join>("pool_join", outlived),
        kind_of<pool_wait_available>("pool_wait_available", outlived),
        kind_of<actor_send>("actor_send", {.wakes = wake_up::later, .at_end = ending::outlives}),
        kind_of<wait_any_of_two>("wait_any", outlived)),
    name_of_kind);

}  // namespace
