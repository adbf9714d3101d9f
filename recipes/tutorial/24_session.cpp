// SPDX-License-Identifier: MIT
// The request that is being answered, behind a local: what a handler calls finds its own.
#include <grove/grove.hpp>

#include <chrono>
#include <cstdio>
#include <string>

using namespace std::chrono_literals;

namespace {

const grove::local<const grove::http_request*> request;

std::string logic() {
    return "Hello " + (*request)->peer().address()->text();
}

void application(grove::http_request& asked, grove::http_response& answer) {
    *request = &asked;
    const std::string path(asked.path());
    grove::sleep_for(10ms);  // others are answered meanwhile
    std::printf("%s finds %s\n", path.c_str(), std::string((*request)->path()).c_str());
    answer.add("Content-Type", "text/html").send(logic());
}

}  // namespace

int main() {
    const grove::http_server server("127.0.0.1:0", application);
    const std::string url = "http://" + server.local().text();
    const auto ask = [&](const std::string& path) { return grove::http::client().get(url + path); };
    auto one = grove::spawn([&] { return ask("/one"); });
    auto two = grove::spawn([&] { return ask("/two"); });
    for (const grove::http::response& got : {one.get(), two.get()}) {
        std::printf("%d %s: %s\n", got.status, std::string(*got.find("Content-Type")).c_str(),
                    got.body.c_str());
    }
}
