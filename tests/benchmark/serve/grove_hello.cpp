// SPDX-License-Identifier: MIT
#include <grove/grove.hpp>

#include <csignal>
#include <cstdio>
#include <exception>

/// An HTTP server that says hello, for measurements beside nginx's `return 200`. Prints its port
/// and serves until SIGTERM.

namespace {

void hello(grove::http_request& /*asked*/, grove::http_response& answer) {
    answer.add("Content-Type", "text/plain").send("hello\n");
}

}  // namespace

int main() {
    try {
        grove::http_server web("127.0.0.1:0", hello, {.server_name = "grove"});
        std::printf("%d\n", web.local().port());
        std::fflush(stdout);
        const auto end = grove::on_signal(SIGTERM, [&web] { web.stop(); });
        web.serve_forever();
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
