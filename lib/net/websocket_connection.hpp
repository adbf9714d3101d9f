// SPDX-License-Identifier: MIT
#pragma once

#include "net/websocket_frames.hpp"
#include "net/websocket_output.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/websocket.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace grove {

/// One end of a WebSocket: what comes in, and how it ends. `frame_output` is what goes out.
class websocket::connection {
 public:
    connection(socket peer, websocket_role role, const websocket_options& options,
               std::string_view read_ahead, std::string subprotocol);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    std::optional<websocket_message> receive(deadline until);
    std::optional<websocket_piece> receive_piece(deadline until);
    void send(ws::opcode what, std::string_view payload, deadline until);
    void send_later(ws::opcode what, std::string_view payload, deadline until);
    void flush(deadline until);
    bool close(std::uint16_t code, std::string_view reason, deadline until);
    /// Closes without a word; `end` tells what was known.
    void finish() noexcept;

    [[nodiscard]] bool is_open() const noexcept { return !ended_.is_set(); }

    [[nodiscard]] std::uint64_t pongs() const noexcept { return pongs_; }

    [[nodiscard]] const websocket_end& end() const noexcept { return end_; }

    [[nodiscard]] const std::string& subprotocol() const noexcept { return subprotocol_; }

    [[nodiscard]] const socket& stream() const noexcept { return peer_; }

 private:
    class reading;

    /// Throws what `write` has thrown, or that the connection has ended meanwhile.
    template <class Write>
    void write(Write write);
    std::optional<websocket_piece> next_piece(deadline until);
    void fill(deadline until);
    void part(deadline until);
    [[noreturn]] void refuse(deadline until);
    void drain(deadline until);
    void drop_messages(deadline until);
    [[nodiscard]] deadline farewell(deadline until) const;

    socket peer_;
    ws::frame_reader reader_;
    ws::frame_output output_;
    std::string ahead_;       // read beyond the handshake, and not yet taken
    std::string message_;     // of a message in several pieces
    bool delivered_ = false;  // `message_` was, and may go
    websocket_role role_;
    bool is_read_ = false;  // by `receive` or `close`
    bool answered_ = false;
    bool closing_ = false;  // `close` reads
    duration farewell_;
    std::uint64_t pongs_ = 0;
    websocket_end end_;
    std::string subprotocol_;
    event ended_;
};

}  // namespace grove
