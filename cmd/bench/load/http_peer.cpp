// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_peer.hpp"

#include <grove/http_connection.hpp>

#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

class peer final : public load_peer {
 public:
    peer(socket connected, http_asked what) : to_(std::move(connected)), what_(what) {}

    load_answer ask(std::string_view request, deadline until) override {
        to_.send(request, until);
        const http_answer& got = to_.receive(until, what_);
        if (!to_.rest().empty())
            throw std::system_error(http_errc::malformed, "bytes that nobody asked for");
        return {.status = got.status,
                .bytes_in = got.wire_size,
                .first_byte = got.first_byte,
                .last_byte = got.last_byte,
                .reusable = got.keep_alive};
    }

 private:
    http_connection to_;
    http_asked what_;
};

}  // namespace

std::unique_ptr<load_peer> http_peer(socket connected, asks_head head) {
    return std::make_unique<peer>(
        std::move(connected), head == asks_head::yes ? http_asked::head : http_asked::with_body);
}

}  // namespace grove::cmd
