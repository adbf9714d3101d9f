// SPDX-License-Identifier: MIT
#include "cmd/common/junit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using grove::cmd::junit_report;
using testing::HasSubstr;
using testing::Not;

TEST(junit, counts_what_failed) {
    const auto text = junit_report("suite", 1500ms, {{.name = "a"}, {"b", 1s, "why", "x\ny\n"}});
    EXPECT_THAT(text, HasSubstr("name=\"suite\" tests=\"2\" failures=\"1\""));
    EXPECT_THAT(text, HasSubstr("time=\"1.500\""));
    EXPECT_THAT(text, HasSubstr("<testcase classname=\"suite\" name=\"a\" time=\"0.000\"/>"));
    EXPECT_THAT(text, HasSubstr("<failure message=\"why\">x\ny\n</failure>"));
}

TEST(junit, holds_nothing_that_xml_cannot) {
    const auto text = junit_report("a<b", 0s, {{"\"&'", 0s, "\x1b[31m", "]]>\xff"}});
    EXPECT_THAT(text, HasSubstr("name=\"a&lt;b\""));
    EXPECT_THAT(text, HasSubstr("name=\"&quot;&amp;&#39;\""));
    EXPECT_THAT(text, HasSubstr("message=\"\\x1b[31m\""));
    EXPECT_THAT(text, HasSubstr(">]]&gt;"));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
}

}  // namespace
