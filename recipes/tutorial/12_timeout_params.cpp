// SPDX-License-Identifier: MIT
// Three ways to wait no longer than that: a timeout over the whole block, a deadline for one call,
// and a call with a limit.
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <cstdio>

using namespace std::chrono_literals;

namespace {

void wait() {
    grove::sleep_for(200ms);
}

}  // namespace

int main() {
    auto first = grove::spawn(wait);
    try {
        const grove::timeout limit(100ms);
        first.join();
    } catch (const grove::timeout_expired&) {
        std::puts("Thread 1 timed out");
    }

    auto second = grove::spawn(wait);
    try {
        second.get(100ms);  // join(100ms) would return false instead
    } catch (const grove::timeout_expired&) {
        std::puts("Thread 2 timed out");
    }

    if (!grove::with_timeout(100ms, wait)) std::puts("Thread 3 timed out");
}
