// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

/// Datagram sockets, UDP and Unix, whose waits are greenlet waits: a message arrives whole, or not
/// at all. For a stream take `grove::socket`.
///
///     grove::datagram_socket door(*grove::endpoint::parse("127.0.0.1:0"));
///     std::array<std::byte, 1500> room;
///     const grove::datagram got = door.receive(room);
///     door.send_to(std::span(room).first(got.size), got.from);
///
/// Each call is tried first and parks only when the kernel has nothing. One greenlet may receive
/// while another sends; two that receive, or two that wait to send, are an error that names both.
/// Closing a socket wakes whoever waits on it with EBADF. One that was moved from may not be used.
/// Errors: `std::system_error` whose text names the call and the peer; a deadline that passes is
/// `errc::timed_out`, a message that is too large (UDP: 65,507 bytes over IPv4) `message_size`.
/// Interrupted: nothing was received or sent.
/// Threads: the hub's own.

namespace grove {

namespace detail {
class fd_wait;
class socket_address;
}  // namespace detail

/// What `receive` has put into its room.
struct datagram {
    std::size_t size = 0;   ///< bytes in the room
    std::size_t whole = 0;  ///< bytes that were sent; more than `size`: the rest is lost
    endpoint from = {};     ///< an unnamed Unix socket is told as one

    [[nodiscard]] bool truncated() const noexcept { return whole > size; }
};

struct datagram_options {
    bool share_port = false;  ///< SO_REUSEPORT: a socket for each hub on one port
    bool broadcast = false;   ///< may send to broadcast addresses (SO_BROADCAST)
};

class GROVE_API datagram_socket {
 public:
    /// Bound there; port 0 picks one, and `local()` tells which.
    /// Throws: `std::system_error` naming the address.
    explicit datagram_socket(const endpoint& at, datagram_options options = {});
    datagram_socket(datagram_socket&&) noexcept;
    datagram_socket& operator=(datagram_socket&&) noexcept;
    ~datagram_socket();

    /// Sends to and receives from `to` alone, from an address that the kernel chooses; a Unix
    /// socket has none then, and gets no answers. UDP: when nobody listens there, a later call
    /// throws `errc::connection_refused`. Does not wait. Throws: `std::system_error`.
    [[nodiscard]] static datagram_socket connected(const endpoint& to,
                                                   datagram_options options = {});
    /// Likewise for a socket that is bound.
    void connect(const endpoint& to);

    /// The next message; an empty one is none of a closed peer.
    datagram receive(std::span<std::byte> into, deadline until = never);

    datagram receive(std::span<char> into, deadline until = never) {
        return receive(std::as_writable_bytes(into), until);
    }

    /// Waits for room in the kernel, of a Unix socket's peer too.
    void send_to(std::span<const std::byte> message, const endpoint& to, deadline until = never);

    void send_to(std::string_view message, const endpoint& to, deadline until = never) {
        send_to(std::as_bytes(std::span(message)), to, until);
    }

    /// To whom it is connected. Throws, besides: `errc::destination_address_required`.
    void send(std::span<const std::byte> message, deadline until = never);

    void send(std::string_view message, deadline until = never) {
        send(std::as_bytes(std::span(message)), until);
    }

    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

    [[nodiscard]] endpoint local() const;
    /// Throws: `errc::not_connected`.
    [[nodiscard]] endpoint peer() const;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;

 private:
    datagram_socket(const detail::socket_address& like, datagram_options options);

    std::unique_ptr<detail::fd_wait> wait_;
};

}  // namespace grove
