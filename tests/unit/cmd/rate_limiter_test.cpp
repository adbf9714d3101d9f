// SPDX-License-Identifier: MIT
#include "cmd/common/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr deadline at(duration time) {
    return deadline::at(1h + time);
}

TEST(event_pacer, without_a_burst_events_are_evenly_spaced) {
    event_pacer pacer(10, 1);
    EXPECT_LE(pacer.next_at(), at(0s));
    pacer.take(at(0s));
    EXPECT_EQ(pacer.next_at(), at(100ms));
    pacer.take(at(100ms));
    EXPECT_EQ(pacer.next_at(), at(200ms));
}

TEST(event_pacer, a_burst_passes_at_once_after_a_rest) {
    event_pacer pacer(10, 3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_LE(pacer.next_at(), at(0s));
        pacer.take(at(0s));
    }
    EXPECT_EQ(pacer.next_at(), at(100ms));
    EXPECT_EQ(pacer.settled_at(), at(300ms));
}

TEST(event_pacer, rest_is_not_saved_up_beyond_the_burst) {
    event_pacer pacer(10, 1);
    pacer.take(at(0s));
    pacer.take(at(10min));
    EXPECT_EQ(pacer.next_at(), at(10min + 100ms));
}

TEST(event_pacer, no_window_holds_more_than_its_share) {
    std::mt19937 random(1);
    event_pacer pacer(100, 5);
    std::vector<duration> taken;
    for (duration time = 0s; time < 20s; time += std::chrono::microseconds(random() % 20000)) {
        while (pacer.next_at() <= at(time)) {
            pacer.take(at(time));
            taken.push_back(time);
        }
    }
    for (std::size_t i = 0; i + 200 < taken.size(); ++i) {
        EXPECT_GE(taken[i + 200] - taken[i], 1950ms) << i;  // 200 events less the burst of 5
    }
    EXPECT_GE(taken.size(), 1950U);
}

TEST(event_pacer, a_very_slow_rate_does_not_overflow) {
    event_pacer pacer(1e-12, 1);
    pacer.take(at(0s));
    EXPECT_GT(pacer.next_at(), at(24h));
    pacer.take(pacer.next_at());
    EXPECT_GT(pacer.next_at(), at(24h));
}

TEST(rate_limiter, charges_delay_the_next_read_by_what_they_cost) {
    rate_limiter limiter(100'000, 10'000);
    EXPECT_EQ(limiter.charge(10'000, at(0s)), at(0s));
    EXPECT_EQ(limiter.charge(50'000, at(0s)), at(500ms));
    EXPECT_EQ(limiter.charge(10'000, at(500ms)), at(600ms));
}

TEST(rate_limiter, a_rest_pays_back_at_most_the_burst) {
    rate_limiter limiter(100'000, 10'000);
    (void)limiter.charge(10'000, at(0s));
    EXPECT_EQ(limiter.charge(20'000, at(1h)), at(1h + 100ms));
}

TEST(rate_limiter, the_default_burst_is_a_tenth_of_a_second) {
    rate_limiter limiter(10'000'000);
    EXPECT_EQ(limiter.charge(1'000'000, at(0s)), at(0s));
    EXPECT_GT(limiter.charge(1'000, at(0s)), at(0s));
}

TEST(rate_limiter, the_default_burst_of_a_slow_rate_is_one_read) {
    rate_limiter limiter(1000);
    EXPECT_EQ(limiter.charge(16 * 1024, at(0s)), at(0s));
    EXPECT_GT(limiter.charge(1000, at(0s)), at(999ms));
}

TEST(rate_limiter, transfers_share_the_rate_and_keep_it) {
    constexpr double rate = 1'000'000;
    rate_limiter limiter(rate);
    std::vector<deadline> resume(8, at(0s));
    std::vector<double> bytes(8, 0);
    std::mt19937 random(3);
    constexpr duration end = 20s;
    for (duration time = 0s; time < end; time += 1ms) {
        for (std::size_t i = 0; i < resume.size(); ++i) {
            if (resume[i] > at(time)) continue;
            const auto piece = 8'000 + random() % 16'000;
            bytes[i] += static_cast<double>(piece);
            resume[i] = limiter.charge(piece, at(time));
        }
    }
    double total = 0;
    for (const auto share : bytes) total += share;
    EXPECT_NEAR(total, rate * 20, rate * 0.4);
    for (const auto share : bytes) EXPECT_NEAR(share, total / 8, total / 80);
}

}  // namespace
}  // namespace grove::cmd
