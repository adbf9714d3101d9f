// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/destination.hpp"
#include "cmd/common/event_stream.hpp"

#include <grove/deadline.hpp>
#include <grove/socket.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace grove {
class http_connection;
}

/// One connection after the other to who sends without end: what it sends, message by message.
///
/// - A WebSocket's messages are messages.
/// - Of an answer that is `text/event-stream` they are its events.
/// - Of any other answer each line of the body is one, as it comes, and so is what is left at its
///   end; who wants the bytes themselves gets those instead.

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

struct follow_request {
    const http_options& http;
    target place;      ///< http, https, ws or wss
    duration timeout;  ///< to connect, and to open a WebSocket
};

/// How a connection has ended that did not fail.
struct followed_end {
    duration pause;  ///< to leave the server alone before it is asked again
    /// Nothing is missing: a body that is no stream of events came to its end, or a WebSocket was
    /// closed as one that has served its purpose (1000).
    bool is_whole;
};

class follow_client {
 public:
    /// Gets each message; must not park for longer than the server may be kept waiting.
    using listener = std::function<void(const followed_message&)>;
    /// Gets the pieces of a body that is no stream of events, as they come.
    using body_listener = std::function<void(std::string_view)>;

    /// `what.http` must outlive it. Without `bytes` the lines of such a body are messages.
    /// Blocks: the thread, on the files that the options name.
    /// Throws: `std::invalid_argument`, `std::system_error`.
    follow_client(follow_request what, listener heard, body_listener bytes = {});

    /// Connects, and gives what comes to the listeners until the answer or the connection ends.
    /// Throws: `std::system_error` when it fails; `not_followed`. Interrupted: the connection is
    /// closed.
    [[nodiscard]] followed_end follow_once();

    /// There was a WebSocket or a stream of events: where it fails, it can be gone on with.
    [[nodiscard]] bool is_endless() const noexcept { return is_endless_; }

 private:
    [[nodiscard]] socket connect();
    [[nodiscard]] followed_end follow_http(deadline begun);
    [[nodiscard]] followed_end follow_websocket();
    void follow_events(http_connection& from);
    void follow_body(http_connection& from);
    void take_lines(std::string_view piece);
    void hear_line(std::string_view line);

    follow_request what_;
    listener heard_;
    body_listener bytes_;
    destination to_;
    std::string body_;  // of the request
    std::string line_;  // that has begun
    event_stream events_;
    bool is_endless_ = false;
};

/// A message as one item that ends in `end`: where it holds that itself, it is written as an escape
/// (`\n`, `\0`), and without carriage returns where items are lines.
[[nodiscard]] std::string message_item(std::string_view data, char end = '\n');

}  // namespace grove::cmd
