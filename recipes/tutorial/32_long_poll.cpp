// SPDX-License-Identifier: MIT
// An answer that goes on: a producer fills a queue, who asks is sent what comes out of it.
#include <grove/grove.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

namespace {

grove::queue<std::string> data_source(grove::unbounded);

void producer() {
    for (;; grove::sleep_for(100ms)) data_source.put("\"Hello World\"");
}

void ajax_endpoint(grove::http_request& /*asked*/, grove::http_response& answer) {
    answer.add("Content-Type", "application/json");
    for (;;) {
        if (const auto datum = data_source.get(500ms)) answer.write(*datum + "\n");
    }
}

}  // namespace

int main() {
    const auto producing = grove::spawn(producer);
    const grove::http_server server("127.0.0.1:0", ajax_endpoint);
    grove::socket client = grove::socket::connect(server.local());
    client.write_all("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (client.read_line() != "\r\n") continue;
    const grove::deadline began = grove::deadline::now();
    for (int i = 0; i < 4; ++i) {
        const std::string size = client.read_line();
        const std::string chunk = client.read_line();
        (void)client.read_line();
        const auto tenths = (grove::deadline::now() - began) / 100ms;
        std::printf("after %d tenths: %s%s", static_cast<int>(tenths), size.c_str(), chunk.c_str());
    }
}
