// SPDX-License-Identifier: MIT
// What a handle tells of its greenlet. An exception stays inside until somebody asks for the value.
#include <grove/greenlet.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

std::string win() {
    return "You win!";
}

std::string fail() {
    throw std::runtime_error("You fail at failing.");
}

const char* text(bool yes) {
    return yes ? "True" : "False";
}

}  // namespace

int main() {
    auto winner = grove::spawn(win);
    auto loser = grove::spawn(fail);
    std::printf("%s\n%s\n", text(winner.started()), text(loser.started()));

    grove::join_all(winner, loser);  // does not throw

    std::puts(winner.get().c_str());
    std::puts(loser.successful() ? loser.get().c_str() : "None");
    std::printf("%s\n%s\n", text(winner.ready()), text(loser.ready()));
    std::printf("%s\n%s\n", text(winner.successful()), text(loser.successful()));
    try {
        loser.get();
    } catch (const std::runtime_error& e) {
        std::puts(e.what());
    }
}
