// SPDX-License-Identifier: MIT
#include "cmd/pipe/journal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

journal_subject subject() {
    return {.inputs = {{.name = "in", .size = 8, .changed = "5.000000001"}},
            .stages = {"each", "echo"},
            .output = "out"};
}

std::string problem(const std::string& text) {
    journal_entry ignored;
    return read_journal(text, subject(), ignored).value_or("none");
}

journal_entry entry_in(const std::string& lines) {
    journal_entry read;
    EXPECT_EQ(read_journal(to_json(subject()) + lines, subject(), read), std::nullopt);
    return read;
}

TEST(pipe_journal, the_first_line_says_what_it_is_about) {
    EXPECT_EQ(to_json(subject()),
              "{\"inputs\":[{\"name\":\"in\",\"size\":8,\"changed\":\"5.000000001\"}],"
              "\"null\":false,\"stages\":[\"each\",\"echo\"],\"output\":\"out\"}\n");
    EXPECT_EQ(to_json(journal_subject{.inputs = {{.name = "-"}}}),
              "{\"inputs\":[{\"name\":\"-\"}],\"null\":false,\"stages\":[],\"output\":\"\"}\n");
}

TEST(pipe_journal, the_last_whole_line_counts) {
    EXPECT_EQ(entry_in("").place.items, 0U);
    const auto entry = entry_in(
        "{\"items\":4,\"bytes\":8}\n{\"items\":6,\"bytes\":12,\"failed\":1}\n{\"items\":9");
    EXPECT_EQ(entry.place.items, 6U);
    EXPECT_EQ(entry.place.bytes, 12U);
    EXPECT_EQ(entry.failed, 1U);
    EXPECT_FALSE(entry.place.done);
}

TEST(pipe_journal, it_reads_what_it_writes) {
    const auto whole = entry_in(to_json({.place = {.items = 7, .bytes = 9, .whole = true}}));
    EXPECT_TRUE(whole.place.whole);
    EXPECT_FALSE(whole.place.done);
    const auto done =
        entry_in(to_json({.place = {.items = 7, .bytes = 9, .done = true}, .failed = 3}));
    EXPECT_EQ(done.place.items, 7U);
    EXPECT_EQ(done.place.bytes, 9U);
    EXPECT_EQ(done.failed, 3U);
    EXPECT_FALSE(done.place.whole);
    EXPECT_TRUE(done.place.done);
}

TEST(pipe_journal, one_about_something_else_is_refused_and_what_differs_is_said) {
    auto other = subject();
    other.inputs[0].size = 9;
    EXPECT_EQ(problem(to_json(other)),
              "is of a run with another input, or one that has changed since: it says "
              "[{\"name\":\"in\",\"size\":9,\"changed\":\"5.000000001\"}]");
    other = subject();
    other.null = true;
    EXPECT_EQ(problem(to_json(other)),
              "is of a run with items with another end (-0): it says true");
    other = subject();
    other.stages.emplace_back("-n");
    EXPECT_EQ(problem(to_json(other)),
              "is of a run with other stages: it says [\"each\",\"echo\",\"-n\"]");
    other = subject();
    other.output.clear();
    EXPECT_EQ(problem(to_json(other)), "is of a run with another output: it says \"\"");
}

TEST(pipe_journal, what_is_no_journal_is_refused) {
    EXPECT_EQ(problem(""), "is no journal of a pipe");
    EXPECT_EQ(problem("a,b\n1,2\n"), "is no journal of a pipe");
    EXPECT_EQ(problem(to_json(subject()) + "what\n"), "has a line that is no journal's");
}

}  // namespace
}  // namespace grove::cmd
