// SPDX-License-Identifier: MIT
#include "cmd/common/descriptors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>

namespace {

/// How many descriptors the process's table has room for: `FDSize` of proc(5).
std::size_t table_size() {
    std::ifstream status("/proc/self/status");
    std::string name;
    std::size_t size = 0;
    while (status >> name) {
        if (name == "FDSize:" && status >> size) break;
    }
    return size;
}

TEST(descriptors, have_a_table_that_most_runs_need_not_enlarge) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    grove::cmd::prepare_descriptor_table();
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_GE(table_size(), std::min<std::size_t>(4096, before.rlim_max));
    EXPECT_EQ(after.rlim_cur, before.rlim_cur);
}

TEST(descriptors, may_be_as_many_as_the_hard_limit_says) {
    const std::size_t most = grove::cmd::raise_descriptor_limit();
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(most, limit.rlim_max);
    EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

}  // namespace
