// SPDX-License-Identifier: MIT
#include "cmd/common/units.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

template <class T>
T parsed(std::string_view text) {
    T value{};
    const auto wrong = parse_value(text, value);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    return value;
}

template <class T>
text_error refused(std::string_view text) {
    T value{};
    const auto wrong = parse_value(text, value);
    EXPECT_TRUE(wrong) << text << " was taken";
    EXPECT_EQ(value, T{}) << text << " changed the value";
    return wrong.value_or(text_error{});
}

TEST(units, a_size_without_a_unit_is_in_bytes) {
    EXPECT_EQ(parsed<byte_size>("4096").bytes, 4096);
}

TEST(units, a_lone_letter_is_a_power_of_1024_as_in_curl) {
    EXPECT_EQ(parsed<byte_size>("64k").bytes, 65536);
    EXPECT_EQ(parsed<byte_size>("64K").bytes, 65536);
    EXPECT_EQ(parsed<byte_size>("1M").bytes, 1048576);
    EXPECT_EQ(parsed<byte_size>("1.5G").bytes, 1610612736);
    EXPECT_EQ(parsed<byte_size>("2T").bytes, 2199023255552);
}

TEST(units, a_size_with_an_i_is_a_power_of_1024_and_one_without_of_1000) {
    EXPECT_EQ(parsed<byte_size>("10MiB").bytes, 10485760);
    EXPECT_EQ(parsed<byte_size>("10Mi").bytes, 10485760);
    EXPECT_EQ(parsed<byte_size>("10MB").bytes, 10000000);
    EXPECT_EQ(parsed<byte_size>("10kB").bytes, 10000);
    EXPECT_EQ(parsed<byte_size>("7B").bytes, 7);
}

TEST(units, digits_alone_are_exact_above_2_to_the_53) {
    EXPECT_EQ(parsed<byte_size>("18446744073709551615").bytes, 18446744073709551615U);
    EXPECT_EQ(parsed<byte_size>("9007199254740993").bytes, 9007199254740993U);
}

TEST(units, a_size_beyond_64_bits_is_refused_and_not_wrapped) {
    EXPECT_EQ(refused<byte_size>("18446744073709551616").what, "is more than 16 EiB");
    EXPECT_EQ(refused<byte_size>("99999999T").what, "is more than 16 EiB");
}

TEST(units, an_unknown_unit_is_pointed_at) {
    const text_error wrong = refused<byte_size>("64q");
    EXPECT_EQ(wrong.what, "unknown unit \"q\"");
    EXPECT_EQ(wrong.offset, 2);
    EXPECT_EQ(refused<byte_size>("1.5GiBs").offset, 3);
}

TEST(units, what_is_no_number_is_no_size) {
    for (const char* text :
         {"", "k", "-1", "+1", " 1", "1 k", "1,5M", "nan", "inf", "0x10", "1e3"}) {
        EXPECT_FALSE(refused<byte_size>(text).what.empty());
    }
}

TEST(units, a_part_of_a_byte_is_no_size) {
    EXPECT_EQ(refused<byte_size>("0.1").what, "is less than a byte");
    EXPECT_EQ(parsed<byte_size>("0.5k").bytes, 512);
}

TEST(units, a_byte_rate_may_leave_out_the_second) {
    EXPECT_EQ(parsed<byte_rate>("10MB/s").bytes_per_second, 1e7);
    EXPECT_EQ(parsed<byte_rate>("64k").bytes_per_second, 65536);
    EXPECT_EQ(refused<byte_rate>("0").what, "must be above zero");
    EXPECT_EQ(refused<byte_rate>("10MB/m").what, "unknown unit \"MB/m\"");
}

