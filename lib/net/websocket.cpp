// SPDX-License-Identifier: MIT
#include "net/utf8_check.hpp"
#include "net/websocket_connection.hpp"

#include <grove/websocket.hpp>

#include <stdexcept>
#include <utility>

namespace grove {
namespace {

class category final : public std::error_category {
 public:
    [[nodiscard]] const char* name() const noexcept override { return "websocket"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<websocket_errc>(code)) {
            case websocket_errc::protocol:
                return "the peer broke the WebSocket protocol";
            case websocket_errc::not_utf8:
                return "the peer sent a text that is not UTF-8";
            case websocket_errc::too_large:
                return "the peer sent a message above the limit";
            case websocket_errc::closed:
                return "the WebSocket is closed";
            case websocket_errc::cut_off:
                return "a message before was cut off";
            case websocket_errc::refused:
                return "the server did not open a WebSocket";
            case websocket_errc::handshake:
                return "the opening handshake failed";
        }
        return "unknown error";
    }
};

/// Throws: `std::invalid_argument` for a text that is none.
ws::opcode opcode_of(websocket_kind kind, std::string_view data) {
    if (kind == websocket_kind::binary) return ws::opcode::binary;
    if (!is_utf8(data)) throw std::invalid_argument("send: a text must be UTF-8");
    return ws::opcode::text;
}

}  // namespace

const std::error_category& websocket_category() noexcept {
    static const category one;
    return one;
}

websocket::websocket(socket peer, websocket_role role, websocket_options options,
                     std::string_view read_ahead, std::string subprotocol)
    : connection_(std::make_unique<connection>(std::move(peer), role, options, read_ahead,
                                               std::move(subprotocol))) {}

websocket::websocket(websocket&&) noexcept = default;
websocket& websocket::operator=(websocket&&) noexcept = default;
websocket::~websocket() = default;

std::optional<websocket_message> websocket::receive(deadline until) {
    return connection_->receive(until);
}

std::optional<websocket_piece> websocket::receive_piece(deadline until) {
    return connection_->receive_piece(until);
}

void websocket::send(websocket_kind kind, std::string_view data, deadline until) {
    connection_->send(opcode_of(kind, data), data, until);
}

void websocket::send_later(websocket_kind kind, std::string_view data, deadline until) {
    connection_->send_later(opcode_of(kind, data), data, until);
}

void websocket::flush(deadline until) {
    connection_->flush(until);
}

void websocket::ping(std::string_view payload, deadline until) {
    if (payload.size() > ws::largest_control)
        throw std::invalid_argument("ping: a payload has 125 bytes at most");
    connection_->send(ws::opcode::ping, payload, until);
}

std::uint64_t websocket::pongs() const noexcept {
    return connection_->pongs();
}

bool websocket::close(std::uint16_t code, std::string_view reason, deadline until) {
    if (!ws::is_close_code(code))
        throw std::invalid_argument("close: a code from 1000 to 4999 that may be sent");
    if (!is_utf8(reason)) throw std::invalid_argument("close: a reason must be UTF-8");
    return connection_->close(code, reason, until);
}

void websocket::abort() noexcept {
    connection_->finish();
}

bool websocket::is_open() const noexcept {
    return connection_->is_open();
}

const websocket_end& websocket::end() const noexcept {
    return connection_->end();
}

const std::string& websocket::subprotocol() const noexcept {
    return connection_->subprotocol();
}

const socket& websocket::stream() const noexcept {
    return connection_->stream();
}

}  // namespace grove
