// SPDX-License-Identifier: MIT
// An event wakes all that wait for it, first come first.
#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <cstdio>
#include <vector>

using namespace std::chrono_literals;

int main() {
    grove::event done;
    const auto setter = [&] {
        std::puts("A: Hey wait for me, I have to do something");
        grove::sleep_for(300ms);
        std::puts("Ok, I'm done");
        done.set();
    };
    const auto waiter = [&] {
        std::puts("I'll wait for you");
        done.wait();
        std::puts("It's about time");
    };
    std::vector<grove::greenlet<void>> all;
    all.push_back(grove::spawn(setter));
    for (int i = 0; i < 5; ++i) all.push_back(grove::spawn(waiter));
    grove::join_all(all);
}
