// SPDX-License-Identifier: MIT
// Another process answers through pipes. It is this program again, called with a word.
#include <grove/greenlet.hpp>
#include <grove/process.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr int messages = 10;

int relay() {
    std::string message;
    for (int i = 0; i < messages && std::getline(std::cin, message); ++i)
        std::cout << message << " in " << i << std::endl;
    return 0;
}

}  // namespace

int main(int argc, char**) {
    if (argc > 1) return relay();

    grove::process child({.command = {"/proc/self/exe", "relay"},
                          .input = grove::stdio::pipe,
                          .output = grove::stdio::pipe});
    auto get = grove::spawn([&] {
        for (int i = 0; i < messages; ++i) std::printf("%s", child.out().read_line().c_str());
    });
    auto put = grove::spawn([&] {
        for (int i = 0; i < messages; ++i) child.in().write_all("hi\n");
    });
    grove::join_all(get, put);
}
