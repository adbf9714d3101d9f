// SPDX-License-Identifier: MIT
#include "cmd/run/run_journal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace grove::cmd;

TEST(run_journal, keeps_the_last_lines_of_a_task) {
    run_journal journal;
    const std::size_t task = journal.add({.id = "loud", .verb = "sh"});
    for (std::size_t i = 0; i < run_journal::most_lines + 5; ++i)
        journal.wrote(task, false, std::to_string(i));
    EXPECT_EQ(journal.at(task).log.size(), run_journal::most_lines);
    EXPECT_EQ(journal.at(task).log.front().text, "5");
    EXPECT_EQ(journal.at(task).dropped, 5U);
}

TEST(run_journal, keeps_so_many_bytes_of_a_task) {
    run_journal journal;
    const std::size_t task = journal.add({.id = "long", .verb = "sh"});
    const std::string line(run_journal::most_bytes / 4, 'x');
    for (int i = 0; i < 6; ++i) journal.wrote(task, false, line);
    EXPECT_EQ(journal.at(task).log.size(), 4U);
    EXPECT_EQ(journal.at(task).dropped, 2U);
}

}  // namespace
