// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// ZeroMQ sockets whose waits are greenlet waits; libgrove-zmq.so (`grove::zmq` in CMake), on
/// libzmq. For messages between programs without a broker; for a stream of bytes take
/// `grove::socket`.
///
///     grove::zmq::socket work(grove::zmq::kind::pull);
///     work.connect("tcp://127.0.0.1:5557");
///     while (auto job = work.receive(1s)) handle(job->text());
///
/// Each call is tried first and parks only when libzmq would block. One greenlet may send while
/// another receives; two that send, or two that receive, are an error that names both. Whoever
/// never has to wait lets the other greenlets run every hundredth message.
/// Errors: `std::system_error` whose text names the call; codes of libzmq's own (EFSM: not this
/// socket's turn, ETERM) are of `category()`. Closing a socket wakes whoever waits on it with
/// EBADF.
/// Interrupted (a kill or a timeout scope): a message was sent or received wholly, with all its
/// parts, or not at all.
/// Threads: a socket is the hub's that made it. All sockets of a process share one context, so
/// `inproc://` reaches other threads; it lives as long as there is a socket.

namespace grove::zmq {

/// Of errors that only libzmq has.
[[nodiscard]] GROVE_API const std::error_category& category() noexcept;

/// One part of a message. Move-only; what was moved from is empty.
class GROVE_API message {
 public:
    message() noexcept;
    /// A copy of `text`. Throws: `std::bad_alloc`.
    explicit message(std::string_view text);
    /// So many bytes, to be filled in. Throws: `std::bad_alloc`.
    explicit message(std::size_t size);
    message(message&& other) noexcept;
    message& operator=(message&& other) noexcept;
    ~message();

    [[nodiscard]] std::span<std::byte> bytes() noexcept;
    [[nodiscard]] std::string_view text() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    /// Another part of the same message follows.
    [[nodiscard]] bool more() const noexcept;

 private:
    friend class socket;

    alignas(void*) std::byte raw_[64];  // zmq_msg_t
};

/// zmq_socket(3).
enum class kind : std::uint8_t { pair, pub, sub, req, rep, dealer, router, pull, push, xpub, xsub };

struct socket_options {
    int send_high_water = 1000;     ///< messages a peer may be behind; 0: no limit
    int receive_high_water = 1000;  ///< messages kept of a peer; 0: no limit
    /// How long what was sent may still leave after the socket has gone. The thread that ends the
    /// process's last socket waits for it.
    duration linger = std::chrono::seconds(1);
    std::string identity = {};          ///< by which a router knows this socket
    bool immediate = false;             ///< only to peers whose connection is up
    std::int64_t largest_message = -1;  ///< bytes of a message that comes in; -1: no limit
};

class GROVE_API socket {
 public:
    /// Throws: `std::system_error` (EMFILE).
    explicit socket(kind what, const socket_options& options = {});
    socket(socket&&) noexcept;
    socket& operator=(socket&&) noexcept;
    ~socket();

    /// `tcp://127.0.0.1:*`, `ipc:///path`, `inproc://name`. Result: the endpoint as it is, with the
    /// port that was chosen. Throws: `std::system_error` naming the endpoint.
    std::string bind(const std::string& endpoint);
    /// Does not wait for the peer, which may come later. Throws: as `bind`.
    void connect(const std::string& endpoint);
    /// Takes `bind`'s result. Throws: as `bind`.
    void unbind(const std::string& endpoint);
    void disconnect(const std::string& endpoint);

    /// For a sub: messages that begin with `prefix`; empty: all.
    void subscribe(std::string_view prefix);
    void unsubscribe(std::string_view prefix);

    /// Waits for room at a peer. Result: false, and `what` is as it was, when `until` came first.
    bool send(message&& what, deadline until = never);
    bool send(std::string_view text, deadline until = never);
    /// All parts as one message. Result: false, and nothing was sent, when `until` came first.
    bool send(std::span<message> parts, deadline until = never);

    /// The next part, of a message of one or the first of several: the others are there too.
    /// Result: nothing when `until` came first.
    [[nodiscard]] std::optional<message> receive(deadline until = never);
    /// A whole message. Result: empty when `until` came first.
    [[nodiscard]] std::vector<message> receive_all(deadline until = never);

    /// Waits until there is something to receive (room to send). Result: false when `until` came
    /// first. Interrupted: nothing happened.
    bool wait(deadline until = never);
    bool wait_writable(deadline until = never);

    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

 private:
    class state;
    std::shared_ptr<state> state_;  // whoever waits keeps it
};

}  // namespace grove::zmq
