// SPDX-License-Identifier: MIT
#include "net/server_address.hpp"
#include "net/serving.hpp"

#include <grove/greenlet.hpp>
#include <grove/stream_server.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace grove {
namespace {

/// How long the last segment of a handshake that was answered may still be on its way, from a
/// client who is near. Who is not taken by then is reset when the door closes, and may ask again.
constexpr duration handshake_end = std::chrono::milliseconds(10);

/// Of the connection that would have been accepted, and not of the listener: accept(2).
bool is_of_one_connection(const std::error_code& error) noexcept {
    constexpr int all[] = {ECONNABORTED, EPROTO,       ENETDOWN,   ENOPROTOOPT, EHOSTDOWN, ENONET,
                           EPERM,        EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ENOTCONN};
    return std::ranges::find(all, error.value()) != std::end(all);
}

/// What a connection needs of its server; it may outlive it.
class service {
 public:
    service(stream_server::handler serve, const stream_server_options& options)
        : serve_(std::move(serve)), tls_(options.tls), handshake_(options.handshake) {}

    void operator()(socket& peer) const {
        if (!tls_ || shake_hands(peer)) serve_(peer);
    }

 private:
    /// Result: false when the client went away or said nothing, as those do that only look whether
    /// a port is open.
    [[nodiscard]] bool shake_hands(socket& peer) const {
        try {
            peer.start_tls(*tls_, handshake_);
            return true;
        } catch (const std::system_error& e) {
            if (e.code() == std::errc::connection_reset || e.code() == std::errc::timed_out)
                return false;
            throw;
        }
    }

    stream_server::handler serve_;
    std::optional<tls_server> tls_;
    duration handshake_;
};

}  // namespace

class stream_server::state final : public detail::serving {
 public:
    state(listener door, handler serve, const stream_server_options& options)
        : serving(options.most_connections, options.accepts_a_turn),
          door_(std::move(door)),
          service_(std::make_shared<const service>(std::move(serve), options)) {
        start_taking();
    }

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state() {
        const shield until_all_is_gone;
        stop(duration::zero());
    }

    [[nodiscard]] bool closed() const noexcept override { return door_.fd() < 0; }

    [[nodiscard]] endpoint local() const { return door_.local(); }

 private:
    void take() override {
        begin(door_.accept());
        took();
    }

    void take_the_last() override {
        const shield only_a_moment;
        door_.refuse_more();
        take_until(door_.local().address() ? deadline(handshake_end) : deadline::now());
    }

    void take_until(deadline until) {
        try {
            while (!workers().full()) begin(door_.accept(until));
        } catch (const std::system_error& e) {
            // Of one that has gone again, or there is no descriptor for it.
            if (is_of_one_alone(e.code())) take_until(until);
        }
    }

    void begin(socket peer) {
        std::string name = "connection from " + peer.peer().text();
        workers().spawn({.name = std::move(name)},
                        [of = service_, peer = std::move(peer)]() mutable { (*of)(peer); });
    }

    void close_door() noexcept override { door_.close(); }

    [[nodiscard]] std::string what_it_does() const override {
        return "accepting on " + door_.local().text();
    }

    [[nodiscard]] bool is_of_one_alone(const std::error_code& error) const noexcept override {
        return is_of_one_connection(error);
    }

    listener door_;
    std::shared_ptr<const service> service_;
};

stream_server::stream_server(listener door, handler serve, stream_server_options options)
    : state_(std::make_unique<state>(std::move(door), std::move(serve), options)) {}

stream_server::stream_server(const endpoint& at, handler serve, stream_server_options options)
    : stream_server(listener(at, options.listen), std::move(serve), options) {}

stream_server::stream_server(std::string_view at, handler serve, stream_server_options options)
    : stream_server(
          detail::bind_as_written("stream_server", at,
                                  [&](const endpoint& e) { return listener(e, options.listen); }),
          std::move(serve), options) {}

stream_server::~stream_server() = default;

endpoint stream_server::local() const {
    return state_->local();
}

void stream_server::stop_accepting() noexcept {
    state_->stop_taking();
}

void stream_server::start_accepting() {
    state_->start_taking();
}

void stream_server::serve_forever() {
    state_->serve_forever();
}

std::size_t stream_server::stop(duration grace) {
    return state_->stop(grace);
}

std::size_t stream_server::connections() const noexcept {
    return state_->at_work();
}

bool stream_server::closed() const noexcept {
    return state_->closed();
}

}  // namespace grove
