// SPDX-License-Identifier: MIT
// A timeout that runs from here to the end of the scope. Both deadlines are 200 ms away; the one
// that was set first comes first.
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <cstdio>

using namespace std::chrono_literals;

int main() {
    const grove::timeout limit(200ms);
    try {
        auto sleeper = grove::spawn([] { grove::sleep_for(200ms); });
        sleeper.join();
    } catch (const grove::timeout_expired&) {
        std::puts("Could not complete");
    }
}
