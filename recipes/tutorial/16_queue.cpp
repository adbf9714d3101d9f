// SPDX-License-Identifier: MIT
// Three workers share the tasks of a queue, one at a time each.
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>

#include <cstdio>
#include <string>

int main() {
    grove::queue<int> tasks(grove::unbounded);
    const auto worker = [&](const std::string& name) {
        while (!tasks.empty()) {
            std::printf("Worker %s got task %d\n", name.c_str(), *tasks.get());
            grove::yield();
        }
        std::puts("Quitting time!");
    };
    const auto boss = [&] {
        for (int i = 1; i < 25; ++i) tasks.put(i);
    };
    grove::spawn(boss).join();

    auto steve = grove::spawn(worker, "steve");
    auto john = grove::spawn(worker, "john");
    auto nancy = grove::spawn(worker, "nancy");
    grove::join_all(steve, john, nancy);
}
