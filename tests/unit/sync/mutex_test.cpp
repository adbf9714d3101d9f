// SPDX-License-Identifier: MIT
#include <grove/condition.hpp>
#include <grove/event.hpp>
#include <grove/explore.hpp>
#include <grove/greenlet.hpp>
#include <grove/mutex.hpp>
#include <grove/pool.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class mutexes : public testing::Test {
 protected:
    // A greenlet that has the lock until `let_go`.
    grove::greenlet<void> holder() {
        auto g = grove::spawn([this] {
            const std::lock_guard hold(m);
            released.wait();
        });
        grove::yield();
        return g;
    }

    void let_go() {
        released.set();
        grove::yield();
    }

    grove::simulation world;
    grove::event released;
    grove::mutex m{"ledger"};
};

std::error_code code_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const std::system_error& e) {
        return e.code();
    }
    return {};
}

TEST_F(mutexes, lets_one_in_at_a_time) {
    int inside = 0;
    int most = 0;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(grove::spawn([&] {
            const std::lock_guard hold(m);
            most = std::max(most, ++inside);
            grove::yield();
            --inside;
        }));
    }
    grove::join_all(all);
    EXPECT_EQ(most, 1);
    EXPECT_FALSE(m.locked());
}

TEST_F(mutexes, is_handed_over_first_come_first) {
    std::string order;
    auto keeper = holder();
    std::vector<grove::greenlet<void>> all;
    for (const char name : {'a', 'b', 'c'}) {
        all.push_back(grove::spawn([&, name] {
            for (int i = 0; i < 2; ++i) {
                const std::lock_guard hold(m);
                order += name;
            }
        }));
    }
    grove::yield();
    let_go();
    grove::join_all(all);
    EXPECT_EQ(order, "abcabc");
}

TEST_F(mutexes, who_unlocks_does_not_get_it_before_those_who_wait) {
    auto waiting = grove::spawn([&] { const std::lock_guard hold(m); });
    m.lock();
    grove::yield();
    m.unlock();
    EXPECT_TRUE(m.locked());
    EXPECT_FALSE(m.held());
    EXPECT_FALSE(m.try_lock());
    waiting.join();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
}

TEST_F(mutexes, says_false_at_the_deadline) {
    auto keeper = holder();
    EXPECT_FALSE(m.lock(2s));
    EXPECT_EQ(world.elapsed(), 2s);
    EXPECT_FALSE(m.held());
    let_go();
    EXPECT_TRUE(m.lock(2s));
    m.unlock();
}

TEST_F(mutexes, one_who_is_killed_leaves_the_line) {
    auto keeper = holder();
    auto first = grove::spawn([&] { const std::lock_guard hold(m); });
    auto second = grove::spawn([&] { const std::lock_guard hold(m); });
    grove::yield();
    first.kill();
    let_go();
    second.join();
    EXPECT_FALSE(m.locked());
}

TEST_F(mutexes, one_who_is_killed_in_the_turn_it_was_given_the_lock_has_it) {
    auto keeper = holder();
    bool had_it = false;
    auto next = grove::spawn([&] {
        const std::lock_guard hold(m);
        had_it = m.held();
        grove::sleep_for(1s);
    });
    grove::yield();
    let_go();  // the holder has unlocked: `next` is ready
    next.kill();
    EXPECT_TRUE(had_it);
    EXPECT_FALSE(m.locked());
}

TEST_F(mutexes, refuses_what_can_never_be) {
    m.lock();
    EXPECT_EQ(code_of([&] { m.lock(); }), std::errc::resource_deadlock_would_occur);
    m.unlock();
    EXPECT_EQ(code_of([&] { m.unlock(); }), std::errc::operation_not_permitted);
    auto keeper = holder();
    EXPECT_EQ(code_of([&] { m.unlock(); }), std::errc::operation_not_permitted);
    let_go();
}

TEST_F(mutexes, one_that_is_destroyed_wakes_those_who_wait) {
    auto gone = std::make_unique<grove::mutex>();
    gone->lock();
    auto waiting = grove::spawn([&] { gone->lock(); });
    grove::yield();
    gone.reset();
    EXPECT_THROW(waiting.get(), std::logic_error);
}

TEST_F(mutexes, the_recursive_one_is_given_back_as_often_as_it_was_taken) {
    grove::recursive_mutex r;
    r.lock();
    EXPECT_TRUE(r.try_lock());
    r.lock();
    EXPECT_EQ(r.depth(), 3U);
    r.unlock();
    r.unlock();
    EXPECT_TRUE(r.held());
    bool got = false;
    auto other = grove::spawn([&] {
        const std::lock_guard hold(r);
        got = true;
        EXPECT_EQ(r.depth(), 1U);
    });
    grove::yield();
    EXPECT_FALSE(got);
    r.unlock();
    other.join();
    EXPECT_TRUE(got);
    EXPECT_FALSE(r.locked());
    EXPECT_EQ(code_of([&] { r.unlock(); }), std::errc::operation_not_permitted);
}

// --- conditions ---

