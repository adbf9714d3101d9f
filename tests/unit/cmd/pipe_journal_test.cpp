// SPDX-License-Identifier: MIT
#include "cmd/pipe/journal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

const journal_subject subject{.inputs = {"in"}, .output = "out"};

std::string problem(const std::string& text) {
    settled_place ignored;
    return read_journal(text, subject, ignored).value_or("none");
}

settled_place place_in(const std::string& lines) {
    settled_place read;
    EXPECT_EQ(read_journal(to_json(subject) + lines, subject, read), std::nullopt);
    return read;
}

TEST(pipe_journal, the_first_line_says_what_it_is_about) {
    EXPECT_EQ(to_json(subject), "{\"inputs\":[\"in\"],\"output\":\"out\"}\n");
    EXPECT_EQ(to_json(journal_subject()), "{\"inputs\":[],\"output\":\"\"}\n");
}

TEST(pipe_journal, the_last_whole_line_counts) {
    EXPECT_EQ(place_in("").items, 0U);
    const auto place =
        place_in("{\"items\":4,\"bytes\":8}\n{\"items\":6,\"bytes\":12}\n{\"items\":9");
    EXPECT_EQ(place.items, 6U);
    EXPECT_EQ(place.bytes, 12U);
    EXPECT_FALSE(place.done);
}

TEST(pipe_journal, it_reads_what_it_writes) {
    const auto place = place_in(to_json({.items = 7, .bytes = 9, .done = true}));
    EXPECT_EQ(place.items, 7U);
    EXPECT_EQ(place.bytes, 9U);
    EXPECT_TRUE(place.done);
}

TEST(pipe_journal, one_about_something_else_is_refused) {
    EXPECT_EQ(problem(to_json({.inputs = {"other"}, .output = "out"})),
              "is of other inputs or another output: it says "
              "{\"inputs\":[\"other\"],\"output\":\"out\"}");
    EXPECT_EQ(problem(""), "is of other inputs or another output: it says nothing");
    EXPECT_EQ(problem(to_json(subject) + "what\n"), "has a line that is no journal's");
}

}  // namespace
}  // namespace grove::cmd
