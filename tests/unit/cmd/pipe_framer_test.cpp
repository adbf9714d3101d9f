// SPDX-License-Identifier: MIT
#include "cmd/pipe/framer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

namespace grove::cmd {
namespace {

void add(framer& frames, std::string_view bytes) {
    std::ranges::copy(bytes, frames.room().begin());
    frames.add(bytes.size());
}

std::vector<std::string> take_all(framer& frames) {
    std::vector<std::string> taken;
    while (auto next = frames.take()) taken.push_back(next->bytes);
    return taken;
}

TEST(pipe_framer, all_whole_items_are_one_block) {
    framer frames({});
    add(frames, "a\nbb\n\nccc\nd");
    const auto made = frames.take();
    ASSERT_TRUE(made);
    EXPECT_EQ(made->bytes, "a\nbb\n\nccc\n");
    EXPECT_EQ(made->items, 4U);
    EXPECT_EQ(made->through, 4U);
    EXPECT_FALSE(frames.take());
}

TEST(pipe_framer, what_has_no_end_waits_for_it) {
    framer frames({});
    add(frames, "a");
    EXPECT_FALSE(frames.take());
    add(frames, "b");
    EXPECT_FALSE(frames.take());
    add(frames, "c\nd\ne");
    EXPECT_EQ(take_all(frames), std::vector<std::string>{"abc\nd\n"});
    add(frames, "\n");
    EXPECT_EQ(take_all(frames), std::vector<std::string>{"e\n"});
}

TEST(pipe_framer, a_block_has_no_more_items_than_it_may) {
    framer frames({.most_items = 2});
    add(frames, "a\nb\nc\nd\ne\n");
    EXPECT_EQ(take_all(frames), (std::vector<std::string>{"a\nb\n", "c\nd\n", "e\n"}));
}

TEST(pipe_framer, the_last_item_is_given_an_end) {
    framer frames({});
    add(frames, "a\nb");
    EXPECT_EQ(frames.take()->bytes, "a\n");
    const auto last = frames.rest();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->bytes, "b\n");
    EXPECT_EQ(last->items, 1U);
    EXPECT_EQ(last->through, 2U);
    EXPECT_FALSE(frames.rest());
}

TEST(pipe_framer, an_end_may_be_nul) {
    framer frames({.end = '\0'});
    add(frames, std::string_view("a\nb\0c", 5));
    EXPECT_EQ(frames.take()->bytes, std::string_view("a\nb\0", 4));
    EXPECT_EQ(frames.rest()->bytes, std::string_view("c\0", 2));
}

TEST(pipe_framer, an_item_that_has_no_end_is_refused_at_some_length) {
    framer frames({.longest_item = 5});
    add(frames, "12\n345");
    EXPECT_EQ(frames.take()->bytes, "12\n");
    add(frames, "67");
    EXPECT_THROW(add(frames, "8"), std::system_error);
}

TEST(pipe_framer, any_cut_of_a_stream_gives_the_same_items) {
    std::string stream;
    for (int i = 0; i < 300; ++i)
        stream += std::string(static_cast<std::size_t>(i % 7), 'x') + '\n';
    for (const std::size_t step : {1U, 2U, 3U, 5U, 64U, 1000U}) {
        framer frames({.most_items = 9});
        std::string came;
        std::size_t items = 0;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            add(frames, std::string_view(stream).substr(at, step));
            while (auto next = frames.take()) {
                came += next->bytes;
                items += next->items;
                EXPECT_LE(next->items, 9U);
                EXPECT_EQ(next->items, count_items(next->bytes, '\n'));
                EXPECT_EQ(next->through, items);
            }
        }
        EXPECT_EQ(came, stream) << step;
        EXPECT_EQ(items, 300U) << step;
    }
}

TEST(pipe_framer, the_length_of_some_items_counts_their_ends) {
    EXPECT_EQ(length_of_items("a\nbb\nc\n", 2, '\n'), 5U);
    EXPECT_EQ(length_of_items("a\nbb\nc\n", 9, '\n'), 7U);
    EXPECT_EQ(length_of_items("a\nbb", 2, '\n'), 4U);
    EXPECT_EQ(length_of_items("a\n", 0, '\n'), 0U);
}

TEST(pipe_framer, items_are_taken_without_their_end) {
    std::string_view rest = "a\n\nb";
    EXPECT_EQ(take_item(rest, '\n'), "a");
    EXPECT_EQ(take_item(rest, '\n'), "");
    EXPECT_EQ(take_item(rest, '\n'), "b");
    EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace grove::cmd
