// SPDX-License-Identifier: MIT
// A pool is a group with a limit: the third call waits for a place.
#include <grove/pool.hpp>

#include <cstdio>
#include <ranges>

int main() {
    grove::pool pool(2);
    pool.map(std::views::iota(0, 3), [&](int) { std::printf("Size of pool %zu\n", pool.size()); });
}
