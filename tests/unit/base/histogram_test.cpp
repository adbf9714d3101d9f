// SPDX-License-Identifier: MIT
#include <grove/histogram.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using grove::histogram;
using testing::SizeIs;

constexpr std::uint64_t hour = 3'600'000'000'000;

histogram of(const std::vector<std::uint64_t>& values, grove::histogram_scale scale = {}) {
    histogram made(scale);
    for (const std::uint64_t value : values) made.record(value);
    return made;
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

TEST(histogram, of_nothing_is_all_zeros) {
    const histogram none;
    EXPECT_EQ(none.count() + none.least() + none.most() + none.value_at(50), 0U);
    EXPECT_EQ(none.mean() + none.deviation(), 0.0);
    EXPECT_THAT(none.cells(), SizeIs(0));
}

TEST(histogram, knows_the_least_and_the_most_exactly) {
    const histogram h = of({1'234'567, 98'765'432'101, 7'000'001});
    EXPECT_EQ(h.least(), 1'234'567U);
    EXPECT_EQ(h.most(), 98'765'432'101U);
    EXPECT_EQ(h.value_at(0), h.least());
    EXPECT_EQ(h.value_at(100), h.most());
}

TEST(histogram, tells_small_values_apart_exactly) {
    histogram h;
    for (std::uint64_t v = 0; v < 2048; ++v) h.record(v);
    for (std::uint64_t v = 0; v < 2048; ++v) EXPECT_EQ(h.count_to(v), v + 1);
}

TEST(histogram, keeps_each_value_to_its_digits) {
    for (unsigned digits = 1; digits <= 4; ++digits) {
        for (std::uint64_t v = 1; v < hour; v += v / 3 + 1) {
            const histogram h = of({v}, {.highest = hour, .digits = digits});
            const auto all = h.cells();
            ASSERT_THAT(all, SizeIs(1));
            EXPECT_LE(all[0].from, v);
            EXPECT_GE(all[0].to, v);
            EXPECT_LE(static_cast<double>(all[0].to - all[0].from),
                      static_cast<double>(v) * std::pow(10.0, -static_cast<double>(digits)));
        }
    }
}

TEST(histogram, agrees_with_sorting) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> latency(13, 2);
    std::vector<std::uint64_t> values(100'000);
    for (auto& v : values) v = std::min(static_cast<std::uint64_t>(latency(random)), hour);
    const histogram h = of(values);
    std::ranges::sort(values);
    for (const double p : {1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
        const auto rank = static_cast<std::size_t>(std::lround(p * 1000));
        const auto exact = static_cast<double>(values[rank - 1]);
        EXPECT_NEAR(static_cast<double>(h.value_at(p)), exact, exact / 1000) << p;
    }
}

TEST(histogram, gives_the_rank_that_was_asked_for_in_spite_of_fractions) {
    histogram h;
    for (std::uint64_t v = 1; v <= 1000; ++v) h.record(v);
    for (int tenths = 1; tenths <= 1000; ++tenths)
        EXPECT_EQ(h.value_at(tenths / 10.0), static_cast<std::uint64_t>(tenths));
}

TEST(histogram, has_a_mean_and_a_deviation) {
    const histogram h = of({2, 4, 4, 4, 5, 5, 7, 9});
    EXPECT_DOUBLE_EQ(h.mean(), 5);
    EXPECT_DOUBLE_EQ(h.deviation(), 2);
}

TEST(histogram, counts_what_is_too_high_as_the_highest) {
    histogram h({.highest = 1'000'000, .digits = 2});
    h.record(5);
    h.record(2'000'000, 3);
    EXPECT_EQ(h.saturated(), 3U);
    EXPECT_EQ(h.count(), 4U);
    EXPECT_EQ(h.most(), 1'000'000U);
}

TEST(histogram, adds_up) {
    const histogram one = of({1, 1'000'000, 50});
    const histogram other = of({2'000'000'000, 50});
    histogram both = one;
    both.add(other);
    EXPECT_EQ(both.encode(), of({1, 50, 50, 1'000'000, 2'000'000'000}).encode());
    EXPECT_EQ(both.least(), 1U);
    EXPECT_EQ(both.most(), 2'000'000'000U);
    EXPECT_THROW(both.add(histogram({.highest = 1000, .digits = 3})), std::invalid_argument);
    both.clear();
    EXPECT_EQ(both.encode(), histogram().encode());
}

TEST(histogram, refuses_a_scale_that_cannot_be) {
    EXPECT_THROW(histogram({.highest = 1, .digits = 3}), std::invalid_argument);
    EXPECT_THROW(histogram({.highest = 100, .digits = 0}), std::invalid_argument);
    EXPECT_THROW(histogram({.highest = 100, .digits = 6}), std::invalid_argument);
}

TEST(histogram_encoding, is_that_of_other_implementations) {
    histogram h = of({1, 2047, 2048, 1'000'000, 1'000'000, 1'000'000, 123'456'789});
    h.record(5'000'000, 300);
    // Head and counts as HdrHistogram 2.1 documents them; the counts as hdr-histogram-js wrote
    // them.
    EXPECT_EQ(hex(h.encode()),
              "1c849313"
              "00000011"
              "00000000"
              "00000003"
              "0000000000000001"
              "0000034630b8a000"
              "3ff0000000000000"
              "0002f91f0202bf8e0106c324d804ab4a02");
}

TEST(histogram_encoding, is_read_back) {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> power(0, 12.5);
    histogram h;
    for (int i = 0; i < 5000; ++i)
        h.record(static_cast<std::uint64_t>(std::pow(10.0, power(random))), random() % 1000 + 1);
    const auto back = histogram::decode(h.encode());
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->encode(), h.encode());
    EXPECT_EQ(back->count(), h.count());
    EXPECT_EQ(back->value_at(99), h.value_at(99));
}

TEST(histogram_encoding, of_nothing_is_a_head_alone) {
    EXPECT_THAT(histogram().encode(), SizeIs(40));
    EXPECT_EQ(histogram::decode(histogram().encode())->count(), 0U);
}

TEST(histogram_encoding, holds_counts_of_all_sizes) {
    for (unsigned bits = 0; bits < 62; ++bits) {
        histogram h;
        h.record(1000, std::uint64_t{1} << bits);
        EXPECT_EQ(histogram::decode(h.encode())->count(), std::uint64_t{1} << bits);
    }
}

TEST(histogram_encoding, that_is_damaged_is_refused) {
    const std::string good = of({1, 1000, 1'000'000}).encode();
    EXPECT_FALSE(histogram::decode("").has_value());
    EXPECT_FALSE(histogram::decode(good.substr(0, 39)).has_value());
    EXPECT_FALSE(histogram::decode(good.substr(0, good.size() - 1)).has_value());
    EXPECT_FALSE(histogram::decode(good + '\0').has_value());
    const auto with = [&](std::size_t at, char byte) {
        std::string changed = good;
        changed[at] = byte;
        return histogram::decode(changed).has_value();
    };
    EXPECT_FALSE(with(0, 0)) << "another cookie";
    EXPECT_FALSE(with(11, 1)) << "an offset";
    EXPECT_FALSE(with(15, 9)) << "nine digits";
    EXPECT_FALSE(histogram::decode(good, 1000).has_value()) << "more cells than are wanted";
    EXPECT_FALSE(with(good.size() - 1, '\x80')) << "a count that does not end";
}

TEST(histogram_encoding, with_more_zeros_than_cells_is_refused) {
    std::string bytes = histogram({.highest = 100, .digits = 1}).encode();
    bytes[7] = 2;
    EXPECT_FALSE(histogram::decode(bytes + "\xff\x7f").has_value());
}

}  // namespace
