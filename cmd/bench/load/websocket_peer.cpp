// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_peer.hpp"

#include <grove/http_connection.hpp>

#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

class peer final : public load_peer {
 public:
    explicit peer(websocket connected) : to_(std::move(connected)) {}

    load_answer ask(std::string_view request, deadline until) override {
        to_.send(request, until);
        const std::optional<websocket_message> got = to_.receive(until);
        const deadline now = deadline::now();
        if (!got) {
            throw std::system_error(http_errc::closed, "the WebSocket was closed with " +
                                                           std::to_string(to_.end().code));
        }
        if (got->data != request) {
            throw std::system_error(std::make_error_code(std::errc::bad_message),
                                    "what came back is not what was sent");
        }
        return {.bytes_in = got->data.size(), .first_byte = now, .last_byte = now};
    }

 private:
    websocket to_;
};

}  // namespace

std::unique_ptr<load_peer> websocket_peer(websocket connected) {
    return std::make_unique<peer>(std::move(connected));
}

}  // namespace grove::cmd
