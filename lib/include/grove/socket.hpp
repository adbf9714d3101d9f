// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// Stream sockets, TCP and Unix, whose waits are greenlet waits.
///
///     grove::listener door(*grove::endpoint::parse("127.0.0.1:0"));
///     auto server = grove::spawn([&] {
///         grove::socket peer = door.accept();
///         for (std::string line; !(line = peer.read_line()).empty();) peer.write_all(line);
///     });
///
/// Each call is tried first and parks only when the kernel has nothing. One greenlet may read while
/// another writes; two readers, or two writers, are an error that names both. Closing a socket
/// wakes whoever waits on it with EBADF. One that was moved from is closed, and so is what a failed
/// `connect` gives beside its code: neither may be read or written.
/// Errors: `std::system_error` whose text names the call and the peer; a deadline that passes is
/// `errc::timed_out`. End of stream is no error: 0 bytes, or what came before it.
/// Interrupted (a kill or a timeout scope): `read_some`, `accept`: nothing happened. `read_line`,
/// `read_exactly`: what came stays in the socket's buffer. `write_all`: partly done; the stream is
/// unusable for what comes after. `connect`: the socket is gone.
/// Threads: the hub's own.

namespace grove {

namespace detail {
class fd_wait;
}

class GROVE_API socket {
 public:
    /// Takes an open, connected descriptor; it is made non-blocking. Throws: `std::system_error`.
    explicit socket(int fd);
    socket(socket&&) noexcept;
    socket& operator=(socket&&) noexcept;
    ~socket();

    /// TCP_NODELAY is set. Throws: `std::system_error` (refused, unreachable, timed out).
    [[nodiscard]] static socket connect(const endpoint& to, deadline until = never);
    [[nodiscard]] static socket connect(const endpoint& to, deadline until, std::error_code& error);
    /// From a local address; port 0: any.
    [[nodiscard]] static socket connect_from(const endpoint& local, const endpoint& to,
                                             deadline until = never);
    /// Two connected Unix sockets.
    [[nodiscard]] static std::pair<socket, socket> pair();

    /// What there is, at least a byte. Result: 0 at the end of the stream.
    std::size_t read_some(std::span<std::byte> into, deadline until = never);

    std::size_t read_some(std::span<char> into, deadline until = never) {
        return read_some(std::as_writable_bytes(into), until);
    }

    /// Fills `into`. Throws, besides: `errc::connection_reset` when the stream ends inside it. What
    /// came before an error stays in the buffer.
    void read_exactly(std::span<std::byte> into, deadline until = never);
    /// Up to and with the line feed; at the end of the stream what is left, then an empty text.
    /// Throws, besides: `errc::message_size` for a line above `longest`; it stays in the buffer.
    [[nodiscard]] std::string read_line(deadline until = never,
                                        std::size_t longest = std::size_t{64} << 10);

    /// All of it; the deadline is for the whole.
    void write_all(std::span<const std::byte> bytes, deadline until = never);

    void write_all(std::string_view bytes, deadline until = never) {
        write_all(std::as_bytes(std::span(bytes)), until);
    }

    /// No more will be written: the peer reads an end of stream.
    void shutdown_write();
    /// Ends both directions with a reset (SO_LINGER 0), as a broken peer would.
    void abort() noexcept;
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

    [[nodiscard]] endpoint local() const;
    [[nodiscard]] endpoint peer() const;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;

 private:
    explicit socket(std::unique_ptr<detail::fd_wait> wait) noexcept;
    void reach(const endpoint& to, deadline until);
    std::size_t take_buffered(std::span<std::byte> into);

    std::unique_ptr<detail::fd_wait> wait_;
    std::string buffer_;  // read ahead by read_line
    std::size_t begin_ = 0;
};

struct listen_options {
    int backlog = 1024;
    bool share_port = false;  ///< SO_REUSEPORT: a listener for each hub on one port
};

/// A socket that connections come in at.
class GROVE_API listener {
 public:
    /// Port 0 picks one; `local()` tells which. Throws: `std::system_error` naming the address.
    explicit listener(const endpoint& at, listen_options options = {});
    listener(listener&&) noexcept;
    listener& operator=(listener&&) noexcept;
    ~listener();

    /// The next connection, TCP_NODELAY set. Throws: `std::system_error`; EMFILE and ENFILE leave
    /// the connection in the backlog.
    [[nodiscard]] socket accept(deadline until = never);

    [[nodiscard]] endpoint local() const;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;
    void close() noexcept;

 private:
    std::unique_ptr<detail::fd_wait> wait_;
};

}  // namespace grove
