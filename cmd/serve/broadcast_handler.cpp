// SPDX-License-Identifier: MIT
#include "cmd/serve/cgi_environment.hpp"
#include "cmd/serve/exec_program.hpp"
#include "cmd/serve/line_fan.hpp"
#include "cmd/serve/web_handler.hpp"
#include "cmd/serve/web_socket.hpp"

#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/timeout.hpp>
#include <grove/websocket.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

/// One program for all: each line it writes goes to everybody who listens at that time. It begins
/// with the first who listens; when it has ended, so have their answers, and the next one who comes
/// begins it again.

namespace grove::cmd {
namespace {

enum class form : unsigned char { lines, events };

std::string text_of(form how, const line_fan::listener::piece& heard) {
    if (how == form::lines) {
        const std::string lost =
            heard.lost == 0 ? "" : fmt::format("[{} lines were lost]\n", heard.lost);
        return lost + *heard.line + '\n';
    }
    std::string event = heard.lost == 0 ? "" : fmt::format("event: lost\ndata: {}\n\n", heard.lost);
    event += "data: ";
    for (const char c : *heard.line) {
        if (c == '\r') {
            event += "\ndata: ";  // it ends a line there
        } else {
            event += c;
        }
    }
    return event += "\n\n";
}

form form_for(const http_request& asked) {
    const auto accept = asked.find("Accept");
    const bool events = accept && accept->find("text/event-stream") != std::string_view::npos;
    return events ? form::events : form::lines;
}

class broadcast final : public web_handler {
 public:
    broadcast(const route& what, serve_context& context)
        : context_(context), command_(what.argument) {}

    void answer(const web_call& call) override {
        refuse_other_sites(call.asked, context_.options);
        if (wants_websocket(call.asked)) return send_messages(call);
        allow_methods(call, "GET, HEAD");
        const form how = form_for(call.asked);
        call.answer.add("Content-Type",
                        how == form::events ? "text/event-stream" : "text/plain; charset=utf-8");
        call.answer.add("Cache-Control", "no-store");
        if (call.asked.method() == "HEAD") return;
        line_fan::listener mine(lines_);
        begin();
        call.answer.flush();
        group beside;
        beside.spawn([&] {
            static_cast<void>(call.asked.wait_gone());
            mine.leave();
        });
        while (const auto heard = mine.next()) call.answer.write(text_of(how, *heard));
    }

 private:
    void send_messages(const web_call& call) {
        std::optional<websocket> made = accept_websocket(call, context_);
        if (!made) return;
        websocket& peer = *made;
        line_fan::listener mine(lines_);
        begin();
        group beside;
        beside.spawn([&] {
            try {
                while (peer.receive()) continue;  // what it says is for nobody
            } catch (const std::system_error&) {
                return mine.leave();
            }
            mine.leave();
        });
        try {
            while (const auto heard = mine.next()) {
                if (heard->lost != 0) peer.send(fmt::format("[{} lines were lost]", heard->lost));
                send_line(peer, *heard->line);
            }
            if (peer.is_open()) peer.close(1000);
        } catch (const std::system_error&) {
            return;  // the client has gone
        }
    }

    void begin() {
        if (running_) return;
        running_ = true;
        speaker_ = spawn({.name = "broadcast"}, [this] { speak(); });
    }

    void speak() {
        const on_exit done([this] {
            running_ = false;
            lines_.end();
        });
        exec_program program(command_, own_environment(), exec_input::none);
        auto stopping = spawn([&] {
            context_.stopping.wait();
            program.end();
        });
        while (auto line = program.next_line()) lines_.say(std::move(*line));
    }

    serve_context& context_;
    std::string command_;
    line_fan lines_;
    bool running_ = false;
    greenlet<void> speaker_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<web_handler> broadcast_handler(const route& what, serve_context& context) {
    return std::make_unique<broadcast>(what, context);
}

}  // namespace grove::cmd
