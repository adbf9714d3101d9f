// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/folder.hpp>
#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::entry_kind;
using grove::folder_entry;
using grove::folder_reader;
using grove::folder_walk;
using grove::list_folder;
using grove_test::busy_pool;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::scratch_folder;
using testing::ElementsAre;
using testing::Pair;
using testing::StartsWith;

TEST(list_folder, names_all_in_order_with_their_kinds) {
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "b");
    std::filesystem::create_symlink("nowhere", folder / "c");
    EXPECT_EQ(folder.with("a", ""), folder / "a");
    EXPECT_EQ(folder.fifo("d"), folder / "d");
    std::vector<std::pair<std::string, entry_kind>> seen;
    for (const folder_entry& entry : list_folder(folder / ""))
        seen.emplace_back(entry.name, entry.kind);
    EXPECT_THAT(seen, ElementsAre(Pair("a", entry_kind::file), Pair("b", entry_kind::folder),
                                  Pair("c", entry_kind::link), Pair("d", entry_kind::other)));
}

TEST(list_folder, that_is_empty_missing_or_a_file) {
    const scratch_folder folder;
    EXPECT_TRUE(list_folder(folder / "").empty());
    EXPECT_THAT(complaint([&] { list_folder(folder / "none").clear(); }),
                StartsWith("opendir " + (folder / "none")));
    const std::string path = folder.with("a", "");
    EXPECT_EQ(failure([&] { list_folder(path).clear(); }), std::errc::not_a_directory);
}

TEST(list_folder, refuses_more_than_asked_for) {
    const scratch_folder folder;
    for (const std::string name : {"a", "b", "c"}) EXPECT_NE(folder.with(name, ""), "");
    EXPECT_EQ(list_folder(folder / "", 3).size(), 3U);
    EXPECT_EQ(failure([&] { list_folder(folder / "", 2).clear(); }), std::errc::value_too_large);
}

TEST(folder_reader, gives_a_large_folder_in_batches_and_lets_the_others_run) {
    const scratch_folder folder;
    constexpr std::size_t entries = 2500;
    for (std::size_t i = 0; i < entries; ++i)
        std::filesystem::create_symlink("nowhere", folder / std::to_string(i));
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    folder_reader reader(folder / "");
    EXPECT_TRUE(ran);
    std::size_t seen = 0;
    for (auto batch = reader.read_some(); !batch.empty(); batch = reader.read_some()) {
        EXPECT_LE(batch.size(), 1024U);
        seen += batch.size();
    }
    EXPECT_EQ(seen, entries);
}

TEST(folder_reader, that_is_late_or_killed_is_closed) {
    const scratch_folder folder;
    folder_reader first(folder / "");
    folder_reader second(folder / "");
    busy_pool busy;
    EXPECT_EQ(failure([&] { first.read_some(1ms).clear(); }), std::errc::timed_out);
    auto reading = grove::spawn([&] { second.read_some().clear(); });
    let_it_park(reading);
    reading.kill();
    EXPECT_EQ(failure([&] { folder_reader(folder / "", 1ms); }), std::errc::timed_out);
    busy.end();
    EXPECT_EQ(failure([&] { first.read_some().clear(); }), std::errc::bad_file_descriptor);
    EXPECT_EQ(failure([&] { second.read_some().clear(); }), std::errc::bad_file_descriptor);
}

TEST(folder_walk, finds_all_below_and_follows_no_links) {
    const scratch_folder folder;
    std::filesystem::create_directories(folder / "x/y");
    std::filesystem::create_symlink("..", folder / "x/up");
    EXPECT_NE(folder.with("a", ""), "");
    EXPECT_NE(folder.with("x/y/b", ""), "");
    std::map<std::string, entry_kind> seen;
    folder_walk walk(folder / "");
    while (const auto found = walk.next()) seen.emplace(found->name, found->kind);
    EXPECT_THAT(seen, ElementsAre(Pair(folder / "a", entry_kind::file),
                                  Pair(folder / "x", entry_kind::folder),
                                  Pair(folder / "x/up", entry_kind::link),
                                  Pair(folder / "x/y", entry_kind::folder),
                                  Pair(folder / "x/y/b", entry_kind::file)));
}

TEST(folder_walk, goes_on_without_a_folder_that_cannot_be_read) {
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "gone");
    EXPECT_NE(folder.with("a", ""), "");
    folder_walk walk(folder / "");
    std::vector<std::string> seen;
    std::error_code error;
    for (bool more = true; more;) {
        const auto failed = failure([&] {
            const auto found = walk.next();
            more = found.has_value();
            if (!found) return;
            seen.push_back(found->name);
            if (found->kind == entry_kind::folder) std::filesystem::remove(found->name);
        });
        if (failed) error = failed;
    }
    EXPECT_EQ(error, std::errc::no_such_file_or_directory);
    EXPECT_THAT(seen, testing::UnorderedElementsAre(folder / "a", folder / "gone"));
}

}  // namespace
