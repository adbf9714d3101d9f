// SPDX-License-Identifier: MIT
#pragma once

#include "net/websocket_frames.hpp"

#include <grove/deadline.hpp>
#include <grove/mutex.hpp>
#include <grove/socket.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grove::ws {

/// Keys that nobody can foretell (RFC 6455 section 5.3), fetched from the kernel by the dozen.
class mask_source {
 public:
    /// Throws: `std::system_error`.
    [[nodiscard]] mask_key next();

 private:
    std::array<mask_key, 64> keys_{};
    std::size_t used_ = keys_.size();
};

/// What one end of a WebSocket writes: frames of many greenlets, each message whole. A message that
/// is cut off leaves nothing but to close.
class frame_output {
 public:
    /// `masks`: a client's.
    frame_output(socket& to, masking frames) noexcept : to_(to), masking_(frames) {}

    /// Waits for its turn, and until it is written. Throws: `std::system_error`.
    void send(opcode what, std::string_view payload, deadline until);
    /// As above, but what is small is left for who writes next, until much has gathered.
    void send_later(opcode what, std::string_view payload, deadline until);

    /// Leaves a pong for who writes next. While
    /// another writes, only the last is kept (section 5.5.3). Never blocks.
    void answer_ping(std::string_view payload);

    /// Writes what was left for later.
    void flush(deadline until);
    /// As above, unless somebody is writing: he takes it along.
    void flush_if_free(deadline until);

    /// The last frame of all; once is enough. Result: false when it cannot be sent, because a frame
    /// was cut off.
    bool send_close(std::uint16_t code, std::string_view reason, deadline until);

    /// As far as it can be done at once.
    void try_close(std::uint16_t code) noexcept;

    /// A close frame was sent.
    [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
    [[nodiscard]] std::optional<mask_key> new_key();
    void take_turn(deadline until);
    void check() const;
    void add(opcode what, std::string_view payload, deadline until);
    void write_left(deadline until);
    void write(std::string_view behind, deadline until);
    void write_masked(std::string_view payload, mask_key key, deadline until);

    socket& to_;
    mutex turn_{"websocket's turn to send"};
    std::string out_;  // belongs to who has the turn, else to who answers pings
    std::optional<std::string> late_pong_;  // came while another was writing
    mask_source masks_;
    masking masking_;
    bool cut_off_ = false;  // or being written
    bool closed_ = false;
};

}  // namespace grove::ws
