// SPDX-License-Identifier: MIT
// Each greenlet has a value of its own behind a local.
#include <grove/greenlet.hpp>
#include <grove/local.hpp>

#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

int main() {
    const grove::local<std::map<std::string, int>> stash;
    auto f1 = grove::spawn([&] {
        (*stash)["x"] = 1;
        std::printf("%d\n", stash->at("x"));
    });
    auto f2 = grove::spawn([&] {
        (*stash)["y"] = 2;
        std::printf("%d\n", stash->at("y"));
        try {
            std::printf("%d\n", stash->at("x"));
        } catch (const std::out_of_range&) {
            std::puts("x is not local to f2");
        }
    });
    grove::join_all(f1, f2);
}
