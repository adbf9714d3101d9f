// SPDX-License-Identifier: MIT
// Two greenlets poll nothing for a while; a third works meanwhile.
#include <grove/greenlet.hpp>
#include <grove/select.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

const grove::deadline start = grove::deadline::now();

double tic() {
    return std::chrono::duration<double>(grove::deadline::now() - start).count();
}

void poll_nothing() {
    std::printf("Started Polling: at %.1f seconds\n", tic());
    static_cast<void>(grove::select({}, {}, {}, 200ms));
    std::printf("Ended Polling: at %.1f seconds\n", tic());
}

void work() {
    std::printf("Hey lets do some stuff while the greenlets poll, at %.1f seconds\n", tic());
    grove::sleep_for(100ms);
}

}  // namespace

int main() {
    auto first = grove::spawn(poll_nothing);
    auto second = grove::spawn(poll_nothing);
    auto third = grove::spawn(work);
    grove::join_all(first, second, third);
}
