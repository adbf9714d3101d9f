// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/destination.hpp"
#include "cmd/poll/follow/event_stream.hpp"
#include "cmd/poll/poll_options.hpp"

#include <grove/deadline.hpp>
#include <grove/socket.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace grove {
class http_connection;
}

/// One connection of `--follow` after the other: what a server sends, message by message.
///
/// - A WebSocket's messages are messages.
/// - Of an answer that is `text/event-stream` they are its events.
/// - Of any other answer each line of the body is one, as it comes, and so is what is left at its
///   end; then it is asked for again, which is what long polls are for.

namespace grove::cmd {

struct followed_message {
    std::string_view data;
    std::string_view event = {};  ///< of an event that has a name
    std::string_view id = {};     ///< of an event that has one
};

/// The server has said that there is nothing to follow: asking again would bring the same.
class not_followed : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class follow_client {
 public:
    /// Gets each message; must not park for longer than the server may be kept waiting.
    using listener = std::function<void(const followed_message&)>;

    /// Blocks: the thread, on the files that the options name.
    /// Throws: `std::invalid_argument`, `std::system_error`.
    follow_client(const poll_options& options, listener heard);

    /// Connects, and gives each message to the listener until the answer or the connection ends.
    /// Result: how long to leave the server alone now.
    /// Throws: `std::system_error` when it fails; `not_followed`. Interrupted: the connection is
    /// closed.
    [[nodiscard]] duration follow_once();

 private:
    [[nodiscard]] socket connect();
    [[nodiscard]] duration follow_http(deadline begun);
    void follow_websocket();
    void follow_events(http_connection& from);
    void follow_lines(http_connection& from);
    void hear_line(std::string_view line);

    const poll_options& options_;
    listener heard_;
    target place_;
    destination to_;
    std::string body_;
    event_stream events_;
    bool was_events_ = false;
};

}  // namespace grove::cmd
