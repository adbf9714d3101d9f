// SPDX-License-Identifier: MIT
#include "tests/support/leak_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace {

class leak_check : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override {
        before_ = grove_test::open_descriptors();
    }

    void OnTestEnd(const testing::TestInfo& test) override {
        const std::string_view suite = test.test_suite_name();
        const bool many = suite.substr(suite.find('/') + 1).rfind("many_", 0) == 0;
        using grove_test::suite_kind;
        for (const auto& left : grove_test::end_hub(many ? suite_kind::many : suite_kind::ordinary))
            ADD_FAILURE() << "left behind: " << left;
        EXPECT_EQ(grove_test::open_descriptors(), before_) << "open descriptors are left behind";
        EXPECT_FALSE(grove_test::has_child()) << "a child process is left behind";
    }

    std::vector<std::string> before_;
};

}  // namespace

int main(int argc, char** argv) {
    // Earlier cases of the process may have left threads, whose locks a fork would copy.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    testing::InitGoogleMock(&argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new leak_check);
    return RUN_ALL_TESTS();
}