TEST(units, an_event_rate_needs_its_time) {
    EXPECT_EQ(parsed<event_rate>("1000/s").per_second, 1000);
    EXPECT_EQ(parsed<event_rate>("2k/s").per_second, 2000);
    EXPECT_EQ(parsed<event_rate>("90/m").per_second, 1.5);
    EXPECT_EQ(parsed<event_rate>("36/h").per_second, 0.01);
    EXPECT_EQ(refused<event_rate>("1000").what, "has no time");
    EXPECT_EQ(refused<event_rate>("10/w").offset, 3);
    EXPECT_EQ(refused<event_rate>("0/s").what, "must be above zero");
}

TEST(units, a_percentage_needs_its_sign) {
    EXPECT_DOUBLE_EQ(parsed<percentage>("0.1%").ratio(), 0.001);
    EXPECT_EQ(refused<percentage>("5").what, "has no percent sign");
    EXPECT_EQ(refused<percentage>("-5%").what, "cannot be negative");
}

TEST(units, a_duration_without_a_unit_is_refused_with_what_to_write) {
    const text_error wrong = refused<duration>("5");
    EXPECT_EQ(wrong.what, "has no unit");
    EXPECT_EQ(wrong.hint, "5s is in seconds");
    EXPECT_EQ(parsed<duration>("1.5s"), 1500ms);
    EXPECT_EQ(refused<duration>("5x").offset, 1);
    EXPECT_EQ(refused<duration>("999999999d").what, "is more than 292 years");
}

TEST(units, a_count_takes_powers_of_1000_within_its_limits) {
    std::uint64_t count = 0;
    EXPECT_FALSE(parse_count("10k", 0, 1000000, count));
    EXPECT_EQ(count, 10000);
    EXPECT_FALSE(parse_count("1.5k", 0, 1000000, count));
    EXPECT_EQ(count, 1500);
    EXPECT_EQ(parse_count("1.5", 0, 10, count)->what, "must be a whole number");
    EXPECT_EQ(parse_count("11", 0, 10, count)->what, "must be at most 10");
    EXPECT_EQ(parse_count("-1", 0, 10, count)->what, "cannot be negative");
    EXPECT_EQ(count, 1500) << "a refused text changed the value";
}

TEST(units, a_count_may_be_negative_where_its_type_is) {
    std::uint64_t bits = 0;
    EXPECT_FALSE(parse_count("-7", -128, 127, bits));
    EXPECT_EQ(static_cast<std::int64_t>(bits), -7);
    EXPECT_EQ(parse_count("-129", -128, 127, bits)->what, "must be at least -128");
}

TEST(units, what_is_formatted_reads_back_as_the_same_value) {
    for (const std::uint64_t bytes :
         {0ULL, 1ULL, 999ULL, 1000ULL, 1024ULL, 65536ULL, 10000000ULL, 1610612736ULL,
          9007199254740993ULL, 18446744073709551615ULL}) {
        EXPECT_EQ(parsed<byte_size>(format_value(byte_size{bytes})).bytes, bytes);
    }
    for (const double rate : {0.01, 1.5, 1000.0, 123456.0}) {
        EXPECT_DOUBLE_EQ(parsed<event_rate>(format_value(event_rate{rate})).per_second, rate);
        EXPECT_DOUBLE_EQ(parsed<byte_rate>(format_value(byte_rate{rate})).bytes_per_second, rate);
    }
    EXPECT_EQ(parsed<percentage>(format_value(percentage{0.1})), percentage{0.1});
    EXPECT_EQ(parsed<duration>(format_value(duration(90s))), 90s);
}

TEST(units, a_size_is_printed_in_its_largest_whole_unit) {
    EXPECT_EQ(format_value(byte_size{65536}), "64KiB");
    EXPECT_EQ(format_value(byte_size{10000000}), "10MB");
    EXPECT_EQ(format_value(byte_size{1500}), "1500");
}

