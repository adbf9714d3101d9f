// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/zmq.hpp>

#include <cstdio>
#include <string>

int main() {
    grove::zmq::socket pull(grove::zmq::kind::pull);
    const std::string endpoint = pull.bind("inproc://jobs");
    auto pusher = grove::spawn([&] {
        grove::zmq::socket push(grove::zmq::kind::push);
        push.connect(endpoint);
        push.send("30");
    });
    std::printf("%s\n", std::string(pull.receive()->text()).c_str());
    pusher.join();
}
