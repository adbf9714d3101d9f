// SPDX-License-Identifier: MIT
#include "cmd/serve/cgi_environment.hpp"
#include "cmd/serve/exec_program.hpp"
#include "cmd/serve/web_handler.hpp"
#include "cmd/serve/web_socket.hpp"

#include <grove/group.hpp>
#include <grove/websocket.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

/// A program for each request, which reads its body and writes the answer's, or for each WebSocket,
/// whose messages are lines to it.

namespace grove::cmd {
namespace {

constexpr std::size_t room_size = std::size_t{16} << 10;

/// A program and the request it answers.
class exec_answer {
 public:
    exec_answer(const web_call& call, exec_program& program) : call_(call), program_(program) {}

    void run() {
        group beside;
        beside.spawn([this] { attend_client(); });
        std::string room(room_size, '\0');
        std::size_t count = read(room);
        if (count == 0 && !program_.status().success() && !failure_)
            throw http_error(500, program_.complaint());
        if (failure_) std::rethrow_exception(failure_);
        call_.answer.add("Content-Type", "text/plain; charset=utf-8");
        for (; count != 0; count = read(room))
            call_.answer.write(std::string_view(room.data(), count));
        if (failure_) std::rethrow_exception(failure_);
    }

 private:
    std::size_t read(std::string& room) { return program_.out().read_some(room); }

    /// Beside the handler: gives the program the body, and ends it when nobody waits for it.
    void attend_client() {
        try {
            send_body();
            static_cast<void>(call_.asked.wait_gone());
            throw http_error(499, "the client has gone");
        } catch (const std::exception&) {
            failure_ = std::current_exception();
        }
        program_.end();
    }

    void send_body() {
        for (auto piece = call_.asked.read_some(); !piece.empty();
             piece = call_.asked.read_some()) {
            try {
                program_.in().write_all(piece);
            } catch (const std::system_error&) {
                break;  // it has read enough
            }
        }
        program_.in().close();
    }

    const web_call& call_;
    exec_program& program_;
    std::exception_ptr failure_;
};

void talk(websocket& peer, exec_program& program) {
    group beside;
    beside.spawn([&] {
        try {
            while (const auto got = peer.receive())
                program.in().write_all(std::string(got->data) + '\n');
        } catch (const std::system_error&) {
            return program.end();  // one of both listens no more
        }
        program.end();
    });
    try {
        while (const auto line = program.next_line()) send_line(peer, *line);
        if (!peer.is_open()) return;
        const bool well = program.status().success();
        peer.close(well ? 1000 : 1011, well ? std::string() : program.complaint());
    } catch (const std::system_error&) {
        return;  // the client has gone
    }
}

class exec final : public web_handler {
 public:
    exec(const route& what, serve_context& context)
        : context_(context),
          command_(what.argument),
          route_(what.path == "/" ? std::string() : what.path),
          environment_(own_environment()) {}

    void answer(const web_call& call) override {
        refuse_other_sites(call.asked, context_.options);
        exec_program program(command_, environment_for(call), exec_input::ours);
        if (!wants_websocket(call.asked)) return exec_answer(call, program).run();
        if (auto peer = accept_websocket(call, context_)) talk(*peer, program);
    }

 private:
    [[nodiscard]] std::vector<std::string> environment_for(const web_call& call) const {
        const http_request& asked = call.asked;
        return cgi_environment({.method = asked.method(),
                                .target = asked.target(),
                                .route = route_,
                                .below = call.below,
                                .query = asked.query(),
                                .minor_version = asked.minor_version(),
                                .tls = asked.is_tls(),
                                .fields = asked.fields(),
                                .length = announced_length(asked),
                                .client = asked.peer()},
                               environment_);
    }

    serve_context& context_;
    std::string command_;
    std::string route_;
    std::vector<std::string> environment_;
};

}  // namespace

std::unique_ptr<web_handler> exec_handler(const route& what, serve_context& context) {
    return std::make_unique<exec>(what, context);
}

}  // namespace grove::cmd
