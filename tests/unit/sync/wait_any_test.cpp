// SPDX-License-Identifier: MIT
#include <grove/async_result.hpp>
#include <grove/event.hpp>
#include <grove/semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>
#include <grove/wait_any.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace {

using grove::never;
using grove::wait_any;
using testing::ElementsAre;
using namespace std::chrono_literals;

class waiting_for_several : public testing::Test {
 protected:
    grove::simulation world;
    grove::event event;
    grove::async_result<int> result;
    grove::semaphore tokens{0};
    grove::queue<int> items{4};
};

TEST_F(waiting_for_several, the_one_that_is_ready_is_named) {
    EXPECT_EQ(wait_any(1s, event, result, tokens, items), std::nullopt);
    items.put(1);
    EXPECT_EQ(wait_any(1s, event, result, tokens, items), 3U);
    tokens.release();
    EXPECT_EQ(wait_any(1s, event, result, tokens), 2U);
    result.set(1);
    EXPECT_EQ(wait_any(1s, event, result), 1U);
    event.set();
    EXPECT_EQ(wait_any(1s, event, result), 0U);
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST_F(waiting_for_several, one_that_is_ready_is_told_without_a_switch) {
    bool others_ran = false;
    auto other = grove::spawn([&] { others_ran = true; });
    event.set();
    EXPECT_EQ(wait_any(never, tokens, event), 1U);
    tokens.release();
    EXPECT_EQ(wait_any(never, items, tokens, event), 1U);
    items.close();
    EXPECT_EQ(wait_any(never, items, tokens, event), 0U);
    result.set(1);
    std::vector<grove::async_result<int>> results{grove::async_result<int>(), result};
    EXPECT_EQ(wait_any(never, results), 1U);
    EXPECT_FALSE(others_ran);
}

TEST_F(waiting_for_several, nothing_is_taken) {
    tokens.release();
    items.put(1);
    EXPECT_TRUE(wait_any(never, tokens, items).has_value());
    EXPECT_TRUE(wait_any(never, items, tokens).has_value());
    EXPECT_EQ(tokens.available(), 1U);
    EXPECT_EQ(items.size(), 1U);
}

TEST_F(waiting_for_several, greenlets_come_in_the_order_they_end) {
    std::vector<grove::greenlet<void>> all;
    for (const auto rest : {3s, 1s, 2s}) {
        all.push_back(grove::spawn([rest] { grove::sleep_for(rest); }));
    }
    EXPECT_EQ(wait_any(never, all), 1U);
    grove::ready_order order;
    for (auto& each : all) order.add(each);
    std::vector<std::size_t> places;
    for (const std::size_t place : order) places.push_back(place);
    EXPECT_THAT(places, ElementsAre(1, 2, 0));
    EXPECT_EQ(order.next(), std::nullopt);
}

TEST_F(waiting_for_several, a_failed_greenlet_is_ready) {
    auto failed = grove::spawn({.name = "failing"}, [this] { event.wait(); });
    failed.kill(std::make_exception_ptr(std::runtime_error("x")));
    EXPECT_EQ(wait_any(1s, failed), 0U);
}

TEST_F(waiting_for_several, a_deadline_leaves_nothing_waiting) {
    EXPECT_EQ(wait_any(1s, tokens), std::nullopt);
    tokens.release();
    EXPECT_TRUE(tokens.try_acquire());
}

TEST_F(waiting_for_several, an_interruption_leaves_nothing_waiting) {
    grove::timeout limit(1s);
    EXPECT_THROW(static_cast<void>(wait_any(never, tokens, event)), grove::timeout_expired);
    tokens.release();
    EXPECT_EQ(tokens.available(), 1U);
}

TEST_F(waiting_for_several, what_a_wait_throws_comes_out) {
    auto gone = std::make_unique<grove::event>();
    auto destroyer = grove::spawn([&] {
        grove::sleep_for(1s);
        gone.reset();
    });
    EXPECT_THROW(static_cast<void>(wait_any(never, *gone, event)), std::logic_error);
}

TEST_F(waiting_for_several, a_closed_queue_is_ready) {
    items.close();
    EXPECT_EQ(wait_any(1s, items), 0U);
}

}  // namespace
