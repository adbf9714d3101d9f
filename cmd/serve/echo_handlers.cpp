// SPDX-License-Identifier: MIT
#include "cmd/serve/web_handler.hpp"
#include "cmd/serve/web_socket.hpp"

#include <grove/websocket.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

/// The body comes back as it comes, so that its size does not matter; without one, the request.
class body_echo final : public web_handler {
 public:
    void answer(const web_call& call) override {
        if (!call.asked.has_body()) {
            call.answer.add("Content-Type", "text/plain; charset=utf-8").send(shown(call.asked));
            return;
        }
        call.answer.add("Content-Type",
                        call.asked.find("Content-Type").value_or("application/octet-stream"));
        if (const auto length = call.asked.content_length()) call.answer.length(*length);
        for (auto piece = call.asked.read_some(); !piece.empty(); piece = call.asked.read_some())
            call.answer.write(piece);
    }

 private:
    static std::string shown(const http_request& asked) {
        std::string text(asked.method());
        text.append(" ").append(asked.target()).append(" HTTP/1.");
        text += std::to_string(asked.minor_version());
        text += '\n';
        for (const http_field& field : asked.fields())
            text.append(field.name).append(": ").append(field.value).append("\n");
        return text;
    }
};

class message_echo final : public web_handler {
 public:
    explicit message_echo(serve_context& context) : context_(context) {}

    void answer(const web_call& call) override {
        std::optional<websocket> peer = accept_websocket(call, context_);
        if (!peer) return;
        // What came together goes back together.
        while (const auto got = peer->receive()) peer->send_later(got->kind, got->data);
    }

 private:
    serve_context& context_;
};

}  // namespace

std::unique_ptr<web_handler> echo_handler() {
    return std::make_unique<body_echo>();
}

std::unique_ptr<web_handler> websocket_echo_handler(serve_context& context) {
    return std::make_unique<message_echo>(context);
}

}  // namespace grove::cmd
