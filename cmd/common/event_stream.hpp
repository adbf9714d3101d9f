// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

/// Reads the stream of server-sent events (HTML Living Standard, section 9.2): bytes in, events
/// out. A codec: no hub, no socket.

namespace grove::cmd {

struct stream_event {
    std::string name;  ///< `event:`; empty: a message
    std::string data;
    std::string id;  ///< the last that was given so far

    friend bool operator==(const stream_event&, const stream_event&) = default;
};

class event_stream {
 public:
    static constexpr std::size_t most = std::size_t{1} << 20;  ///< bytes of an event, or of a line

    /// Throws: `std::system_error` (`errc::message_size`) above `most`.
    void feed(std::string_view bytes);

    /// The next whole event; nothing: more bytes are needed.
    [[nodiscard]] std::optional<stream_event> next();

    /// To be sent as Last-Event-ID when the connection is made again.
    [[nodiscard]] const std::string& last_id() const noexcept { return id_; }

    /// How long the server wants to be left alone before that.
    [[nodiscard]] const std::optional<duration>& retry() const noexcept { return retry_; }

    /// The stream has ended: what was not whole is dropped, the id stays.
    void restart() noexcept;

 private:
    void take_line(std::string_view line);
    void take_field(std::string_view name, std::string_view value);

    std::string line_;
    bool after_return_ = false;  // a line feed that comes now belongs to it
    bool first_ = true;          // no line was read: it may begin with a byte order mark
    std::string name_;
    std::string data_;
    std::string id_;
    std::optional<duration> retry_;
    std::deque<stream_event> ready_;
};

}  // namespace grove::cmd
