// SPDX-License-Identifier: MIT
// A pool is a group with a limit: the third call waits for a place.
#include <grove/pool.hpp>

#include <array>
#include <cstdio>

int main() {
    grove::pool pool(2);
    pool.map(std::array{0, 1, 2}, [&](int) { std::printf("Size of pool %zu\n", pool.size()); });
}
