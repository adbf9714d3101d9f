// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/patch.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

/// A hundred sleeps of 10 ms, in the words of unistd.h, take no second together.
int main() {
    if (!grove::patch()) return 1;
    const auto began = std::chrono::steady_clock::now();
    std::array<grove::greenlet<int>, 100> sleepers;
    for (auto& one : sleepers) one = grove::spawn([] { return ::usleep(10'000); });
    grove::join_all(sleepers);
    if (std::chrono::steady_clock::now() - began > std::chrono::milliseconds(500)) return 1;
    std::puts("30");
}
