// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>
#include <grove/semaphore.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// Ten minutes of a small service, as a text: who did what when.
std::string ten_minutes(std::uint64_t seed) {
    const grove::simulation world({.seed = seed});
    std::string log;
    const auto note = [&](int who, const char* what) {
        log += std::to_string(who) + what + std::to_string(world.elapsed() / 1ms) + ' ';
    };
    grove::queue<int> requests(8);
    grove::semaphore places(3);
    std::vector<grove::greenlet<void>> all;
    for (int who = 0; who < 25; ++who) {
        all.push_back(grove::spawn([&, who] {
            while (world.elapsed() < 10min) {
                grove::sleep_for(700ms + who * 13ms);
                if (!requests.put(who, 500ms)) note(who, "late");
            }
        }));
    }
    for (int who = 25; who < 50; ++who) {
        all.push_back(grove::spawn([&, who] {
            while (const auto request = requests.get(30s)) {
                const std::lock_guard place(places);
                const grove::timeout limit(std::chrono::milliseconds(20 + *request));
                try {
                    grove::sleep_for(40ms);
                    note(who, "did");
                } catch (const grove::timeout_expired&) {
                    note(who, "cut");
                }
            }
        }));
    }
    grove::join_all(all);
    return log;
}

TEST(simulated_service, ten_minutes_take_a_moment_and_are_the_same_for_one_seed) {
    const auto begin = std::chrono::steady_clock::now();
    const std::string log = ten_minutes(1);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);  // also under a sanitizer
    EXPECT_GT(log.size(), 10'000U);
    EXPECT_EQ(ten_minutes(1), log);
    EXPECT_NE(ten_minutes(2), log);
}

}  // namespace
