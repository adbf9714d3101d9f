// SPDX-License-Identifier: MIT
// A page in two pieces over HTTP, as its bytes: in chunks for HTTP/1.1, plain for HTTP/1.0.
#include <grove/http_server.hpp>
#include <grove/socket.hpp>

#include <cstdio>
#include <string>

namespace {

void application(grove::http_request& /*asked*/, grove::http_response& answer) {
    answer.add("Content-Type", "text/html");
    answer.write("<p>Hello");
    answer.write("World</p>");
}

}  // namespace

int main() {
    const grove::http_server server("127.0.0.1:0", application);
    for (const char* version : {"1.1", "1.0"}) {
        grove::socket client = grove::socket::connect(server.local());
        client.write_all("GET / HTTP/" + std::string(version) + "\r\nHost: localhost\r\n\r\n");
        client.shutdown_write();
        for (std::string line; !(line = client.read_line()).empty();)
            std::printf("%s", line.c_str());
        std::puts("");
    }
}
