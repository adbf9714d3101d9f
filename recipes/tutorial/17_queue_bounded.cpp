// SPDX-License-Identifier: MIT
// A queue with room for three: the boss waits until a worker has taken a task, and the workers go
// home when nothing has come for 100 ms.
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>

#include <cstdio>
#include <string>

using namespace std::chrono_literals;

int main() {
    grove::queue<int> tasks(3);
    const auto worker = [&](const std::string& name) {
        while (const auto task = tasks.get(100ms)) {
            std::printf("Worker %s got task %d\n", name.c_str(), *task);
            grove::yield();
        }
        std::puts("Quitting time!");
    };
    const auto boss = [&] {
        for (int i = 1; i < 10; ++i) tasks.put(i);
        std::puts("Assigned all work in iteration 1");
        for (int i = 10; i < 20; ++i) tasks.put(i);
        std::puts("Assigned all work in iteration 2");
    };
    auto assigning = grove::spawn(boss);
    auto steve = grove::spawn(worker, "steve");
    auto john = grove::spawn(worker, "john");
    auto bob = grove::spawn(worker, "bob");
    grove::join_all(assigning, steve, john, bob);
}
