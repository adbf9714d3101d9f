// SPDX-License-Identifier: MIT
#include "cmd/common/report_file.hpp"

#include "cmd/common/output.hpp"

#include <grove/file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace {

using grove::cmd::check_report_file;
using grove::cmd::own_descriptor;

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

TEST_F(report_file, that_is_a_folder_is_refused_and_a_device_is_not) {
    EXPECT_EQ(refused(folder_), std::errc::is_a_directory);
    EXPECT_EQ(refused(folder_ + "/"), std::errc::is_a_directory);
    EXPECT_FALSE(refused("/dev/null"));
}

/// A descriptor such as a shell hands over.
class handed_over {
 public:
    explicit handed_over(const std::string& path)
        : fd_(::open(path.c_str(), O_WRONLY | O_CREAT, 0600)) {}

    handed_over(const handed_over&) = delete;
    handed_over& operator=(const handed_over&) = delete;

    ~handed_over() { ::close(fd_); }

    [[nodiscard]] int fd() const { return fd_; }

    void write(std::string_view text) const {
        EXPECT_EQ(::write(fd_, text.data(), text.size()), ssize_t(text.size()));
    }

 private:
    int fd_;
};

TEST_F(report_file, knows_our_descriptors_by_all_their_names) {
    std::filesystem::create_symlink("/proc/self/fd/1", at("link"));
    for (const std::string& name :
         {std::string("/dev/stdout"), std::string("/dev/fd/1"), std::string("/proc/self/fd/1"),
          std::string("/proc/thread-self/fd/1"), std::string("/dev//fd/1"), at("link")})
        EXPECT_EQ(own_descriptor(name), 1) << name;
    EXPECT_EQ(own_descriptor("/dev/fd/12"), 12);
    std::ofstream(at("1")) << "x";
    std::filesystem::create_symlink("loop", at("loop"));
    for (const std::string& name : {at("1"), at("loop"), at("none"), std::string("/dev/null"),
                                    std::string("/proc/1/fd/1"), std::string("1"), std::string()})
        EXPECT_EQ(own_descriptor(name), std::nullopt) << name;
}

TEST_F(report_file, that_is_our_descriptor_is_written_where_it_stands) {
    grove::cmd::output out({});
    {
        const handed_over file(at("log"));
        const std::string name = "/dev/fd/" + std::to_string(file.fd());
        file.write("before ");
        EXPECT_FALSE(refused(name));
        grove::cmd::write_report(name, "report ", out);
        grove::cmd::log_file lines(name, out, grove::cmd::log_start::anew);
        lines.write("line ");
        file.write("after");
    }
    EXPECT_EQ(grove::read_file(at("log")), "before report line after");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(report_file, that_is_a_descriptor_of_the_hub_or_none_is_refused) {
    std::ofstream(at("file")) << "x";
    const int ours = ::open(at("file").c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(refused("/dev/fd/" + std::to_string(ours)), std::errc::bad_file_descriptor);
    ::close(ours);
    EXPECT_EQ(refused("/dev/fd/" + std::to_string(ours)), std::errc::bad_file_descriptor);
}

TEST_F(report_file, goes_where_a_link_leads) {
    std::filesystem::create_directory(at("there"));
    std::filesystem::create_symlink(at("there"), at("link"));
    EXPECT_FALSE(refused(at("link/report")));
    EXPECT_EQ(refused(at("link")), std::errc::is_a_directory);
}

}  // namespace
