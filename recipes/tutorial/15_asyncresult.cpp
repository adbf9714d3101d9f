// SPDX-License-Identifier: MIT
// A value that comes later.
#include <grove/async_result.hpp>
#include <grove/greenlet.hpp>

#include <cstdio>
#include <string>

using namespace std::chrono_literals;

int main() {
    grove::async_result<std::string> answer;
    auto setter = grove::spawn([&] {
        grove::sleep_for(300ms);
        answer.set("Hello!");
    });
    auto waiter = grove::spawn([&] { std::puts(answer.get().c_str()); });
    grove::join_all(setter, waiter);
}
