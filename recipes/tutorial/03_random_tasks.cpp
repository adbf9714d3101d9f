// SPDX-License-Identifier: MIT
// The same tasks one after the other, and all at once: then the shortest ends first.
#include <grove/greenlet.hpp>

#include <cstdio>
#include <random>
#include <vector>

using namespace std::chrono_literals;

namespace {

std::mt19937 numbers(1);

void task(int number) {
    grove::sleep_for(numbers() % 3 * 30ms);
    std::printf("Task %d done\n", number);
}

void synchronous() {
    for (int i = 1; i < 10; ++i) task(i);
}

void asynchronous() {
    std::vector<grove::greenlet<void>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(grove::spawn(task, i));
    grove::join_all(tasks);
}

}  // namespace

int main() {
    std::puts("Synchronous:");
    synchronous();
    std::puts("Asynchronous:");
    asynchronous();
}
