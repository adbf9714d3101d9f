// SPDX-License-Identifier: MIT
#include "io/system_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::deadline;
using testing::ElementsAre;

/// A file that ends with the test.
class written_file {
 public:
    explicit written_file(const std::string& text) {
        ::close(::mkstemp(path_.data()));
        write(text);
    }

    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;

    ~written_file() { ::unlink(path_.c_str()); }

    void write(const std::string& text) const { std::ofstream(path_) << text; }

    [[nodiscard]] const std::string& path() const { return path_; }

 private:
    std::string path_ = testing::TempDir() + "grove_file_XXXXXX";
};

const deadline start = deadline::at(1h);

TEST(hosts_file, all_names_of_a_line_have_its_address) {
    const written_file file("127.0.0.9\tOne two  # three\n::9 two\r\n");
    grove::dns::hosts_file hosts(file.path());
    ASSERT_NE(hosts.find("one", start), nullptr);
    EXPECT_EQ(hosts.find("one", start)->size(), 1U);
    EXPECT_EQ(hosts.find("two", start)->size(), 2U);
    EXPECT_EQ(hosts.find("three", start), nullptr);
}

TEST(hosts_file, lines_that_cannot_be_read_are_passed_over) {
    const written_file file("nonsense a\n127.1 b\n\n#\n10.0.0.1 c");
    grove::dns::hosts_file hosts(file.path());
    EXPECT_EQ(hosts.find("a", start), nullptr);
    EXPECT_EQ(hosts.find("b", start), nullptr);
    EXPECT_NE(hosts.find("c", start), nullptr);
}

TEST(hosts_file, a_change_is_seen_after_a_second_and_not_before) {
    const written_file file("10.0.0.1 old\n");
    grove::dns::hosts_file hosts(file.path());
    EXPECT_NE(hosts.find("old", start), nullptr);
    file.write("10.0.0.1 another_name\n");
    EXPECT_NE(hosts.find("old", start + 999ms), nullptr);
    EXPECT_EQ(hosts.find("old", start + 1s), nullptr);
    EXPECT_NE(hosts.find("another_name", start + 1s), nullptr);
}

TEST(hosts_file, one_that_is_missing_names_nobody) {
    grove::dns::hosts_file hosts("/nowhere/hosts");
    EXPECT_EQ(hosts.find("localhost", start), nullptr);
}

TEST(hosts_file, one_that_goes_away_is_forgotten) {
    std::string path;
    {
        const written_file file("10.0.0.1 a\n");
        path = file.path();
        grove::dns::hosts_file hosts(path);
        ASSERT_NE(hosts.find("a", start), nullptr);
        ::unlink(path.c_str());
        EXPECT_EQ(hosts.find("a", start + 2s), nullptr);
    }
}

TEST(resolv_conf, name_servers_are_read_in_their_order) {
    const written_file file(
        "; a comment\nsearch example.com\nnameserver 10.0.0.1\nnameserver ::1 # x\nnameserver "
        "no\n");
    grove::dns::resolv_conf conf(file.path());
    EXPECT_TRUE(conf.refresh(start));
    EXPECT_THAT(conf.servers(), ElementsAre("10.0.0.1", "[::1]"));
}

TEST(resolv_conf, without_a_server_this_machine_is_asked) {
    grove::dns::resolv_conf conf("/nowhere/resolv.conf");
    EXPECT_TRUE(conf.refresh(start));
    EXPECT_THAT(conf.servers(), ElementsAre("127.0.0.1"));
}

TEST(resolv_conf, a_change_is_told_once) {
    const written_file file("nameserver 10.0.0.1\n");
    grove::dns::resolv_conf conf(file.path());
    EXPECT_TRUE(conf.refresh(start));
    EXPECT_FALSE(conf.refresh(start + 5s));
    file.write("nameserver 10.0.0.22\n");
    EXPECT_TRUE(conf.refresh(start + 10s));
    EXPECT_FALSE(conf.refresh(start + 20s));
    EXPECT_THAT(conf.servers(), ElementsAre("10.0.0.22"));
}

}  // namespace
