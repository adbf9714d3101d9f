// SPDX-License-Identifier: MIT
#pragma once

#include <grove/datagram_socket.hpp>
#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// A server of datagrams, UDP or Unix: a greenlet a message.
///
///     grove::datagram_server echo(":7", [](grove::datagram_request& asked) {
///         asked.answer(asked.message());
///     });
///     echo.serve_forever();
///
/// Messages begin in the order in which they came. What a function throws is told as an error of a
/// greenlet named after the sender, and ends nothing else. While as many functions run as may, no
/// more is received: messages wait in the kernel's buffer, and it drops those that do not fit.
/// On a machine with several addresses, a server of all of them answers from the one that the
/// kernel chooses, and some clients refuse that: listen on one.
/// To use several cores: a server on each hub, with `share_port`.
/// Threads: the hub's own.

namespace grove {

struct datagram_server_options {
    std::size_t most_at_once = 10'000;  ///< functions that run
    /// Begun before other greenlets run.
    std::size_t receives_a_turn = 100;
    /// Bytes. What is longer is dropped and told of; of UDP nothing is.
    std::size_t message_limit = std::size_t{64} << 10;
    datagram_options socket = {};
};

/// A message, and the way back.
class GROVE_API datagram_request {
 public:
    [[nodiscard]] std::string_view message() const noexcept { return message_; }

    [[nodiscard]] const endpoint& from() const noexcept { return from_; }

    /// Sends to `from()`, as often as one likes. Waits for room in the kernel, and while others
    /// wait for it. Throws: `std::system_error`, `errc::timed_out` among them, and for a Unix
    /// client without a name of its own; `errc::bad_file_descriptor` when the server has ended.
    /// Interrupted: nothing was sent.
    void answer(std::string_view message, deadline until = never);

 private:
    friend class datagram_server;
    class line;
    datagram_request(std::shared_ptr<line> back, std::string message, endpoint from);

    std::shared_ptr<line> back_;
    std::string message_;
    endpoint from_;
};

class GROVE_API datagram_server {
 public:
    using handler = std::function<void(datagram_request& asked)>;

    /// Binds, and starts to receive. Messages do not begin before the caller waits.
    /// Throws: `std::system_error` naming the address.
    datagram_server(const endpoint& at, handler serve, datagram_server_options options = {});
    /// `127.0.0.1:53`, `[::1]:53`, `:53` (every IPv4 address), `*:53` (every address, of both
    /// kinds), `unix:/path`. Throws, besides: `std::invalid_argument`.
    datagram_server(std::string_view at, handler serve, datagram_server_options options = {});
    datagram_server(const datagram_server&) = delete;
    datagram_server& operator=(const datagram_server&) = delete;
    /// `stop(0s)`.
    ~datagram_server();

    /// Where it receives; port 0 has become a number. Throws: `std::system_error` once it is
    /// closed.
    [[nodiscard]] endpoint local() const;

    /// Waits until `stop` has ended the server. Interrupted: throws; the server goes on.
    /// Throws: `std::system_error` when the socket has failed for good.
    void serve_forever();

    /// Receives no more, waits for the functions, which can still answer, and kills those that are
    /// left after `grace`. A second call waits as well. One by a function of the server's does not
    /// wait for itself. Result: how many were killed. Interrupted: those that are left are killed.
    std::size_t stop(duration grace = std::chrono::seconds(1));

    /// Functions that run.
    [[nodiscard]] std::size_t at_work() const noexcept;
    [[nodiscard]] bool closed() const noexcept;

 private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace grove