TEST_F(mutexes, a_condition_gives_the_lock_back_while_it_waits) {
    grove::condition changed;
    int stock = 0;
    auto buyer = grove::spawn([&] {
        std::unique_lock hold(m);
        changed.wait(hold, [&] { return stock >= 2; });
        EXPECT_TRUE(m.held());
        stock -= 2;
    });
    for (int i = 0; i < 2; ++i) {
        grove::yield();
        const std::lock_guard hold(m);
        ++stock;
        changed.notify_one();
    }
    buyer.join();
    EXPECT_EQ(stock, 0);
}

TEST_F(mutexes, a_condition_that_was_interrupted_holds_the_lock) {
    grove::condition changed;
    bool held = false;
    auto waiting = grove::spawn([&] {
        std::unique_lock hold(m);
        const grove::on_exit look([&] { held = m.held(); });
        changed.wait(hold);
    });
    grove::yield();
    auto keeper = holder();  // the interrupted one must wait for it
    waiting.request_kill();
    grove::yield();
    EXPECT_FALSE(waiting.ready());
    let_go();
    waiting.join();
    EXPECT_TRUE(held);
    EXPECT_FALSE(m.locked());
}

TEST_F(mutexes, a_condition_asks_once_more_at_its_deadline) {
    grove::condition changed;
    std::unique_lock hold(m);
    bool done = false;
    auto setter = grove::spawn([&] { done = true; });  // and tells nobody
    EXPECT_TRUE(changed.wait(
        hold, [&] { return done; }, 1s));
    EXPECT_FALSE(changed.wait(
        hold, [] { return false; }, 1s));
    EXPECT_EQ(world.elapsed(), 2s);
}

// --- who waits for whom ---

std::string report_of(const std::function<void()>& f) {
    try {
        f();
    } catch (const grove::would_block_forever& e) {
        const std::string text = e.what();
        const std::size_t at = text.find("in a circle:");
        return at == std::string::npos ? "no circle" : text.substr(at);
    }
    return "no report";
}

TEST_F(mutexes, two_that_are_taken_in_both_orders_are_reported_with_holders) {
    grove::mutex a("accounts");
    grove::mutex b("book");
    const auto take = [](grove::mutex& first, grove::mutex& second) {
        const std::lock_guard hold(first);
        grove::yield();
        const std::lock_guard hold_too(second);
    };
    auto left = grove::spawn({.name = "left"}, [&] { take(a, b); });
    auto right = grove::spawn({.name = "right"}, [&] { take(b, a); });
    const std::string report = report_of([&] { left.join(); });
    EXPECT_THAT(report, testing::MatchesRegex("in a circle:\n"
                                              "  left waits on book 0x[0-9a-f]+, held by right\n"
                                              "  right waits on accounts 0x[0-9a-f]+, held by "
                                              "left\n"));
}

TEST_F(mutexes, a_full_pool_that_its_members_spawn_into_is_named) {
    grove::pool pool(1);
    pool.spawn({.name = "outer"}, [&] { pool.spawn([] {}); });
    const std::string report = report_of([&] { pool.join(); });
    EXPECT_THAT(report, HasSubstr("outer waits on pool.spawn"));
    EXPECT_THAT(report, HasSubstr("held by itself (its own members wait for the full pool)"));
    pool.kill();
}

TEST_F(mutexes, a_wait_without_a_circle_has_none_in_its_report) {
    grove::event never_set;
    auto g = grove::spawn([&] { never_set.wait(); });
    EXPECT_EQ(report_of([&] { g.join(); }), "no circle");
}

TEST_F(mutexes, one_whose_holder_ended_is_held_by_nobody_who_waits) {
    grove::spawn([&] { m.lock(); }).join();  // and does not unlock
    auto waiting = grove::spawn([&] { m.lock(); });
    EXPECT_EQ(report_of([&] { waiting.join(); }), "no circle");
}

// Each takes the fork at its left and then the one at its right. As long as they come one after the
// other all get to eat.
void dine() {
    constexpr std::size_t places = 3;
    std::vector<std::unique_ptr<grove::mutex>> forks;
    for (std::size_t i = 0; i < places; ++i) {
        forks.push_back(std::make_unique<grove::mutex>("fork"));
    }
    std::vector<grove::greenlet<void>> philosophers;
    for (std::size_t i = 0; i < places; ++i) {
        philosophers.push_back(grove::spawn([&, i] {
            for (std::size_t n = 0; n < i; ++n) grove::yield();
            const std::lock_guard left(*forks[i]);
            grove::yield();
            const std::lock_guard right(*forks[(i + 1) % places]);
        }));
    }
    grove::join_all(philosophers);
}

TEST(explore, philosophers_who_starve_are_found_with_their_forks) {
    EXPECT_NO_THROW(dine());  // in the usual order
    try {
        grove::explore(1000, dine);
        FAIL() << "they never starved";
    } catch (const grove::exploration_failed& e) {
        EXPECT_THAT(e.what(), HasSubstr("in a circle:"));
        EXPECT_THAT(e.what(), HasSubstr("waits on fork"));
    }
}

}  // namespace
