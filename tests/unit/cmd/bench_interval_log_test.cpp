// SPDX-License-Identifier: MIT
#include "cmd/bench/report/histogram_text.hpp"
#include "cmd/bench/report/interval_log.hpp"
#include "cmd/bench/report/wall_time.hpp"
#include "cmd/common/base64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::histogram;
using grove::cmd::base64;
using grove::cmd::from_base64;
using grove::cmd::histogram_of;
using grove::cmd::interval_log;
using grove::cmd::show_wall_time;
using grove::cmd::to_text;
using grove::cmd::wall_time;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t ms = 1'000'000;

histogram of_milliseconds(std::uint64_t most) {
    histogram made;
    for (std::uint64_t i = 1; i <= most; ++i) made.record(i * ms);
    return made;
}

TEST(histogram_text, begins_as_HdrHistogram_s_does_and_holds_all) {
    const histogram made = of_milliseconds(1000);
    const std::string text = to_text(made);
    EXPECT_THAT(text, StartsWith("HISTFAAA"));
    const auto back = histogram_of(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->scale(), made.scale());
    ASSERT_EQ(back->count(), 1000U);
    for (const double percent : {1.0, 50.0, 99.0, 99.9})
        EXPECT_EQ(back->value_at(percent), made.value_at(percent)) << percent;
}

TEST(histogram_text, of_nothing_is_a_histogram_too) {
    const auto back = histogram_of(to_text(histogram()));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->count(), 0U);
}

TEST(histogram_text, that_is_damaged_is_none) {
    const std::string good = to_text(of_milliseconds(100));
    std::string bytes = *from_base64(good);
    EXPECT_FALSE(histogram_of(""));
    EXPECT_FALSE(histogram_of("HISTFAAA"));
    EXPECT_FALSE(histogram_of(good.substr(0, good.size() - 8)));
    EXPECT_FALSE(histogram_of(base64(bytes + "x")));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string wrong = bytes;
        wrong[i] = static_cast<char>(wrong[i] ^ 0x0f);
        const auto read = histogram_of(base64(wrong));
        EXPECT_FALSE(read) << "byte " << i;
    }
}

TEST(interval_log, is_a_head_and_a_line_an_interval) {
    interval_log log("a test");
    const wall_time begin{1'795'669'443'250ms};
    const histogram seen = of_milliseconds(20);
    log.add("", begin, 1s, seen);
    log.add("raw", begin, 1s, seen);
    log.add("", begin + 1s, 500ms, histogram());
    EXPECT_EQ(log.text(),
              "#[a test]\n"
              "#[Histogram log format version 1.3]\n"
              "#[StartTime: 1795669443.250 (seconds since epoch), 2026-11-26T05:04:03Z]\n"
              "#[BaseTime: 1795669443.250 (seconds since epoch)]\n"
              "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
              "\"Interval_Compressed_Histogram\"\n"
              "0.000,1.000,20.000," +
                  to_text(seen) +
                  "\n"
                  "Tag=raw,0.000,1.000,20.000," +
                  to_text(seen) +
                  "\n"
                  "1.000,0.500,0.000," +
                  to_text(histogram()) + "\n");
}

TEST(interval_log, without_an_interval_has_a_head) {
    EXPECT_THAT(interval_log("none").text(), HasSubstr("Histogram log format version 1.3"));
}

TEST(wall_time, is_shown_in_UTC) {
    EXPECT_EQ(show_wall_time(wall_time{951'827'696s}), "2000-02-29T12:34:56Z");
}

}  // namespace
