// SPDX-License-Identifier: MIT
// A semaphore with two tokens: two workers at a time. Taken and given back by hand, and by a guard.
#include <grove/pool.hpp>
#include <grove/semaphore.hpp>

#include <array>
#include <cstdio>
#include <mutex>

int main() {
    grove::bounded_semaphore tokens(2);
    grove::group workers;
    workers.map(std::array{0, 1}, [&](int n) {
        tokens.acquire();
        std::printf("Worker %d acquired semaphore\n", n);
        grove::yield();
        tokens.release();
        std::printf("Worker %d released semaphore\n", n);
    });
    workers.map(std::array{3, 4, 5}, [&](int n) {
        {
            const std::lock_guard token(tokens);
            std::printf("Worker %d acquired semaphore\n", n);
            grove::yield();
        }
        std::printf("Worker %d released semaphore\n", n);
    });
}
