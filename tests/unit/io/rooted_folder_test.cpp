// SPDX-License-Identifier: MIT
#include "io/rooted_folder.hpp"

#include "tests/unit/io/connected.hpp"
#include "tests/unit/io/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace {

using grove::detail::rooted_folder;
using grove::detail::rooted_opening;
using grove_test::failure;
using grove_test::scratch_folder;
using effort = rooted_folder::effort;
using walk = rooted_folder::walk;

/// root/{plain, sub/deep}, and secret beside the root.
class rooted_folder_cases : public testing::TestWithParam<walk> {
 protected:
    rooted_folder_cases() {
        std::filesystem::create_directories(area_ / "root/sub");
        EXPECT_NE(area_.with("root/plain", "plain"), "");
        EXPECT_NE(area_.with("root/sub/deep", "deep"), "");
        EXPECT_NE(area_.with("secret", "secret"), "");
        root_.emplace(area_ / "root", GetParam());
    }

    void link(const std::string& to, const std::string& at) const {
        std::filesystem::create_symlink(to, area_ / ("root/" + at));
    }

    [[nodiscard]] rooted_opening open(const std::string& below, int flags = O_RDONLY) const {
        return root_->open(below, flags, effort::full);
    }

    /// What the file holds, or `!` and the number of the error.
    [[nodiscard]] std::string read(const std::string& below) const {
        const rooted_opening one = open(below);
        if (!one.fd) return "!" + std::to_string(one.error);
        char bytes[16];
        const ssize_t size = ::read(one.fd.get(), &bytes[0], sizeof bytes);
        return size < 0 ? "?" : std::string(&bytes[0], static_cast<std::size_t>(size));
    }

    scratch_folder area_;
    std::optional<rooted_folder> root_;
};

INSTANTIATE_TEST_SUITE_P(by, rooted_folder_cases, testing::Values(walk::kernel, walk::steps),
                         [](const auto& one) {
                             return one.param == walk::kernel ? "kernel" : "steps";
                         });

TEST_P(rooted_folder_cases, opens_what_lies_below) {
    EXPECT_EQ(read("plain"), "plain");
    EXPECT_EQ(read("sub/deep"), "deep");
    EXPECT_TRUE(open(".", O_RDONLY | O_DIRECTORY).fd);
    EXPECT_TRUE(open("sub", O_PATH).fd);
}

TEST_P(rooted_folder_cases, tells_why_it_does_not_open) {
    EXPECT_EQ(open("none").error, ENOENT);
    EXPECT_EQ(open("none/x").error, ENOENT);
    EXPECT_EQ(open("plain/x").error, ENOTDIR);
    EXPECT_EQ(open(std::string(300, 'x')).error, ENAMETOOLONG);
    EXPECT_EQ(open(std::string(300, 'x') + "/y").error, ENAMETOOLONG);
}

TEST_P(rooted_folder_cases, a_path_that_goes_up_is_refused) {
    for (const std::string path :
         {"..", "../secret", "sub/../../secret", "sub/../sub/../../secret"})
        EXPECT_EQ(open(path).error, EXDEV) << path;
    EXPECT_NE(open(area_ / "secret").error, 0);
}

TEST_P(rooted_folder_cases, links_that_leave_are_refused_in_every_position) {
    link("../secret", "last");
    link("..", "up");
    link(area_ / "secret", "absolute");
    link(area_ / "root/plain", "absolute_inside");
    link("../../secret", "sub/last");
    link("last", "chain");
    link("../root/plain", "round_about");
    link("/proc/self/cwd", "magic");
    link("self", "self");
    for (const std::string path : {"last", "up/secret", "absolute", "absolute_inside", "sub/last",
                                   "chain", "round_about", "magic/x", "self"}) {
        const int error = open(path).error;
        EXPECT_TRUE(error == EXDEV || error == ELOOP || error == ENOTDIR) << path << ' ' << error;
    }
}

TEST_P(rooted_folder_cases, a_fifo_does_not_keep_the_caller) {
    EXPECT_NE(area_.fifo("root/fifo"), "");
    EXPECT_TRUE(open("fifo").fd);
}

TEST_P(rooted_folder_cases, stays_with_a_folder_that_is_renamed) {
    std::filesystem::rename(area_ / "root", area_ / "elsewhere");
    EXPECT_EQ(read("plain"), "plain");
}

/// A folder and a link out of the root take turns under one name while it is opened.
TEST_P(rooted_folder_cases, a_race_of_renames_shows_nothing_outside) {
    std::filesystem::create_directory(area_ / "root/good");
    EXPECT_NE(area_.with("root/good/secret", "inside"), "");
    link("..", "bad");
    std::atomic<bool> over{false};
    std::thread swaps([&] {
        const std::string good = area_ / "root/good";
        const std::string bad = area_ / "root/bad";
        while (!over) {
            if (::renameat2(AT_FDCWD, good.c_str(), AT_FDCWD, bad.c_str(), RENAME_EXCHANGE) != 0)
                break;
        }
    });
    int seen = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string content = read("good/secret");
        if (content == "inside")
            ++seen;
        else if (content != "!18" && content != "!40" && content != "!20" && content != "!11")
            ADD_FAILURE() << content;  // EXDEV, ELOOP, ENOTDIR, EAGAIN are refusals
    }
    over = true;
    swaps.join();
    EXPECT_GT(seen, 0);
}

TEST(rooted_folder, links_that_stay_below_are_followed_by_the_kernel_alone) {
    const scratch_folder area;
    EXPECT_NE(area.with("plain", ""), "");
    std::filesystem::create_directory(area / "sub");
    std::filesystem::create_symlink("../plain", area / "sub/link");
    EXPECT_TRUE(rooted_folder(area / "", walk::kernel).open("sub/link", O_RDONLY, effort::full).fd);
    EXPECT_EQ(rooted_folder(area / "", walk::steps).open("sub/link", O_RDONLY, effort::full).error,
              ELOOP);
}

TEST(rooted_folder, in_the_cache_is_what_was_opened_before) {
    const scratch_folder area;
    EXPECT_NE(area.with("plain", ""), "");
    const rooted_folder root(area / "", walk::kernel);
    EXPECT_TRUE(root.open("plain", O_RDONLY, effort::full).fd);
    EXPECT_TRUE(root.open("plain", O_RDONLY, effort::in_cache).fd);
    EXPECT_EQ(rooted_folder(area / "", walk::steps).open("plain", O_RDONLY, effort::in_cache).error,
              EAGAIN);
}

TEST(rooted_folder, takes_the_kernel_where_it_can) {
    const scratch_folder area;
    EXPECT_EQ(rooted_folder(area / "").walked_by(), walk::kernel);
}

TEST(rooted_folder, that_is_missing_or_a_file_throws) {
    const scratch_folder area;
    EXPECT_EQ(failure([&] { const rooted_folder root(area / "none"); }),
              std::errc::no_such_file_or_directory);
    const std::string file = area.with("plain", "");
    EXPECT_EQ(failure([&] { const rooted_folder root(file); }), std::errc::not_a_directory);
}

}  // namespace
