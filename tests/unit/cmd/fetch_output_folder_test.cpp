// SPDX-License-Identifier: MIT
#include "cmd/fetch/output_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

class fetch_output_folder : public testing::Test {
 protected:
    fetch_output_folder() {
        root = (fs::temp_directory_path() / "grove-folder-XXXXXX").string();
        if (::mkdtemp(root.data()) == nullptr) throw std::runtime_error("mkdtemp " + root);
    }

    ~fetch_output_folder() override { fs::remove_all(root); }

    void put(const std::string& name) { std::ofstream(root + "/" + name) << "x"; }

    std::string root;
};

TEST_F(fetch_output_folder, is_made_with_its_parents) {
    const output_folder folder(root + "/a/b/c");
    EXPECT_TRUE(fs::is_directory(root + "/a/b/c"));
    EXPECT_GE(folder.fd(), 0);
}

TEST_F(fetch_output_folder, opens_one_that_exists) {
    EXPECT_NO_THROW(output_folder{root});
    EXPECT_NO_THROW(output_folder{root + "/new/"});
    EXPECT_TRUE(fs::is_directory(root + "/new"));
}

TEST_F(fetch_output_folder, a_file_in_the_way_is_named) {
    put("file");
    try {
        const output_folder folder(root + "/file/sub");
        FAIL() << "a file became a folder";
    } catch (const std::system_error& error) {
        EXPECT_NE(std::string(error.what()).find(root + "/file"), std::string::npos);
        EXPECT_EQ(error.code(), std::errc::not_a_directory);
    }
}

TEST_F(fetch_output_folder, makes_the_folders_on_the_way_to_a_name) {
    output_folder folder(root);
    folder.make_parents("x/y/file");
    folder.make_parents("x/y/other");
    folder.make_parents("plain");
    EXPECT_TRUE(fs::is_directory(root + "/x/y"));
    EXPECT_FALSE(fs::exists(root + "/x/y/file"));
}

TEST_F(fetch_output_folder, knows_what_it_contains) {
    const output_folder folder(root);
    put("there");
    put("half.part");
    EXPECT_TRUE(folder.contains("there"));
    EXPECT_FALSE(folder.contains("half"));
    EXPECT_FALSE(folder.contains("no/such"));
    EXPECT_FALSE(folder.contains("there/below"));
}

TEST_F(fetch_output_folder, tells_devices_and_fifos_from_files) {
    const output_folder folder(root);
    put("file");
    ASSERT_EQ(::mkfifo((root + "/fifo").c_str(), 0600), 0);
    EXPECT_TRUE(folder.is_special("fifo"));
    EXPECT_FALSE(folder.is_special("file"));
    EXPECT_FALSE(folder.is_special("missing"));
    EXPECT_TRUE(output_folder("/dev").is_special("null"));
}

TEST_F(fetch_output_folder, shows_names_as_a_person_would_write_them) {
    EXPECT_EQ(output_folder(root).display("a"), root + "/a");
    EXPECT_EQ(output_folder(root + "/").display("a"), root + "/a");
    EXPECT_EQ(output_folder(".").display("a"), "a");
}

TEST_F(fetch_output_folder, moves_with_its_descriptor) {
    output_folder from(root);
    const int fd = from.fd();
    const output_folder to = std::move(from);
    EXPECT_EQ(to.fd(), fd);
    EXPECT_EQ(to.path(), root);
}

}  // namespace
}  // namespace grove::cmd
