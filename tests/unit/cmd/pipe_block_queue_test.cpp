// SPDX-License-Identifier: MIT
#include "cmd/pipe/block_queue.hpp"

#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

block of(std::size_t items, std::size_t bytes = 0) {
    return {.bytes = std::string(bytes, 'x'), .items = items};
}

TEST(pipe_block_queue, blocks_come_in_order_and_then_the_end) {
    block_queue queue({});
    queue.put({.bytes = "a\n", .items = 1});
    queue.put({.bytes = "b\n", .items = 1});
    queue.close();
    EXPECT_EQ(queue.get()->bytes, "a\n");
    EXPECT_EQ(queue.get()->bytes, "b\n");
    EXPECT_FALSE(queue.get());
    EXPECT_EQ(queue.passed(), 2U);
}

TEST(pipe_block_queue, blocks_without_items_are_one_block) {
    block_queue queue({});
    for (std::uint64_t i = 1; i <= 1000; ++i) queue.put({.through = i, .exact = true});
    const auto only = queue.get();
    ASSERT_TRUE(only);
    EXPECT_EQ(only->through, 1000U);
    EXPECT_TRUE(only->exact);
    EXPECT_TRUE(queue.dry());
}

TEST(pipe_block_queue, a_block_without_items_settles_with_the_one_before_it) {
    block_queue queue({});
    queue.put({.bytes = "a\n", .items = 1, .through = 1});
    queue.put({.through = 5, .exact = true});
    const auto both = queue.get();
    ASSERT_TRUE(both);
    EXPECT_EQ(both->bytes, "a\n");
    EXPECT_EQ(both->through, 5U);
    EXPECT_TRUE(both->exact);
}

TEST(pipe_block_queue, what_is_exact_stays_so_before_what_is_not) {
    block_queue queue({});
    queue.put({.bytes = "a\n", .items = 1, .through = 1, .exact = true});
    queue.put({.through = 2});
    queue.put({.through = 3});
    EXPECT_TRUE(queue.get()->exact);
    EXPECT_EQ(queue.get()->through, 3U);
    EXPECT_TRUE(queue.dry());
}

TEST(pipe_block_queue, one_that_is_full_of_items_holds_up_who_puts) {
    block_queue queue({.items = 10, .bytes = 1000});
    queue.put(of(6));
    queue.put(of(6));
    bool went_in = false;
    auto putting = spawn([&] {
        queue.put(of(1));
        went_in = true;
    });
    yield();
    EXPECT_FALSE(went_in);
    EXPECT_EQ(queue.items(), 12U);
    EXPECT_TRUE(queue.get());
    putting.join();
    EXPECT_TRUE(went_in);
    EXPECT_EQ(queue.items(), 7U);
}

TEST(pipe_block_queue, one_that_is_full_of_bytes_holds_up_who_puts) {
    block_queue queue({.items = 10, .bytes = 1000});
    queue.put(of(1, 1000));
    EXPECT_EQ(queue.fill(), 1.0);
    auto putting = spawn([&] { queue.put(of(1)); });
    yield();
    EXPECT_FALSE(putting.ready());
    EXPECT_TRUE(queue.get());
    putting.join();
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST(pipe_block_queue, a_block_above_the_limits_passes_an_empty_one) {
    block_queue queue({.items = 2, .bytes = 10});
    queue.put(of(50, 500));
    EXPECT_EQ(queue.get()->items, 50U);
}

TEST(pipe_block_queue, who_waits_hears_of_the_end) {
    block_queue queue({});
    auto getting = spawn([&] { return queue.get().has_value(); });
    yield();
    queue.close();
    EXPECT_FALSE(getting.get());
}

TEST(pipe_block_queue, one_that_is_closed_at_once_drops_what_is_in_and_what_comes) {
    block_queue queue({.items = 1});
    queue.put(of(1));
    auto putting = spawn([&] { queue.put(of(1)); });
    yield();
    queue.close_now();
    putting.join();
    EXPECT_FALSE(queue.get());
    EXPECT_EQ(queue.items(), 0U);
}

TEST(pipe_block_queue, a_kill_while_it_is_full_puts_nothing) {
    block_queue queue({.items = 1});
    queue.put(of(1));
    auto putting = spawn([&] { queue.put(of(1)); });
    yield();
    putting.kill();
    EXPECT_EQ(queue.items(), 1U);
}

TEST(pipe_block_queue, it_is_dry_when_a_get_would_wait) {
    block_queue queue({});
    EXPECT_TRUE(queue.dry());
    queue.put(of(1));
    EXPECT_FALSE(queue.dry());
    static_cast<void>(queue.get());
    queue.close();
    EXPECT_FALSE(queue.dry());
}

}  // namespace
}  // namespace grove::cmd
