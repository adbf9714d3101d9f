// SPDX-License-Identifier: MIT
#include "cmd/common/report_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace {

using grove::cmd::check_report_file;

class report_file : public testing::Test {
 protected:
    report_file() {
        std::string name = testing::TempDir() + "report_file.XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }

    ~report_file() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string at(const std::string& name) const { return folder_ + "/" + name; }

    std::error_code refused(const std::string& path) {
        try {
            check_report_file("--html", path);
        } catch (const std::system_error& e) {
            EXPECT_THAT(e.what(), testing::HasSubstr("--html " + path));
            return e.code();
        }
        return {};
    }

    std::string folder_;
};

TEST_F(report_file, new_and_old_ones_can_be_written_and_nothing_is_left_behind) {
    std::ofstream(at("old")) << "kept";
    EXPECT_FALSE(refused(at("old")));
    EXPECT_FALSE(refused(at("new")));
    EXPECT_EQ(std::filesystem::file_size(at("old")), 4U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(report_file, in_no_folder_is_refused) {
    EXPECT_EQ(refused(at("none/report")), std::errc::no_such_file_or_directory);
    std::ofstream(at("file")) << "x";
    EXPECT_EQ(refused(at("file/report")), std::errc::not_a_directory);
}

TEST_F(report_file, that_is_a_folder_or_a_device_is_refused) {
    EXPECT_EQ(refused(folder_), std::errc::is_a_directory);
    EXPECT_EQ(refused(folder_ + "/"), std::errc::is_a_directory);
    EXPECT_EQ(refused("/dev/null"), std::errc::invalid_argument);
}

TEST_F(report_file, goes_where_a_link_leads) {
    std::filesystem::create_directory(at("there"));
    std::filesystem::create_symlink(at("there"), at("link"));
    EXPECT_FALSE(refused(at("link/report")));
    EXPECT_EQ(refused(at("link")), std::errc::is_a_directory);
}

}  // namespace