TEST(units, people_are_shown_three_digits) {
    EXPECT_EQ(show_size(0), "0 B");
    EXPECT_EQ(show_size(999), "999 B");
    EXPECT_EQ(show_size(1000), "1.00 kB");
    EXPECT_EQ(show_size(12345), "12.3 kB");
    EXPECT_EQ(show_size(999949), "1.00 MB") << "999.9 kB has four digits";
    EXPECT_EQ(show_size(123456789), "123 MB");
    EXPECT_EQ(show_size(18446744073709551615U), "18.4 EB");
    EXPECT_EQ(show_rate(1.5e6), "1.50 MB/s");
    EXPECT_EQ(show_rate(-1), "0 B/s");
}

TEST(units, show_latencies_with_three_digits) {
    EXPECT_EQ(show_latency(0ns), "0 ns");
    EXPECT_EQ(show_latency(-5ns), "0 ns");
    EXPECT_EQ(show_latency(999ns), "999 ns");
    EXPECT_EQ(show_latency(1000ns), "1.00 us");
    EXPECT_EQ(show_latency(9994ns), "9.99 us");
    EXPECT_EQ(show_latency(9996ns), "10.0 us");
    EXPECT_EQ(show_latency(99960ns), "100 us");
    EXPECT_EQ(show_latency(999600ns), "1.00 ms");
    EXPECT_EQ(show_latency(1234ms), "1.23 s");
    EXPECT_EQ(show_latency(2000s), "2000 s");
}

TEST(units, people_are_shown_two_units_of_time) {
    EXPECT_EQ(show_duration(-1s), "0.0s");
    EXPECT_EQ(show_duration(440ms), "0.4s");
    EXPECT_EQ(show_duration(9960ms), "10s");
    EXPECT_EQ(show_duration(59600ms), "1m00s");
    EXPECT_EQ(show_duration(185s), "3m05s");
    EXPECT_EQ(show_duration(127min), "2h07m");
    EXPECT_EQ(show_duration(99h), "4d03h");
}

TEST(show_events, has_whole_numbers_from_a_thousand_on) {
    EXPECT_EQ(show_events(0), "0/s");
    EXPECT_EQ(show_events(12.3456), "12.35/s");
    EXPECT_EQ(show_events(999.94), "999.9/s");
    EXPECT_EQ(show_events(95260.4), "95 260/s");
}

TEST(units, thousands_stand_apart) {
    EXPECT_EQ(show_count(0), "0");
    EXPECT_EQ(show_count(999), "999");
    EXPECT_EQ(show_count(12345), "12 345");
    EXPECT_EQ(show_count(1234567), "1 234 567");
}

TEST(units, a_quantity_knows_its_kind_by_its_unit) {
    const std::vector<std::pair<const char*, quantity>> cases{
        {"200", {200, unit_kind::plain}},          {"0.5", {0.5, unit_kind::plain}},
        {"5%", {0.05, unit_kind::ratio}},          {"200ms", {0.2, unit_kind::duration}},
        {"5m", {300, unit_kind::duration}},        {"1MB", {1e6, unit_kind::size}},
        {"64k", {65536, unit_kind::size}},         {"5M", {5242880, unit_kind::size}},
        {"1000/s", {1000, unit_kind::event_rate}}, {"2k/s", {2000, unit_kind::event_rate}},
        {"10MB/s", {1e7, unit_kind::byte_rate}},   {"1KiB/s", {1024, unit_kind::byte_rate}}};
    for (const auto& [text, wanted] : cases) {
        const auto got = parsed<quantity>(text);
        EXPECT_EQ(got.kind, wanted.kind) << text;
        EXPECT_DOUBLE_EQ(got.value, wanted.value) << text;
        EXPECT_EQ(parsed<quantity>(format_value(got)), got) << text;
    }
}

TEST(units, a_quantity_with_an_unknown_unit_is_pointed_at) {
    EXPECT_EQ(refused<quantity>("9f86d0").offset, 1);
    EXPECT_EQ(refused<quantity>("5 ms").offset, 1);
    EXPECT_EQ(refused<quantity>("-5").what, "is not a number");
}

}  // namespace
}  // namespace grove::cmd
