// SPDX-License-Identifier: MIT
// A greenlet runs until it gives way; then the next that is ready runs.
#include <grove/greenlet.hpp>

#include <cstdio>

int main() {
    auto foo = grove::spawn([] {
        std::puts("Running in foo");
        grove::yield();
        std::puts("Explicit context switch to foo again");
    });
    auto bar = grove::spawn([] {
        std::puts("Explicit context to bar");
        grove::yield();
        std::puts("Implicit context switch back to bar");
    });
    grove::join_all(foo, bar);
}
