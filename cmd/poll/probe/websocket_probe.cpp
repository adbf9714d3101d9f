// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/greeting_probes.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <grove/websocket.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// The goodbye is a courtesy: who does not return it is up all the same.
constexpr duration farewell = 100ms;

class asking_websocket final : public stream_probe {
 public:
    asking_websocket(const target& place, destination to, const http_options& http,
                     probe_expectations expected)
        : stream_probe(std::move(to)), url_(place.url()), expected_(std::move(expected)) {
        how_.connection.farewell = farewell;
        http_options without_data = http;
        without_data.data.clear();
        for (auto& [name, value] : request_fields(place, without_data)) {
            if (name != "Host" && name != "Accept") how_.fields.push_back({name, value});
        }
    }

 private:
    void talk(socket on, probe_result& into, deadline begun, deadline until) override {
        websocket made = websocket::connect(std::move(on), url_, how_, until);
        into.answered = true;
        into.good = true;
        into.what = "the WebSocket is open";
        judge_connection(expected_, begun, into);
        made.close();
    }

    std::string url_;
    websocket_connect_options how_;
    probe_expectations expected_;
};

}  // namespace

std::unique_ptr<probe> websocket_probe(const target& place, destination to,
                                       const http_options& http, probe_expectations expected) {
    return std::make_unique<asking_websocket>(place, std::move(to), http, std::move(expected));
}

}  // namespace grove::cmd
