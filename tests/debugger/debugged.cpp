// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/remote_event.hpp>

#include <cstdio>
#include <thread>

/// What a debugger is shown: greenlets that wait, one that has not begun, one that runs, and a
/// second hub. gdb stops it in `stop_here`.

extern "C" [[gnu::noinline]] void stop_here() {
    asm volatile("");
}

namespace {

volatile int done;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

[[gnu::noinline]] void wait_at_the_gate(grove::event& gate) {
    gate.wait();
    done = done + 1;  // no call in the last place, whose frame would be gone
}

[[gnu::noinline]] void wait_elsewhere(grove::remote_event& end) {
    end.wait();
    done = done + 1;
}

}  // namespace

int main() {
    grove::remote_event there;
    grove::remote_event end;
    std::thread other([&] {
        auto waits = grove::spawn({.name = "on another hub"}, [&] { wait_elsewhere(end); });
        grove::yield();
        there.set();
        waits.join();
    });
    there.wait();
    grove::event gate;
    auto waits = grove::spawn({.name = "at the gate"}, [&] { wait_at_the_gate(gate); });
    auto stops = grove::spawn([&] {
        auto fresh = grove::spawn_after(std::chrono::hours(1), [] {});
        stop_here();
    });
    stops.join();
    gate.set();
    end.set();
    other.join();
    waits.join();
    std::puts("the end");
}
