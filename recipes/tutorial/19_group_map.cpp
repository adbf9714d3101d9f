// SPDX-License-Identifier: MIT
// A call for each item, a greenlet a call: all results at once, one by one in the items' order, or
// as they come.
#include <grove/group.hpp>

#include <array>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

int intensive(int n) {
    grove::sleep_for((3 - n) * 100ms);
    return n;
}

}  // namespace

int main() {
    const std::array three{0, 1, 2};
    grove::group group;
    group.map(three, [&](int) {
        std::printf("Size of group %zu\n", group.size());
        std::printf("Hello from Greenlet %u\n", grove::this_greenlet::id());
    });

    std::puts("Ordered");
    for (int n : group.imap(three, intensive)) std::printf("('task', %d)\n", n);

    std::puts("Unordered");
    for (int n : group.imap_unordered(three, intensive)) std::printf("('task', %d)\n", n);
}
