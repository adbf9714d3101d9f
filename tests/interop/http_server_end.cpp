// SPDX-License-Identifier: MIT
#include <grove/grove.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

/// An HTTP server for clients of others. Prints its port; SIGTERM ends it as `stop` does, and it
/// says how many connections had to be killed.

namespace {

using namespace std::chrono_literals;

void application(grove::http_request& asked, grove::http_response& answer) {
    const std::string_view path = asked.path();
    if (path == "/hello") return answer.add("Content-Type", "text/plain").send("hello\n");
    if (path == "/echo") {
        asked.limit_body(std::uint64_t{1} << 30);
        return answer.send(asked.body());
    }
    if (path == "/count") {
        asked.limit_body(std::uint64_t{1} << 30);
        std::size_t bytes = 0;
        while (const std::size_t size = asked.read_some().size()) bytes += size;
        return answer.send(std::to_string(bytes));
    }
    if (path == "/stream") {
        for (int i = 0; i < 5; ++i, grove::sleep_for(10ms)) answer.write(std::to_string(i) + "\n");
        return;
    }
    if (path == "/large") return answer.send(std::string(10'000'000, 'x'));
    throw grove::http_error(404);
}

}  // namespace

int main() {
    try {
        grove::http_server web("127.0.0.1:0", application);
        std::printf("%d\n", web.local().port());
        std::fflush(stdout);
        std::size_t killed = 0;
        const auto end = grove::on_signal(SIGTERM, [&] { killed = web.stop(5s); });
        web.serve_forever();
        std::printf("killed %zu\n", killed);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
