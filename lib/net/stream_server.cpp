// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/error.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/pool.hpp>
#include <grove/stream_server.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace grove {
namespace {

constexpr duration first_pause = std::chrono::milliseconds(10);
constexpr duration longest_pause = std::chrono::seconds(1);

bool is_shortage(const std::error_code& error) noexcept {
    return error == std::errc::too_many_files_open ||
           error == std::errc::too_many_files_open_in_system ||
           error == std::errc::no_buffer_space || error == std::errc::not_enough_memory;
}

/// Of the connection that would have been accepted, and not of the listener: accept(2).
bool is_of_one_connection(const std::error_code& error) noexcept {
    constexpr int all[] = {ECONNABORTED, EPROTO, ENETDOWN,     ENOPROTOOPT, EHOSTDOWN,
                           ENONET,       EPERM,  EHOSTUNREACH, EOPNOTSUPP,  ENETUNREACH};
    return std::ranges::find(all, error.value()) != std::end(all);
}

listener listen_on(std::string_view text, const listen_options& options) {
    const std::string port(text.starts_with("*:") ? text.substr(1) : std::string_view());
    const auto at = endpoint::parse(port.empty() ? text : "[::]" + port);
    if (!at) {
        throw std::invalid_argument("stream_server " + std::string(text) +
                                    ": write ADDRESS:PORT, :PORT, *:PORT or unix:/PATH");
    }
    try {
        return listener(*at, options);
    } catch (const std::system_error& e) {
        // A machine without IPv6 has but one kind.
        if (port.empty() || e.code() != std::errc::address_family_not_supported) throw;
        return listener(endpoint::parse(port).value(), options);
    }
}

}  // namespace

class stream_server::state {
 public:
    state(listener door, handler serve, const stream_server_options& options)
        : door_(std::move(door)),
          serve_(std::make_shared<const handler>(std::move(serve))),
          accepts_a_turn_(std::max<std::size_t>(options.accepts_a_turn, 1)),
          connections_(options.most_connections) {
        start_accepting();
    }

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state() {
        const shield until_all_is_gone;
        stop(duration::zero());
    }

    /// The handle is taken out first: its end waits, and another greenlet may come here meanwhile.
    void stop_accepting() noexcept { const greenlet<void> killed = std::move(acceptor_); }

    void start_accepting() {
        if (closed() || (acceptor_.valid() && !acceptor_.ready())) return;
        acceptor_ =
            spawn({.name = "accepting on " + door_.local().text()}, [this] { accept_all(); });
    }

    void serve_forever() {
        ended_.wait();
        if (failure_) std::rethrow_exception(failure_);
    }

    std::size_t stop(duration grace) {
        stop_accepting();
        door_.close();
        const std::uint32_t me = this_greenlet::id();
        if (connections_.contains(me)) connections_.discard(me).detach();
        std::size_t killed = 0;
        const on_exit in_any_case([this] {
            const shield until_they_are_gone;
            connections_.kill();
            ended_.set();
        });
        if (!connections_.join(grace)) killed = connections_.size();
        return killed;
    }

    [[nodiscard]] bool closed() const noexcept { return door_.fd() < 0; }

    [[nodiscard]] endpoint local() const { return door_.local(); }

    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

 private:
    void accept_all() {
        for (std::size_t in_a_row = 0;;) {
            connections_.wait_available();
            try {
                begin(door_.accept());
            } catch (const std::system_error& e) {
                if (!survive(e)) return;
            }
            if (++in_a_row < accepts_a_turn_) continue;
            in_a_row = 0;
            yield();
        }
    }

    void begin(socket peer) {
        pause_ = duration::zero();
        std::string name = "connection from " + peer.peer().text();
        connections_.spawn({.name = std::move(name)},
                           [serve = serve_, peer = std::move(peer)]() mutable { (*serve)(peer); });
    }

    /// Result: false when nothing more can be accepted.
    bool survive(const std::system_error& error) {
        if (is_of_one_connection(error.code()) || error.code() == std::errc::not_connected)
            return true;
        if (!is_shortage(error.code())) {
            failure_ = std::current_exception();
            door_.close();
            ended_.set();
            return false;
        }
        if (pause_ == duration::zero())
            detail::hub_core::of_thread().report_error(this_greenlet::name(),
                                                       std::current_exception());
        pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
        sleep_for(pause_);
        return true;
    }

    listener door_;
    std::shared_ptr<const handler> serve_;  // of connections that outlive the server too
    std::size_t accepts_a_turn_;
    duration pause_{};
    event ended_;
    std::exception_ptr failure_;
    pool connections_;
    greenlet<void> acceptor_;  // last: it uses the others
};

stream_server::stream_server(listener door, handler serve, stream_server_options options)
    : state_(std::make_unique<state>(std::move(door), std::move(serve), options)) {}

stream_server::stream_server(const endpoint& at, handler serve, stream_server_options options)
    : stream_server(listener(at, options.listen), std::move(serve), options) {}

stream_server::stream_server(std::string_view at, handler serve, stream_server_options options)
    : stream_server(listen_on(at, options.listen), std::move(serve), options) {}

stream_server::~stream_server() = default;

endpoint stream_server::local() const {
    return state_->local();
}

void stream_server::stop_accepting() noexcept {
    state_->stop_accepting();
}

void stream_server::start_accepting() {
    state_->start_accepting();
}

void stream_server::serve_forever() {
    state_->serve_forever();
}

std::size_t stream_server::stop(duration grace) {
    return state_->stop(grace);
}

std::size_t stream_server::connections() const noexcept {
    return state_->connections();
}

bool stream_server::closed() const noexcept {
    return state_->closed();
}

}  // namespace grove
