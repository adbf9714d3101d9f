// SPDX-License-Identifier: MIT
#include <grove/error.hpp>
#include <grove/explore.hpp>
#include <grove/greenlet.hpp>

#include <gmock/gmock.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using grove::explore;
using namespace std::chrono_literals;

// Reads, gives way, writes: an update is lost when the other has read in between. In the order of
// a queue it never is: the second yields once more before it reads.
void lose_an_update() {
    int balance = 100;
    const auto withdraw = [&](int amount, int rest) {
        for (int i = 0; i < rest; ++i) grove::yield();
        const int read = balance;
        grove::yield();
        balance = read - amount;
    };
    auto one = grove::spawn([&] { withdraw(10, 0); });
    auto other = grove::spawn([&] { withdraw(20, 1); });
    grove::join_all(one, other);
    if (balance != 70) throw std::logic_error("an update was lost");
}

std::uint64_t failing_seed(std::uint64_t seeds, const std::function<void()>& test) {
    try {
        explore(seeds, test);
    } catch (const grove::exploration_failed& e) {
        return e.seed();
    }
    return 0;
}

TEST(explore, a_lost_update_is_found_and_replayed) {
    EXPECT_NO_THROW(lose_an_update());  // in the usual order
    const std::uint64_t seed = failing_seed(100, lose_an_update);
    ASSERT_NE(seed, 0U);
    EXPECT_EQ(failing_seed(100, lose_an_update), seed);
    ::setenv("GROVE_SCHEDULE", ("seed:" + std::to_string(seed)).c_str(), 1);
    int runs = 0;
    const auto counted = [&] {
        ++runs;
        lose_an_update();
    };
    EXPECT_EQ(failing_seed(100, counted), seed);
    EXPECT_EQ(runs, 1);
    ::unsetenv("GROVE_SCHEDULE");
}

TEST(explore, what_never_fails_runs_once_a_seed) {
    int runs = 0;
    explore(50, [&] { ++runs; });
    EXPECT_EQ(runs, 50);
}

TEST(explore, the_failure_names_the_seed_and_the_cause) {
    try {
        explore(9, [] { throw std::out_of_range("row 7"); });
        FAIL() << "nothing was thrown";
    } catch (const grove::exploration_failed& e) {
        EXPECT_STREQ(e.what(), "seed 1 of 9 fails: row 7");
        EXPECT_THROW(std::rethrow_exception(e.cause()), std::out_of_range);
    }
}

TEST(explore, each_run_has_its_own_time) {
    explore(3, [] { grove::sleep_for(24h); });
}

}  // namespace
