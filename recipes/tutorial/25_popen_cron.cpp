// SPDX-License-Identifier: MIT
// A program is waited for while another greenlet goes on with its own work.
#include <grove/greenlet.hpp>
#include <grove/process.hpp>

#include <cstdio>

using namespace std::chrono_literals;

int main() {
    auto cron = grove::spawn([] {
        for (;;) {
            std::puts("cron");
            grove::sleep_for(100ms);
        }
    });

    grove::process sub({.shell = "sleep 0.5; uname", .output = grove::stdio::pipe});
    const auto ended = sub.communicate();
    cron.kill();
    std::printf("%s", ended->out.c_str());
}
