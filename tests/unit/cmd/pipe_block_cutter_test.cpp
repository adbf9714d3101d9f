// SPDX-License-Identifier: MIT
#include "cmd/pipe/block_cutter.hpp"

#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace grove::cmd {
namespace {

TEST(pipe_block_cutter, blocks_are_cut_and_none_is_joined) {
    block_queue queue({});
    queue.put({.bytes = "a\nbb\nc\n", .items = 3, .through = 3});
    queue.put({.bytes = "d\n", .items = 1, .through = 4});
    queue.close();
    block_cutter cutter(queue, '\n');
    std::vector<std::string> pieces;
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint64_t> through;
    while (auto next = cutter.next(2)) {
        pieces.push_back(next->bytes);
        numbers.push_back(next->number);
        through.push_back(next->through);
    }
    EXPECT_EQ(pieces, (std::vector<std::string>{"a\nbb\n", "c\n", "d\n"}));
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 3, 4}));
    EXPECT_EQ(through, (std::vector<std::uint64_t>{0, 3, 4}))
        << "a block counts with its last item";
    EXPECT_TRUE(cutter.at_end());
}

TEST(pipe_block_cutter, a_block_without_items_says_what_is_settled) {
    block_queue queue({});
    queue.put({.bytes = "", .items = 0, .through = 7, .exact = true});
    queue.put({.bytes = "a\nb\n", .items = 2, .through = 9});
    block_cutter cutter(queue, '\n');
    const auto settled = cutter.next(1);
    EXPECT_EQ(settled->items, 0U);
    EXPECT_EQ(settled->through, 7U);
    EXPECT_TRUE(settled->exact);
    EXPECT_EQ(cutter.next(1)->through, 7U);
    EXPECT_EQ(cutter.next(1)->through, 9U);
}

TEST(pipe_block_cutter, items_of_the_source_count_one_each) {
    block_queue queue({});
    queue.put({.bytes = "a\nb\nc\n", .items = 3, .through = 13, .exact = true});
    block_cutter cutter(queue, '\n', items_are::sources, 11);
    const auto first = cutter.next(2);
    EXPECT_EQ(first->number, 11U);
    EXPECT_EQ(first->through, 12U);
    EXPECT_TRUE(first->exact);
    EXPECT_EQ(cutter.next(2)->through, 13U);
}

TEST(pipe_block_cutter, who_waits_longest_is_served_first) {
    block_queue queue({});
    block_cutter cutter(queue, '\n');
    auto first = spawn([&] { return cutter.next(1)->bytes; });
    auto second = spawn([&] { return cutter.next(1)->bytes; });
    yield();
    queue.put({.bytes = "a\nb\n", .items = 2, .through = 2});
    EXPECT_EQ(first.get(), "a\n");
    EXPECT_EQ(second.get(), "b\n");
}

TEST(pipe_block_cutter, a_kill_while_it_waits_takes_nothing) {
    block_queue queue({});
    block_cutter cutter(queue, '\n');
    auto killed = spawn([&] { return cutter.next(1).has_value(); });
    yield();
    killed.kill();
    queue.put({.bytes = "a\n", .items = 1, .through = 1});
    EXPECT_EQ(cutter.next(1)->bytes, "a\n");
}

}  // namespace
}  // namespace grove::cmd
