// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/chat_room.hpp"
#include "cmd/serve/web_socket.hpp"

#include <grove/websocket.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// One user's WebSocket in a room: what is said goes out, what comes in is said.

namespace grove::cmd {

/// `{"id":..,"user":"ann","text":"hello"}`
[[nodiscard]] std::string chat_json(const chat_message& message);

class chat_socket {
 public:
    /// Sends what was said in `room` after the message `seen`.
    chat_socket(websocket peer, chat_room& room, std::uint64_t seen);

    /// Calls `say` with each text that is a message; what is none is answered with
    /// `{"error":".."}`. Blocks until the user has gone, or the room is closed.
    void run(const std::function<void(std::string_view)>& say);

 private:
    void tell();
    bool still_there();

    websocket peer_;
    chat_room& room_;
    std::uint64_t seen_;
    std::uint64_t heard_ = 0;  // messages
    std::uint64_t signs_ = 0;  // messages and pongs, when he was asked last
    bool asked_ = false;
};

}  // namespace grove::cmd
