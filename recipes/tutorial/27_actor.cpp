// SPDX-License-Identifier: MIT
// Two actors that answer each other; ten messages each, then they stop.
#include <grove/actor.hpp>

#include <cstdio>
#include <string>

int main() {
    constexpr int rounds = 10;
    grove::actor<std::string> ping(grove::unbounded);
    grove::actor<std::string> pong(grove::unbounded);

    // Says what it got, and answers.
    const auto player = [](auto& self, auto& other, const char* answer) {
        return [&self, &other, answer, left = rounds](const std::string& message) mutable {
            std::puts(message.c_str());
            if (--left == 0) self.stop();
            other.try_send(answer);
            grove::yield();
        };
    };
    ping.start(player(ping, pong, "ping"));
    pong.start(player(pong, ping, "pong"));

    ping.send("start");
    ping.join();
    pong.join();
}
