// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
/// `read_exactly`: what came stays in the socket's buffer. `write_all` and its like: partly done;
/// the stream is unusable for what comes after. `connect`: the socket is gone.
/// TLS (grove/tls.hpp) is a state of a socket; what differs then is said there where it does.
/// Threads: the hub's own.

namespace grove {

class tls_client;
class tls_server;
struct tls_info;

namespace detail {
class fd_wait;
class tls_stream;
}  // namespace detail

/// What comes behind a write. With more to come at once, the kernel may keep a segment that is not
/// full until it does, for 200 ms at most.
enum class followed_by : std::uint8_t { nothing, more };

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

    /// What has come already, at least a byte; never waits. Result: 0 at the end of the stream,
    /// nothing when nothing has come since the hub last looked: it looks when greenlets wait or
    /// yield, so that a read that took all there was costs no system call here.
    [[nodiscard]] std::optional<std::size_t> try_read_some(std::span<std::byte> into);

    [[nodiscard]] std::optional<std::size_t> try_read_some(std::span<char> into) {
        return try_read_some(std::as_writable_bytes(into));
    }

    /// Waits until `try_read_some` may find something: for who has no room of its own to keep while
    /// nothing comes. Interrupted: nothing happened.
    void wait_readable(deadline until = never);

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

    /// As `write_all` of the pieces, one behind another, in one system call while the kernel has
    /// room; under TLS in as few records as hold them.
    void write_gathered(std::span<const std::string_view> pieces, deadline until = never,
                        followed_by next = followed_by::nothing);

    /// What the kernel takes at once; never waits. Result: 0 when it takes nothing.
    /// Throws, besides: `std::logic_error` under TLS, where a record that was begun must be ended.
    [[nodiscard]] std::size_t try_write_some(std::string_view bytes);

    /// Writes `length` bytes of a file from `offset` on, without a copy through this process where
    /// there is no TLS; the file's own position stays. What is not in memory is read from the disk
    /// meanwhile, and the hub waits for it.
    /// Throws, besides: `errc::io_error` when the file is shorter than that; what came before was
    /// sent.
    void send_file(int file, std::uint64_t offset, std::uint64_t length, deadline until = never);

    /// No more will be written: the peer reads an end of stream. Under TLS it is told so by a
    /// close_notify, which may have to wait for room; the connection below stays open both ways.
    void shutdown_write(deadline until = never);

    /// Makes the TLS handshake as a client. `server_name` is what the certificate must be for: a
    /// name, which the server is also told (SNI), or an address, which it is not (RFC 6066 section
    /// 3). Names are written as they are in the DNS (`xn--`); empty only where nothing is verified.
    /// Blocks until both sides are done, except that a TLS 1.3 server may refuse our certificate
    /// later: the first read tells then.
    /// Throws: `std::system_error` with a `tls_errc`, `errc::connection_reset` when the peer ends
    /// the connection, or `errc::timed_out`; `tls_errc::read_ahead` when plain text is left in the
    /// buffer, where anybody between may have put it to be taken for the peer's own;
    /// `std::invalid_argument` for a bad name; `std::logic_error` when it has TLS already. Whatever
    /// is thrown, the socket is closed; the peer is told why by an alert if that can be sent at
    /// once. Interrupted: likewise.
    void start_tls(const tls_client& with, std::string_view server_name,
                   deadline handshake_until = never);
    /// As above, as a server.
    void start_tls(const tls_server& with, deadline handshake_until = never);

    [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }

    /// What the handshake has come to. Throws: `std::logic_error` without TLS.
    [[nodiscard]] tls_info tls() const;

    /// Ends both directions with a reset (SO_LINGER 0), as a broken peer would.
    void abort() noexcept;
    /// Under TLS the peer is sent a close_notify if it can be sent at once, and if the last
    /// `write_all` was not cut off: a peer must not take half a message for a whole one.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

    [[nodiscard]] endpoint local() const;
    [[nodiscard]] endpoint peer() const;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;

 private:
    explicit socket(std::unique_ptr<detail::fd_wait> wait) noexcept;
    void reach(const endpoint& to, deadline until);
    std::size_t receive(std::span<std::byte> into, deadline until);
    void shake_hands(std::unique_ptr<detail::tls_stream> stream, deadline until);
    std::size_t take_buffered(std::span<std::byte> into);

    std::unique_ptr<detail::fd_wait> wait_;
    std::unique_ptr<detail::tls_stream> tls_;  // null: plain
    std::string buffer_;                       // read ahead by read_line
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
    /// Takes a descriptor that listens already, from whoever started the program; it is made
    /// non-blocking, for all who share it. Throws: `std::system_error` (EINVAL) when it does not.
    explicit listener(int fd);
    listener(listener&&) noexcept;
    listener& operator=(listener&&) noexcept;
    ~listener();

    /// The next connection, TCP_NODELAY set, with at most 128 KiB written and not sent (tcp(7):
    /// TCP_NOTSENT_LOWAT) before writes park. Throws: `std::system_error`; EMFILE and ENFILE leave
    /// the connection in the backlog.
    [[nodiscard]] socket accept(deadline until = never);
    /// One that has connected already; nothing when there is none. Never waits.
    [[nodiscard]] std::optional<socket> try_accept();
    /// Nobody can connect any more, while those who have can still be accepted: for who is about to
    /// close and leaves none of them behind.
    void refuse_more() noexcept;

    [[nodiscard]] endpoint local() const;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;
    void close() noexcept;

 private:
    std::unique_ptr<detail::fd_wait> wait_;
};

}  // namespace grove
