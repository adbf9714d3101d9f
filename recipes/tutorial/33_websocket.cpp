// SPDX-License-Identifier: MIT
// A page that draws what a WebSocket sends it, both from one server, until the page is closed.
#include <grove/grove.hpp>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>

using namespace std::chrono_literals;

namespace {

constexpr const char* page = R"(<!DOCTYPE html>
<title>Points</title>
<pre></pre>
<script>
const points = new WebSocket(location.href.replace("http", "ws") + "data");
points.onmessage = ({ data }) => document.querySelector("pre").append(data, "\n");
</script>
)";

void send_points(grove::websocket& peer) {
    std::minstd_rand random(1);
    std::uniform_int_distribution<> height(1, 5);
    // Nothing is expected from the page but that it goes.
    auto listener = grove::spawn([&] {
        while (peer.receive()) continue;
    });
    for (int x = 0; !listener.join(50ms); ++x) {
        peer.send("{\"x\": " + std::to_string(x) + ", \"y\": " + std::to_string(height(random)) +
                  "}");
    }
    std::printf("the page has gone: %d\n", peer.end().code);
}

void application(grove::http_request& asked, grove::http_response& answer) {
    if (asked.path() == "/data") {
        if (auto peer = grove::websocket::upgrade(asked, answer)) send_points(*peer);
        return;
    }
    answer.add("Content-Type", "text/html").send(page);
}

}  // namespace

int main() {
    grove::http_server server("127.0.0.1:0", application);
    const std::string at = server.local().text();
    const auto got = grove::http::client().get("http://" + at + "/");
    std::printf("%d %s\n", got.status, std::string(*got.find("Content-Type")).c_str());
    grove::websocket points = grove::websocket::connect("ws://" + at + "/data");
    for (int i = 0; i < 3; ++i) std::printf("%s\n", std::string(points.receive()->data).c_str());
    points.close(1001);
    server.stop(1s);
}
