// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/hub.hpp>
#include <grove/pool.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> numbers(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

/// 0, 1, 2 ... each through `pulled` as it is read; it can be read once.
struct endless {
    std::function<int(int)> pulled;

    struct iterator {
        using iterator_concept = std::input_iterator_tag;
        using value_type = int;
        using difference_type = std::ptrdiff_t;

        endless* from = nullptr;
        int next = 0;

        int operator*() const { return from->pulled(next); }

        iterator& operator++() {
            ++next;
            return *this;
        }

        void operator++(int) { ++next; }

        bool operator==(std::default_sentinel_t) const { return false; }
    };

    iterator begin() { return {this}; }

    [[nodiscard]] static std::default_sentinel_t end() { return {}; }
};

[[noreturn]] void park_for_ever() {
    grove::sleep_until(grove::never);
    std::abort();
}

TEST(pool, spawn_waits_for_a_place) {
    const grove::simulation world;
    grove::pool two(2);
    for (int i = 0; i < 5; ++i) two.spawn([] { grove::sleep_for(1s); });
    EXPECT_EQ(world.elapsed(), 2s);
    two.join();
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST(pool, never_has_more_members_at_work_than_places) {
    const grove::simulation world({.seed = 3});
    grove::pool three(3);
    int now = 0;
    int most = 0;
    for (int i = 0; i < 50; ++i) {
        three.spawn([&, i] {
            most = std::max(most, ++now);
            grove::sleep_for(std::chrono::milliseconds(i % 7));
            --now;
        });
    }
    three.join();
    EXPECT_EQ(most, 3);
}

TEST(pool, knows_how_many_places_are_free) {
    grove::pool two(2);
    EXPECT_EQ(two.capacity(), 2U);
    EXPECT_EQ(two.free_count(), 2U);
    two.spawn(park_for_ever);
    EXPECT_EQ(two.free_count(), 1U);
    EXPECT_FALSE(two.full());
    two.spawn(park_for_ever);
    EXPECT_TRUE(two.full());
    two.kill();
    EXPECT_EQ(two.free_count(), 2U);
}

TEST(pool, try_spawn_says_false_when_full) {
    grove::pool one(1);
    bool ran = false;
    EXPECT_TRUE(one.try_spawn(park_for_ever));
    EXPECT_FALSE(one.try_spawn([&] { ran = true; }));
    one.kill();
    EXPECT_TRUE(one.try_spawn([&] { ran = true; }));
    one.join();
    EXPECT_TRUE(ran);
}

TEST(pool, wait_available_has_a_deadline) {
    const grove::simulation world;
    grove::pool one(1);
    EXPECT_TRUE(one.wait_available(1s));
    one.spawn([] { grove::sleep_for(3s); });
    EXPECT_FALSE(one.wait_available(1s));
    EXPECT_TRUE(one.wait_available());
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST(pool, a_spawn_that_is_interrupted_spawns_nothing) {
    const grove::simulation world;
    grove::pool one(1);
    one.spawn(park_for_ever);
    bool ran = false;
    EXPECT_FALSE(grove::with_timeout(1s, [&] { one.spawn([&] { ran = true; }); }));
    auto killed = grove::spawn([&] { one.spawn([&] { ran = true; }); });
    grove::yield();
    killed.kill();
    one.kill();
    grove::yield();
    EXPECT_FALSE(ran);
    EXPECT_EQ(one.free_count(), 1U);
}

TEST(pool, those_who_wait_for_a_place_get_it_in_the_order_they_came) {
    grove::pool one(1);
    grove::event go;
    one.spawn([&] { go.wait(); });
    std::vector<int> order;
    std::vector<grove::greenlet<void>> spawners;
    for (int i = 0; i < 5; ++i) {
        spawners.push_back(grove::spawn([&, i] { one.spawn([&, i] { order.push_back(i); }); }));
    }
    grove::yield();
    go.set();
    grove::join_all(spawners);
    one.join();
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(pool, a_discarded_member_frees_its_place) {
    grove::pool one(1);
    const auto id = one.spawn(park_for_ever);
    auto member = one.discard(id);
    EXPECT_EQ(one.free_count(), 1U);
}

TEST(pool, spawning_into_ones_own_full_pool_is_reported_by_name) {
    grove::pool one(1);
    one.spawn([&] { one.spawn([] {}); });
    try {
        one.join();
        FAIL() << "the pool waits for itself and nobody says so";
    } catch (const grove::would_block_forever& e) {
        EXPECT_THAT(e.what(), HasSubstr("pool.spawn"));
        EXPECT_THAT(e.what(), HasSubstr("group.join"));
        EXPECT_THAT(e.what(), HasSubstr("pool_test.cpp:"));
    }
}

TEST(pool, of_size_0_runs_nothing) {
    grove::pool none(0);
    EXPECT_TRUE(none.full());
    EXPECT_FALSE(none.wait_available(0ms));
}

TEST(pool, destroyed_while_a_greenlet_waits_for_a_place_tells_it) {
    auto one = std::make_unique<grove::pool>(1);
    one->spawn(park_for_ever);
    auto waiting = grove::spawn([&] {
        try {
            one->wait_available();
            one->spawn(park_for_ever);
        } catch (const std::logic_error&) {
            return true;
        }
        return false;
    });
    grove::yield();
    one.reset();
    EXPECT_TRUE(waiting.get());
}

// --- map ---

TEST(pool_map, gives_results_in_the_order_of_the_items) {
    const grove::simulation world;
    const std::vector<int> seconds{3, 1, 2};
    const auto results = grove::pool(8).map(seconds, [](int s) {
        grove::sleep_for(std::chrono::seconds(s));
        return s * 10;
    });
    EXPECT_THAT(results, ElementsAre(30, 10, 20));
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST(pool_map, counts_its_members_as_gevent_does) {
    grove::pool two(2);
    std::vector<std::size_t> sizes;
    two.map(numbers(3), [&](int) { sizes.push_back(two.size()); });
    EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
}

TEST(pool_map, leaves_every_place_free) {
    grove::pool two(2);
    two.map(numbers(5), [](int i) { return i; });
    EXPECT_EQ(two.free_count(), 2U);
}

TEST(pool_map, of_nothing_is_nothing) {
    EXPECT_TRUE(grove::pool(2).map(std::vector<int>{}, [](int i) { return i; }).empty());
}

TEST(pool_map, hands_items_over_by_reference_where_the_range_keeps_them) {
    std::vector<std::unique_ptr<int>> items;
    items.push_back(std::make_unique<int>(1));
    items.push_back(std::make_unique<int>(2));
    grove::pool(2).map(items, [](std::unique_ptr<int>& i) { *i += 10; });
    EXPECT_EQ(*items[0] + *items[1], 23);
}

TEST(pool_map, takes_ranges_that_can_be_read_once) {
    struct once {
        std::istringstream in{"1 2 3"};

        std::istream_iterator<int> begin() { return std::istream_iterator<int>(in); }

        std::istream_iterator<int> end() { return {}; }
    } items;

    EXPECT_THAT(grove::pool(2).map(items, [](int i) { return i + 1; }), ElementsAre(2, 3, 4));
}

TEST(pool_map, raises_the_earliest_failure_and_kills_the_rest) {
    const grove::simulation world;
    grove::pool four(4);
    int unwound = 0;
    try {
        four.map(numbers(10), [&](int i) {
            const grove::on_exit note([&] { ++unwound; });
            grove::sleep_for(std::chrono::seconds(10 - i));
            if (i == 3) throw std::runtime_error("item 3");
            if (i == 0) throw std::runtime_error("item 0");
        });
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "item 3");
    }
    EXPECT_EQ(world.elapsed(), 7s);
    EXPECT_EQ(unwound, 4);  // those that had begun; no other began
    EXPECT_EQ(four.free_count(), 4U);
}

TEST(pool_map, does_not_print_what_it_throws) {
    int printed = 0;
    grove::hub::current().set_error_handler(
        [&](std::string_view, std::exception_ptr) { ++printed; });
    EXPECT_THROW(grove::pool(1).map(std::vector{1}, [](int) { throw std::runtime_error("x"); }),
                 std::runtime_error);
    EXPECT_EQ(printed, 0);
}

TEST(pool_map, ended_by_a_timeout_kills_its_calls) {
    const grove::simulation world;
    grove::pool two(2);
    bool went_on = false;
    EXPECT_FALSE(grove::with_timeout(1s, [&] {
        two.map(numbers(5), [&](int) {
            grove::sleep_for(10s);
            went_on = true;
        });
    }));
    EXPECT_EQ(world.elapsed(), 1s);
    EXPECT_EQ(two.free_count(), 2U);
    grove::sleep_for(1min);
    EXPECT_FALSE(went_on);
}

TEST(pool_map, throws_greenlet_killed_when_the_pool_is_killed) {
    grove::pool two(2);
    auto mapper = grove::spawn([&] {
        try {
            two.map(numbers(2), [](int) { park_for_ever(); });
        } catch (const grove::greenlet_killed&) {
            return true;
        }
        return false;
    });
    grove::yield();
    grove::yield();
    two.kill();
    EXPECT_TRUE(mapper.get());
}

// --- imap ---

TEST(pool_imap, yields_results_in_the_order_of_the_items) {
    const grove::simulation world;
    std::vector<std::string> out;
    grove::group three;
    for (auto& r : three.imap(numbers(3), [](int i) {
             grove::sleep_for(std::chrono::seconds(3 - i));
             return "task " + std::to_string(i);
         })) {
        out.push_back(r);
    }
    EXPECT_THAT(out, ElementsAre("task 0", "task 1", "task 2"));
    EXPECT_EQ(world.elapsed(), 3s);
}

TEST(pool_imap, unordered_yields_results_as_the_calls_end) {
    const grove::simulation world;
    std::vector<int> out;
    grove::group three;
    for (auto& r : three.imap_unordered(numbers(3), [](int i) {
             grove::sleep_for(std::chrono::seconds(3 - i));
             return i;
         })) {
        out.push_back(r);
    }
    EXPECT_THAT(out, ElementsAre(2, 1, 0));
}

TEST(pool_imap, runs_no_more_at_once_than_the_pool_has_places) {
    const grove::simulation world;
    grove::pool two(2);
    int now = 0;
    int most = 0;
    for ([[maybe_unused]] auto& r : two.imap_unordered(numbers(20), [&](int i) {
             most = std::max(most, ++now);
             grove::sleep_for(1s);
             --now;
             return i;
         })) {
    }
    EXPECT_EQ(most, 2);
    EXPECT_EQ(world.elapsed(), 10s);
}

TEST(pool_imap, pulls_items_no_further_ahead_than_asked) {
    grove::pool two(2);
    int pulled = 0;
    endless items{[&](int i) {
        ++pulled;
        return i;
    }};
    auto results = two.imap(items, [](int i) { return i; }, {.ahead = 3});
    for (int i = 0; i < 50; ++i) grove::yield();
    EXPECT_EQ(pulled, 3);
    EXPECT_EQ(results.get(), 0);
    for (int i = 0; i < 50; ++i) grove::yield();
    EXPECT_EQ(pulled, 4);
}

TEST(pool_imap, goes_on_while_the_reader_is_busy) {
    const grove::simulation world;
    grove::pool two(2);
    int ended = 0;
    auto results = two.imap(numbers(4), [&](int i) {
        grove::sleep_for(1s);
        ++ended;
        return i;
    });
    grove::sleep_for(5s);
    EXPECT_EQ(ended, 4);
    EXPECT_EQ(results.get(), 0);
}

TEST(pool_imap, raises_an_error_in_its_place_and_goes_on) {
    grove::pool two(2);
    auto results = two.imap(numbers(3), [](int i) {
        if (i == 1) throw std::runtime_error("item 1");
        return i;
    });
    EXPECT_EQ(results.get(), 0);
    EXPECT_THROW(results.get(), std::runtime_error);
    EXPECT_EQ(results.get(), 2);
    EXPECT_FALSE(results.get().has_value());
    EXPECT_FALSE(results.get().has_value());
}

TEST(pool_imap, raises_what_the_range_throws_after_the_last_result) {
    grove::pool two(2);
    endless items{[](int i) {
        if (i == 2) throw std::runtime_error("no more items");
        return i;
    }};
    auto results = two.imap(items, [](int i) { return i; });
    EXPECT_EQ(results.get(), 0);
    EXPECT_EQ(results.get(), 1);
    EXPECT_THROW(results.get(), std::runtime_error);
    EXPECT_FALSE(results.get().has_value());
}

TEST(pool_imap, get_throws_when_late_and_loses_nothing) {
    const grove::simulation world;
    grove::pool one(1);
    auto results = one.imap(numbers(1), [](int i) {
        grove::sleep_for(2s);
        return i;
    });
    EXPECT_THROW(results.get(1s), grove::timeout_expired);
    EXPECT_EQ(results.get(), 0);
}

TEST(pool_imap, leaving_the_scope_kills_what_still_runs) {
    grove::pool two(2);
    int at_work = 0;
    {
        auto results = two.imap_unordered(numbers(10), [&](int i) {
            ++at_work;
            const grove::on_exit note([&] { --at_work; });
            if (i != 0) park_for_ever();
            return i;
        });
        EXPECT_EQ(results.get(), 0);
        EXPECT_GT(at_work, 0);
    }
    EXPECT_EQ(at_work, 0);
    EXPECT_EQ(two.free_count(), 2U);
}

TEST(pool_imap, a_killed_call_is_told_in_its_place) {
    grove::pool two(2);
    auto results = two.imap(numbers(2), [](int i) {
        if (i == 0) park_for_ever();
        return i;
    });
    grove::yield();
    grove::yield();
    auto killer = grove::spawn([&] { two.kill(); });
    EXPECT_THROW(results.get(), grove::greenlet_killed);
}

TEST(pool_imap, keeps_a_temporary_range_alive) {
    grove::pool two(2);
    std::vector<std::string> out;
    for (auto& r :
         two.imap(std::list<std::string>{"a", "b"}, [](const std::string& s) { return s; }))
        out.push_back(r);
    EXPECT_THAT(out, ElementsAre("a", "b"));
}

TEST(pool_imap, refuses_to_be_nothing_ahead) {
    grove::pool two(2);
    EXPECT_THROW(auto r = two.imap(std::vector{1}, [](int i) { return i; }, {.ahead = 0}),
                 std::invalid_argument);
}

TEST(pool_imap, of_nothing_ends_at_once) {
    grove::pool two(2);
    EXPECT_FALSE(two.imap(std::vector<int>{}, [](int i) { return i; }).get().has_value());
}

// The tutorial's proof that greenlets are deterministic.
TEST(pool_imap, unordered_gives_the_same_order_every_time) {
    const auto run = [] {
        grove::pool ten(10);
        std::vector<int> out;
        for (auto& r : ten.imap_unordered(numbers(10), [](int i) {
                 grove::sleep_for(1ms);
                 return i;
             }))
            out.push_back(r);
        return out;
    };
    const grove::simulation world;
    const auto first = run();
    EXPECT_THAT(first, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(run(), first);
}

}  // namespace
