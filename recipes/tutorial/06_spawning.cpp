// SPDX-License-Identifier: MIT
// What can be spawned: a function with arguments, a lambda, anything that can be called.
#include <grove/greenlet.hpp>

#include <cstdio>
#include <string>

using namespace std::chrono_literals;

namespace {

void foo(const std::string& message, grove::duration after) {
    grove::sleep_for(after);
    std::puts(message.c_str());
}

}  // namespace

int main() {
    auto first = grove::spawn(foo, "Hello", 100ms);
    auto second = grove::spawn([] { foo("I live!", 200ms); });
    auto third = grove::spawn([](int x) { return x + 1; }, 2);
    grove::join_all(first, second, third);
}
