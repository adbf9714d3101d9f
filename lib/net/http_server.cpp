// SPDX-License-Identifier: MIT
#include "net/server_core.hpp"
#include "net/session.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_server.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace grove {
namespace {

constexpr duration for_the_idle = std::chrono::milliseconds(100);

}  // namespace

class http_server::state {
 public:
    template <class At>
    state(At&& at, http_server::handler answer, http_server_options options)
        : core_(std::make_shared<http::server_core>(std::move(answer), std::move(options))),
          streams_(
              std::forward<At>(at),
              [core = core_](socket& peer) { http::session(peer, core).serve(); },
              core_->options().stream) {}

    state(const state&) = delete;
    state& operator=(const state&) = delete;

    ~state() { core_->begin_to_drain(); }

    [[nodiscard]] stream_server& streams() noexcept { return streams_; }

    std::size_t stop(duration grace) {
        core_->begin_to_drain();
        auto closing = spawn({.name = "closing idle connections"},
                             [core = core_, after = std::min(grace, for_the_idle)] {
                                 sleep_for(after);
                                 core->close_idle();
                             });
        return streams_.stop(grace);
    }

 private:
    std::shared_ptr<http::server_core> core_;
    stream_server streams_;
};

http_server::http_server(const endpoint& at, handler answer, http_server_options options)
    : state_(std::make_unique<state>(at, std::move(answer), std::move(options))) {}

http_server::http_server(std::string_view at, handler answer, http_server_options options)
    : state_(std::make_unique<state>(at, std::move(answer), std::move(options))) {}

http_server::http_server(listener door, handler answer, http_server_options options)
    : state_(std::make_unique<state>(std::move(door), std::move(answer), std::move(options))) {}

http_server::~http_server() = default;

endpoint http_server::local() const {
    return state_->streams().local();
}

void http_server::serve_forever() {
    state_->streams().serve_forever();
}

std::size_t http_server::stop(duration grace) {
    return state_->stop(grace);
}

std::size_t http_server::connections() const noexcept {
    return state_->streams().connections();
}

bool http_server::closed() const noexcept {
    return state_->streams().closed();
}

}  // namespace grove
