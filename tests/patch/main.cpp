// SPDX-License-Identifier: MIT
#include <grove/hub.hpp>
#include <grove/patch.hpp>
#include <grove/select.hpp>
#include <grove/snapshot.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>

namespace {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator folder("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
}

/// A test leaves no greenlet and no descriptor behind.
class leak_check : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override { before_ = open_descriptors(); }

    void OnTestEnd(const testing::TestInfo&) override {
        EXPECT_EQ(grove::hub::current().snapshot().greenlets.size(), 1U);
        EXPECT_EQ(open_descriptors(), before_);
    }

    std::size_t before_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleMock(&argc, argv);
    if (!grove::patch()) return 1;
    // The hub and its table keep descriptors of their own from their first use on.
    grove::poll({}, std::chrono::milliseconds(1));
    testing::UnitTest::GetInstance()->listeners().Append(new leak_check);
    return RUN_ALL_TESTS();
}
