// SPDX-License-Identifier: MIT
// On SIGQUIT the program ends instead of leaving a core: the signal kills the greenlet that main
// waits for.
#include <grove/greenlet.hpp>
#include <grove/signals.hpp>

#include <csignal>
#include <cstdio>

using namespace std::chrono_literals;

namespace {

const char* text(bool yes) {
    return yes ? "True" : "False";
}

}  // namespace

int main() {
    auto forever = grove::spawn([] { grove::sleep_for(1000s); });
    auto quit = grove::on_signal(SIGQUIT, [&] { forever.kill(); });
    auto keyboard = grove::spawn_after(50ms, [] { std::raise(SIGQUIT); });

    forever.join();
    std::printf("ready %s\n", text(forever.ready()));
    std::printf("successful %s\n", text(forever.successful()));
    if (forever.killed()) std::puts("killed");
}
