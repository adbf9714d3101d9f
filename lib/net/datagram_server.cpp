// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"
#include "net/server_address.hpp"
#include "net/serving.hpp"

#include <grove/datagram_server.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/mutex.hpp>
#include <grove/timeout.hpp>

#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace grove {

/// The socket, with all who wait to send on it in a line.
class datagram_request::line {
 public:
    explicit line(datagram_socket socket) : socket_(std::move(socket)) {}

    [[nodiscard]] datagram_socket& socket() noexcept { return socket_; }

    void send(std::string_view message, const endpoint& to, deadline until) {
        if (!turn_.lock(until)) throw_error(ETIMEDOUT, "sendto", to.text());
        const std::lock_guard mine(turn_, std::adopt_lock);
        socket_.send_to(message, to, until);
    }

 private:
    datagram_socket socket_;
    mutex turn_{"the turn to answer"};
};

datagram_request::datagram_request(std::shared_ptr<line> back, std::string message, endpoint from)
    : back_(std::move(back)), message_(std::move(message)), from_(std::move(from)) {}

void datagram_request::answer(std::string_view message, deadline until) {
    back_->send(message, from_, until);
}

class datagram_server::state final : public detail::serving {
 public:
    state(datagram_socket socket, handler serve, const datagram_server_options& options)
        : serving(options.most_at_once, options.receives_a_turn),
          line_(std::make_shared<datagram_request::line>(std::move(socket))),
          serve_(std::make_shared<const handler>(std::move(serve))),
          room_(options.message_limit) {
        start_taking();
    }

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state() {
        const shield until_all_is_gone;
        stop(duration::zero());
    }

    /// Who is still at work can answer until the end.
    std::size_t stop(duration grace) {
        const on_exit in_any_case([this] { line_->socket().close(); });
        return serving::stop(grace);
    }

    [[nodiscard]] bool closed() const noexcept override { return closed_; }

    [[nodiscard]] endpoint local() const {
        if (closed_) throw_error(EBADF, "getsockname", "a datagram_server that was stopped");
        return line_->socket().local();
    }

 private:
    void take() override {
        datagram got = line_->socket().receive(room_);
        took();
        if (got.truncated()) return tell_of(got);
        std::string name = "message from " + got.from.text();
        datagram_request asked(line_, std::string(room_.data(), got.size), std::move(got.from));
        workers().spawn({.name = std::move(name)},
                        [serve = serve_, asked = std::move(asked)]() mutable { (*serve)(asked); });
    }

    static void tell_of(const datagram& dropped) {
        const std::system_error error(EMSGSIZE, std::generic_category(),
                                      "a message of " + std::to_string(dropped.whole) +
                                          " bytes from " + dropped.from.text() + " was dropped");
        detail::hub_core::of_thread().report_error(this_greenlet::name(),
                                                   std::make_exception_ptr(error));
    }

    void close_door() noexcept override { closed_ = true; }

    [[nodiscard]] std::string what_it_does() const override {
        return "receiving on " + line_->socket().local().text();
    }

    /// An earlier answer's failure may be told here: ip(7).
    [[nodiscard]] bool is_of_one_alone(const std::error_code& error) const noexcept override {
        return error == std::errc::connection_refused || error == std::errc::host_unreachable ||
               error == std::errc::network_unreachable || error == std::errc::network_down;
    }

    std::shared_ptr<datagram_request::line> line_;
    std::shared_ptr<const handler> serve_;
    std::vector<char> room_;
    bool closed_ = false;
};

datagram_server::datagram_server(const endpoint& at, handler serve, datagram_server_options options)
    : state_(std::make_unique<state>(datagram_socket(at, options.socket), std::move(serve),
                                     options)) {}

datagram_server::datagram_server(std::string_view at, handler serve,
                                 datagram_server_options options)
    : state_(std::make_unique<state>(detail::bind_as_written("datagram_server", at,
                                                             [&](const endpoint& e) {
                                                                 return datagram_socket(
                                                                     e, options.socket);
                                                             }),
                                     std::move(serve), options)) {}

datagram_server::~datagram_server() = default;

endpoint datagram_server::local() const {
    return state_->local();
}

void datagram_server::serve_forever() {
    state_->serve_forever();
}

std::size_t datagram_server::stop(duration grace) {
    return state_->stop(grace);
}

std::size_t datagram_server::at_work() const noexcept {
    return state_->at_work();
}

bool datagram_server::closed() const noexcept {
    return state_->closed();
}

}  // namespace grove
