// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <vector>

/// Tests that leave something behind: each has to fail (tests/CMakeLists.txt says with which
/// words).

namespace {

using namespace std::chrono_literals;

TEST(planted, greenlet) {
    grove::spawn([] { grove::sleep_for(1h); }).detach();
    grove::yield();
}

TEST(planted, descriptor) {
    EXPECT_GE(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
}

TEST(planted, child) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    if (::fork() == 0) {
        // Lives until the test program has ended.
        char byte = 0;
        ::close(pipe[1]);
        ::_exit(::read(pipe[0], &byte, 1) == 0 ? 0 : 1);
    }
}

TEST(planted, stacks) {
    std::vector<grove::greenlet<void>> crowd;
    for (int i = 0; i < 4001; ++i) crowd.push_back(grove::spawn([] { grove::sleep_for(1h); }));
    grove::yield();
}

}  // namespace
