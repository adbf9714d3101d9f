// SPDX-License-Identifier: MIT
// A group is a set of greenlets that are waited for together.
#include <grove/group.hpp>

#include <cstdio>
#include <string>
#include <utility>

namespace {

void talk(const std::string& message) {
    for (int i = 0; i < 3; ++i) std::puts(message.c_str());
}

}  // namespace

int main() {
    auto first = grove::spawn(talk, "bar");
    auto second = grove::spawn(talk, "foo");
    auto third = grove::spawn(talk, "fizz");

    grove::group group;
    group.add(std::move(first));
    group.add(std::move(second));
    group.join();

    group.add(std::move(third));
    group.join();
}
