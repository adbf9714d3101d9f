// SPDX-License-Identifier: MIT
#include <grove/async_result.hpp>
#include <grove/channel.hpp>
#include <grove/condition.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/queue.hpp>
#include <grove/semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <vector>

// What holds for everything that blocks. Each adaptor below makes one blocking call; `wait` says
// whether it got what it came for, `allow` lets one more waiter through.

namespace {

using namespace std::chrono_literals;

struct event_wait {
    grove::event e;

    bool wait(grove::deadline until = grove::never) { return e.wait(until); }

    void allow() { e.set(); }

    static constexpr bool lets_all_through = true;
};

struct semaphore_acquire {
    grove::semaphore s{0};

    bool wait(grove::deadline until = grove::never) { return s.acquire(until); }

    void allow() { s.release(); }

    static constexpr bool lets_all_through = false;
};

struct bounded_semaphore_acquire {
    grove::bounded_semaphore s{1};

    bounded_semaphore_acquire() { s.acquire(); }

    bool wait(grove::deadline until = grove::never) { return s.acquire(until); }

    void allow() { s.release(); }

    static constexpr bool lets_all_through = false;
};

struct async_result_wait {
    grove::async_result<int> r;

    bool wait(grove::deadline until = grove::never) { return r.wait(until); }

    void allow() { r.set(1); }

    static constexpr bool lets_all_through = true;
};

struct async_result_get {
    grove::async_result<int> r;

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
    grove::queue<int> q{4};

    bool wait(grove::deadline until = grove::never) { return q.get(until).has_value(); }

    void allow() { q.put(1); }

    static constexpr bool lets_all_through = false;
};

struct queue_peek {
    grove::queue<int> q{4};

    bool wait(grove::deadline until = grove::never) { return q.peek(until) != nullptr; }

    void allow() { q.put(1); }

    static constexpr bool lets_all_through = true;
};

struct queue_put {
    grove::queue<int> q{1};

    queue_put() { q.put(0); }

    bool wait(grove::deadline until = grove::never) { return q.put(1, until); }

    void allow() { q.get(); }

    static constexpr bool lets_all_through = false;
};

struct queue_join {
    grove::queue<int> q{1};

    queue_join() { q.put(0); }

    bool wait(grove::deadline until = grove::never) { return q.join(until); }

    void allow() { q.task_done(); }

    static constexpr bool lets_all_through = true;
};

struct channel_get {
    grove::channel<int> c;

    bool wait(grove::deadline until = grove::never) { return c.get(until).has_value(); }

    void allow() {
        if (!c.try_put(1)) grove::spawn_detached([this] { c.put(1, 1h); });
    }

    static constexpr bool lets_all_through = false;
};

struct channel_put {
    grove::channel<int> c;

    bool wait(grove::deadline until = grove::never) { return c.put(1, until); }

    void allow() {
        if (!c.try_get()) grove::spawn_detached([this] { c.get(1h); });
    }

    static constexpr bool lets_all_through = false;
};

struct condition_wait {
    struct no_lock {
        void lock() {}

        void unlock() {}
    };

    grove::condition c;

    bool wait(grove::deadline until = grove::never) {
        no_lock nothing;
        return c.wait(nothing, until);
    }

    void allow() { c.notify_one(); }

