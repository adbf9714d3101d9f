// SPDX-License-Identifier: MIT
#include "net/websocket_connection.hpp"

#include <grove/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace grove {
namespace {

/// What a connection keeps of the room for its messages between two of them.
constexpr std::size_t kept_room = std::size_t{16} << 10;

/// Room for a message is made as it comes, but for this much at once.
constexpr std::size_t believed_size = std::size_t{1} << 20;

using step = ws::frame_reader::step;

ws::masking read_by(websocket_role role) noexcept {
    return role == websocket_role::server ? ws::masking::required : ws::masking::forbidden;
}

ws::masking written_by(websocket_role role) noexcept {
    return role == websocket_role::client ? ws::masking::required : ws::masking::forbidden;
}

websocket_errc errc_of(std::uint16_t code) noexcept {
    if (code == ws::close_code::not_utf8) return websocket_errc::not_utf8;
    if (code == ws::close_code::too_large) return websocket_errc::too_large;
    return websocket_errc::protocol;
}

}  // namespace

/// Marks that somebody reads, for as long as it lives.
class websocket::connection::reading {
 public:
    explicit reading(bool& mark) noexcept : mark_(mark), before_(std::exchange(mark, true)) {}

    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    ~reading() { mark_ = before_; }

 private:
    bool& mark_;
    bool before_;
};

websocket::connection::connection(socket peer, websocket_role role,
                                  const websocket_options& options, std::string_view read_ahead,
                                  std::string subprotocol)
    : peer_(std::move(peer)),
      reader_(read_by(role), options.message_limit),
      output_(peer_, written_by(role)),
      ahead_(read_ahead),
      role_(role),
      farewell_(options.farewell),
      subprotocol_(std::move(subprotocol)) {}

websocket::connection::~connection() {
    if (is_open()) output_.try_close(ws::close_code::going_away);
}

std::optional<websocket_message> websocket::connection::receive(deadline until) {
    if (std::exchange(delivered_, false)) {
        message_.clear();
        if (message_.capacity() > kept_room) message_ = {};
    }
    while (const auto piece = receive_piece(until)) {
        if (piece->last && message_.empty()) return websocket_message{piece->kind, piece->data};
        if (message_.empty()) {
            const auto more = std::min<std::uint64_t>(reader_.frame_left(), believed_size);
            message_.reserve(piece->data.size() + static_cast<std::size_t>(more));
        }
        message_ += piece->data;
        if (!piece->last) continue;
        delivered_ = true;
        return websocket_message{piece->kind, message_};
    }
    return std::nullopt;
}

std::optional<websocket_piece> websocket::connection::receive_piece(deadline until) {
    if (closing_) {
        if (!ended_.wait(until)) throw_error(ETIMEDOUT, "receive");
        return std::nullopt;
    }
    const reading mark(is_read_);
    return next_piece(until);
}

std::optional<websocket_piece> websocket::connection::next_piece(deadline until) {
    while (is_open()) {
        switch (reader_.next()) {
            case step::starved:
                fill(until);
                break;
            case step::data:
                return websocket_piece{
                    reader_.is_text() ? websocket_kind::text : websocket_kind::binary,
                    reader_.payload(), reader_.last()};
            case step::ping:
                output_.answer_ping(reader_.payload());
                break;
            case step::pong:
                ++pongs_;
                break;
            case step::close:
                part(until);
                return std::nullopt;
            case step::failed:
                refuse(until);
        }
    }
    return std::nullopt;
}

/// Reads what there is; the end of the stream ends the connection.
void websocket::connection::fill(deadline until) {
    const std::span<char> room = reader_.room();
    if (!ahead_.empty()) {
        const std::size_t count = ahead_.copy(room.data(), room.size());
        reader_.filled(count);
        ahead_.erase(0, count);
        return;
    }
    try {
        output_.flush_if_free(until);
        const std::size_t count = peer_.read_some(room, until);
        if (!is_open()) return;
        if (count == 0) finish();
        reader_.filled(count);
    } catch (const std::system_error& e) {
        if (!is_open()) return;  // somebody has ended it meanwhile
        if (e.code() != std::errc::timed_out) finish();
        throw;
    }
}

/// The peer said goodbye: so do we, and the server closes first (RFC 6455 section 7.1.1).
void websocket::connection::part(deadline until) {
    const deadline last = farewell(until);
    end_ = {reader_.close_code(), std::string(reader_.payload())};
    answered_ = true;
    try {
        (void)output_.send_close(reader_.close_code(), {}, last);
        if (role_ == websocket_role::client) drain(last);
    } catch (const std::system_error&) {
        // The peer was heard; whether it hears us is no more of interest.
    } catch (...) {
        finish();
        throw;
    }
    finish();
}

/// Tells the peer what it did wrong. What it has sent meanwhile is read, for a while: a connection
/// that is closed before would be reset, and our word be lost.
void websocket::connection::refuse(deadline until) {
    const deadline last = farewell(until);
    const ws::frame_reader::refusal fault = reader_.fault();
    end_ = {fault.code, std::string(fault.reason)};
    try {
        (void)output_.send_close(fault.code, fault.reason, last);
        peer_.shutdown_write(last);
        drain(last);
    } catch (const std::system_error&) {
        // It cannot be told.
    } catch (...) {
        finish();
        throw;
    }
    finish();
    throw std::system_error(errc_of(fault.code), std::string(fault.reason));
}

/// Reads until the peer closes.
void websocket::connection::drain(deadline until) {
    std::array<char, 4096> dropped;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    while (peer_.read_some(std::span(dropped), until) != 0) {
    }
}

template <class Write>
void websocket::connection::write(Write write) {
    if (!is_open()) throw std::system_error(websocket_errc::closed, "send");
    try {
        write();
    } catch (const std::system_error&) {
        // Where the peer is gone, `receive` still finds what it has said at last.
        if (is_open()) throw;
        throw std::system_error(websocket_errc::closed, "send");
    }
}

void websocket::connection::send(ws::opcode what, std::string_view payload, deadline until) {
    write([&] { output_.send(what, payload, until); });
}

void websocket::connection::send_later(ws::opcode what, std::string_view payload, deadline until) {
    write([&] { output_.send_later(what, payload, until); });
}

void websocket::connection::flush(deadline until) {
    write([&] { output_.flush(until); });
}

bool websocket::connection::close(std::uint16_t code, std::string_view reason, deadline until) {
    const deadline last = farewell(until);
    try {
        if (is_open() && output_.send_close(code, reason, last)) {
            if (is_read_)
                (void)ended_.wait(last);
            else
                drop_messages(last);
        }
    } catch (const std::system_error&) {
        // The peer is gone, or does not answer: the connection has ended badly.
    } catch (...) {
        finish();
        throw;
    }
    finish();
    return answered_;
}

/// Until the peer says goodbye as well.
void websocket::connection::drop_messages(deadline until) {
    const reading mark(is_read_);
    const reading ours(closing_);
    while (next_piece(until)) {
    }
}

void websocket::connection::finish() noexcept {
    if (!is_open()) return;
    peer_.close();
    ended_.set();
}

deadline websocket::connection::farewell(deadline until) const {
    return std::min(until, deadline(farewell_));
}

}  // namespace grove
