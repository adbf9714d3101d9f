// SPDX-License-Identifier: MIT
// Threads end in an order of their own; greenlets in the same one each time.
#include <grove/pool.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

std::vector<int> run_on_threads() {
    std::vector<int> order;
    std::mutex mutex;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
        threads.emplace_back([&, i] {
            std::this_thread::sleep_for(1ms);
            const std::lock_guard hold(mutex);
            order.push_back(i);
        });
    }
    threads.clear();  // joins
    return order;
}

std::vector<int> run_on_greenlets() {
    grove::pool pool(10);
    std::vector<int> order;
    const std::vector<int> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto echo = [](int i) {
        grove::sleep_for(1ms);
        return i;
    };
    for (int i : pool.imap_unordered(numbers, echo)) order.push_back(i);
    return order;
}

bool always_the_same(const std::function<std::vector<int>()>& run) {
    const std::vector<std::vector<int>> runs{run(), run(), run(), run()};
    return std::ranges::all_of(runs, [&](const auto& each) { return each == runs.front(); });
}

}  // namespace

int main() {
    std::puts(always_the_same(run_on_threads) ? "True" : "False");
    std::puts(always_the_same(run_on_greenlets) ? "True" : "False");
}