    static constexpr bool lets_all_through = false;
};

template <class Adaptor>
class waiting : public testing::Test {
 protected:
    grove::simulation world;
    std::unique_ptr<Adaptor> it = std::make_unique<Adaptor>();
};

using everything_that_blocks =
    testing::Types<event_wait, semaphore_acquire, bounded_semaphore_acquire, async_result_wait,
                   async_result_get, queue_get, queue_peek, queue_put, queue_join, channel_get,
                   channel_put, condition_wait>;
TYPED_TEST_SUITE(waiting, everything_that_blocks);

TYPED_TEST(waiting, returns_later_when_it_is_allowed_later) {
    auto g = grove::spawn([&] { return this->it->wait(); });
    grove::sleep_for(1s);
    ASSERT_FALSE(g.ready());
    this->it->allow();
    EXPECT_TRUE(g.get());
    EXPECT_EQ(this->world.elapsed(), 1s);
}

TYPED_TEST(waiting, says_false_at_its_deadline) {
    EXPECT_FALSE(this->it->wait(2s));
    EXPECT_EQ(this->world.elapsed(), 2s);
}

TYPED_TEST(waiting, says_false_at_a_deadline_that_has_passed) {
    bool others_ran = false;
    auto other = grove::spawn([&] { others_ran = true; });
    EXPECT_FALSE(this->it->wait(0s));
    EXPECT_TRUE(others_ran);
    EXPECT_EQ(this->world.elapsed(), 0s);
}

TYPED_TEST(waiting, is_ended_by_an_outer_timeout) {
    grove::timeout limit(1s);
    try {
        this->it->wait(1h);
        FAIL() << "the outer timeout did not end the wait";
    } catch (const grove::timeout_expired& e) {
        EXPECT_TRUE(limit.is_source(e));
    }
    EXPECT_EQ(this->world.elapsed(), 1s);
}

TYPED_TEST(waiting, is_ended_by_a_kill) {
    auto g = grove::spawn([&] { this->it->wait(); });
    grove::yield();
    EXPECT_TRUE(g.kill(1s));
    EXPECT_TRUE(g.killed());
    EXPECT_EQ(this->world.elapsed(), 0s);
}

TYPED_TEST(waiting, leaves_nothing_behind_when_it_was_ended) {
    EXPECT_FALSE(this->it->wait(1s));
    EXPECT_FALSE(grove::with_timeout(1s, [&] { this->it->wait(); }));
    auto killed = grove::spawn([&] { this->it->wait(); });
    grove::yield();
    killed.kill();
    auto g = grove::spawn([&] { return this->it->wait(); });
    grove::yield();
    this->it->allow();
    EXPECT_TRUE(g.get(1s));
}

TYPED_TEST(waiting, keeps_what_it_got_when_the_kill_comes_in_the_same_turn) {
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

TYPED_TEST(waiting, keeps_what_it_got_when_its_deadline_comes_in_the_same_turn) {
    auto g = grove::spawn([&] { return this->it->wait(1s); });
    grove::yield();
    auto at_the_same_time = grove::hub::current().call_at(
        1s, [&] { this->it->allow(); }, grove::keep_alive::yes);
    grove::sleep_for(2s);
    // The wait's timer was set first, so it fires first; the greenlet runs after both.
    EXPECT_TRUE(g.ready());
    EXPECT_TRUE(g.get());
}

TYPED_TEST(waiting, serves_those_who_came_first_first) {
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(grove::spawn([&, i] {
            if (this->it->wait()) order.push_back(i);
            // A bounded token has to come back before the next one can be given.
            if constexpr (std::is_same_v<TypeParam, bounded_semaphore_acquire>) this->it->allow();
        }));
    }
    grove::yield();
    const bool once =
        TypeParam::lets_all_through || std::is_same_v<TypeParam, bounded_semaphore_acquire>;
    for (int i = 0; i < (once ? 1 : 20); ++i) this->it->allow();
    grove::join_all(all);
    std::vector<int> as_they_came(20);
    for (int i = 0; i < 20; ++i) as_they_came[static_cast<std::size_t>(i)] = i;
    EXPECT_EQ(order, as_they_came);
}

TYPED_TEST(waiting, passes_over_one_who_was_killed_to_the_next) {
    auto first = grove::spawn([&] { return this->it->wait(); });
    auto second = grove::spawn([&] { return this->it->wait(); });
    grove::yield();
    first.kill();
    this->it->allow();
    EXPECT_TRUE(second.get(1s));
}

TYPED_TEST(waiting, throws_when_what_it_waits_on_is_destroyed) {
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

TYPED_TEST(waiting, on_the_hub_ends_the_process_with_a_message) {
    // The fixture has a hub by now, and a fork of a hub is none: a fresh process runs this.
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(
        {
            grove::hub::current().post([&] { this->it->wait(); });
            grove::sleep_for(1s);
        },
        "a hub callback must not block");
}

}  // namespace
