// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <grove/file.hpp>
#include <grove/greenlet.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::file;
using grove_test::busy_pool;
using grove_test::complaint;
using grove_test::content_of;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::scratch_folder;
using testing::StartsWith;

TEST(read_file, gives_the_whole_content_up_to_a_limit) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "content");
    EXPECT_EQ(grove::read_file(path), "content");
    EXPECT_EQ(failure([&] { static_cast<void>(grove::read_file(path, 6)); }),
              std::errc::file_too_large);
}

TEST(write_file_atomically, makes_the_content_and_leaves_nothing_else) {
    const scratch_folder folder;
    grove::write_file_atomically(folder / "a", "first");
    grove::write_file_atomically(folder / "a", "second");
    EXPECT_EQ(content_of(folder / "a"), "second");
    EXPECT_THAT(folder.names(), testing::ElementsAre("a"));
}

TEST(write_file_atomically, replaces_the_file_for_new_readers_alone) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "old");
    file before(path);
    grove::write_file_atomically(path, "new");
    EXPECT_EQ(before.read_all(10), "old");
    EXPECT_EQ(content_of(path), "new");
}

TEST(write_file_atomically, keeps_permissions_owner_and_links) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "old");
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    const bool is_root = ::geteuid() == 0;
    if (is_root) {
        ASSERT_EQ(::chown(path.c_str(), 1234, 1234), 0);
    }
    std::filesystem::create_symlink("a", folder / "link");
    grove::write_file_atomically(folder / "link", "new");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(content_of(path), "new");

    struct stat about {};

    ASSERT_EQ(::stat(path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0640U);
    EXPECT_EQ(about.st_uid, is_root ? 1234U : ::geteuid());
}

TEST(write_file_atomically, that_fails_leaves_everything_as_it_was) {
    const scratch_folder folder;
    EXPECT_EQ(failure([&] { grove::write_file_atomically(folder / "none/a", "x"); }),
              std::errc::no_such_file_or_directory);
    std::filesystem::create_directory(folder / "b");
    EXPECT_THAT(complaint([&] { grove::write_file_atomically(folder / "b", "x"); }),
                StartsWith("not a regular file: "));
    EXPECT_THAT(folder.names(), testing::ElementsAre("b"));
}

TEST(write_file_atomically, that_is_killed_goes_on_with_bytes_of_its_own) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "old");
    busy_pool busy;
    auto writer = grove::spawn([&] {
        const std::string bytes(1000, 'n');
        grove::write_file_atomically(path, bytes);
    });
    let_it_park(writer);
    writer.kill();
    EXPECT_EQ(content_of(path), "old");
    busy.end();
    EXPECT_EQ(content_of(path), std::string(1000, 'n'));
}

TEST(write_file_atomically, that_is_late_is_timed_out_and_goes_on) {
    const scratch_folder folder;
    const std::string path = folder.with("a", "old");
    busy_pool busy;
    EXPECT_EQ(failure([&] { grove::write_file_atomically(path, "late", 1ms); }),
              std::errc::timed_out);
    EXPECT_EQ(content_of(path), "old");
    busy.end();
    EXPECT_EQ(content_of(path), "late");
}

}  // namespace
