// SPDX-License-Identifier: MIT
// A server asks and a client answers, each in its turn, over ZeroMQ.
#include <grove/greenlet.hpp>
#include <grove/zmq.hpp>

#include <cstdio>
#include <string>

int main() {
    grove::zmq::socket asking(grove::zmq::kind::req);
    const std::string endpoint = asking.bind("tcp://127.0.0.1:*");

    auto server = grove::spawn([&] {
        for (int request = 1; request < 10; ++request) {
            asking.send("request " + std::to_string(request));
            std::printf("Switched to Server for %d\n", request);
            (void)asking.receive();
        }
    });
    auto client = grove::spawn([&] {
        grove::zmq::socket answering(grove::zmq::kind::rep);
        answering.connect(endpoint);
        for (int request = 1; request < 10; ++request) {
            (void)answering.receive();
            std::printf("Switched to Client for %d\n", request);
            answering.send("answer");
        }
    });
    grove::join_all(server, client);
}
