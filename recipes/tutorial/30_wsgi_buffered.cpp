// SPDX-License-Identifier: MIT
// A page of known length over HTTP, as its bytes: HTTP/1.1 keeps the connection, HTTP/1.0 ends it.
#include <grove/http_server.hpp>
#include <grove/socket.hpp>

#include <cstdio>
#include <span>
#include <string>

namespace {

void application(grove::http_request& /*asked*/, grove::http_response& answer) {
    answer.add("Content-Type", "text/html").send("<p>Hello World</p>");
}

}  // namespace

int main() {
    const grove::http_server server("127.0.0.1:0", application);
    grove::socket client = grove::socket::connect(server.local());
    for (const char* version : {"1.1", "1.0"}) {
        client.write_all("GET / HTTP/" + std::string(version) + "\r\nHost: localhost\r\n\r\n");
        for (std::string line; line != "\r\n"; std::printf("%s", line.c_str()))
            line = client.read_line();
        std::string body(18, '\0');
        client.read_exactly(std::as_writable_bytes(std::span(body)));
        std::printf("%s\n", body.c_str());
    }
    std::puts(client.read_line().empty() ? "end of the connection" : "more");
}
