// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/fd_wait.hpp"
#include "io/socket_address.hpp"
#include "io/stream_socket.hpp"
#include "io/tls_stream.hpp"

#include <grove/error.hpp>
#include <grove/socket.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace grove {

using detail::direction;
using detail::fd_wait;
using detail::new_stream_socket;
using detail::no_delay;
using detail::socket_address;
using detail::try_or_wait;

socket::socket(int fd) : wait_(std::make_unique<fd_wait>(fd)) {}

socket::socket(std::unique_ptr<fd_wait> wait) noexcept : wait_(std::move(wait)) {}

socket::socket(socket&&) noexcept = default;

socket& socket::operator=(socket&& other) noexcept {
    if (this == &other) return *this;
    close();
    tls_ = std::move(other.tls_);  // before what it waits on
    wait_ = std::move(other.wait_);
    buffer_ = std::move(other.buffer_);
    begin_ = std::exchange(other.begin_, 0);
    return *this;
}

socket::~socket() {
    close();
}

socket socket::connect(const endpoint& to, deadline until) {
    socket made(new_stream_socket(socket_address(to)));
    made.reach(to, until);
    return made;
}

socket socket::connect_from(const endpoint& local, const endpoint& to, deadline until) {
    const socket_address from(local);
    socket made(new_stream_socket(from));
    if (::bind(made.fd(), from.raw(), from.length()) != 0) throw_errno("bind", local.text());
    made.reach(to, until);
    return made;
}

void socket::reach(const endpoint& to, deadline until) {
    const socket_address address(to);
    no_delay(fd());
    if (::connect(fd(), address.raw(), address.length()) == 0) return;
    const std::string object = to.text();
    if (errno != EINPROGRESS) throw_errno("connect", object);
    wait_->exhausted(direction::write);
    int error = 0;
    try {
        wait_->wait(direction::write, until, "connect");
    } catch (const std::system_error& e) {
        throw_error(e.code().value(), "connect", object);
    }
    socklen_t size = sizeof error;
    if (::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) throw_error(error, "connect", object);
}

socket socket::connect(const endpoint& to, deadline until, std::error_code& error) {
    error.clear();
    try {
        return connect(to, until);
    } catch (const std::system_error& e) {
        error = e.code();
        return socket(std::unique_ptr<fd_wait>());
    }
}

std::pair<socket, socket> socket::pair() {
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
        throw_errno("socketpair");
    }
    return {socket(fds[0]), socket(fds[1])};
}

std::size_t socket::take_buffered(std::span<std::byte> into) {
    const std::size_t n = std::min(into.size(), buffer_.size() - begin_);
    std::memcpy(into.data(), buffer_.data() + begin_, n);
    begin_ += n;
    if (begin_ == buffer_.size()) {
        buffer_.clear();
        begin_ = 0;
    }
    return n;
}

std::size_t socket::receive(std::span<std::byte> into, deadline until) {
    if (tls_) return tls_->read(into, until);
    return try_or_wait(*wait_, direction::read, into.size(), until, "recv", {},
                       [&] { return ::recv(wait_->fd(), into.data(), into.size(), 0); });
}

std::size_t socket::read_some(std::span<std::byte> into, deadline until) {
    if (into.empty()) return 0;
    if (!buffer_.empty()) return take_buffered(into);
    return receive(into, until);
}

std::optional<std::size_t> socket::try_read_some(std::span<std::byte> into) {
    if (into.empty()) return 0;
    if (!buffer_.empty()) return take_buffered(into);
    if (tls_) return tls_->try_read(into);
    while (wait_->may_try(direction::read)) {
        const ssize_t n = ::recv(wait_->fd(), into.data(), into.size(), 0);
        if (n >= 0) {
            if (static_cast<std::size_t>(n) < into.size()) wait_->exhausted(direction::read);
            return static_cast<std::size_t>(n);
        }
        if (errno == EAGAIN) {
            wait_->exhausted(direction::read);
            break;
        }
        if (errno != EINTR) throw_errno("recv");
    }
    return std::nullopt;
}

void socket::wait_readable(deadline until) {
    if (!buffer_.empty()) return;
    if (tls_) return tls_->wait_readable(until);
    if (!wait_->may_try(direction::read)) wait_->wait(direction::read, until, "recv");
}

void socket::read_exactly(std::span<std::byte> into, deadline until) {
    std::size_t came = 0;
    try {
        while (came < into.size()) {
            const std::size_t n = read_some(into.subspan(came), until);
            if (n == 0) throw_error(ECONNRESET, "recv", "the stream ended early");
            came += n;
        }
    } catch (...) {
        // The buffer is empty: nothing else is read from the socket before that.
        buffer_.assign(reinterpret_cast<const char*>(into.data()), came);
        throw;
    }
}

std::string socket::read_line(deadline until, std::size_t longest) {
    std::size_t searched = begin_;
    for (;;) {
        const std::size_t end = buffer_.find('\n', searched);
        const std::size_t length = (end == std::string::npos ? buffer_.size() : end + 1) - begin_;
        if (length > longest) throw_error(EMSGSIZE, "read_line");
        std::string line(length, '\0');
        const auto take = [&] {
            take_buffered(std::as_writable_bytes(std::span(line)));
            return line;
        };
        if (end != std::string::npos) return take();
        std::array<char, 4096> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        const std::size_t n = receive(std::as_writable_bytes(std::span(piece)), until);
        if (n == 0) return take();
        buffer_.erase(0, begin_);  // lines already taken
        begin_ = 0;
        searched = buffer_.size();
        buffer_.append(piece.data(), n);
    }
}

void socket::write_all(std::span<const std::byte> bytes, deadline until) {
    if (tls_) return tls_->write_all(bytes, until);
    while (!bytes.empty()) {
        const std::size_t n = try_or_wait(
            *wait_, direction::write, bytes.size(), until, "send", {},
            [&] { return ::send(wait_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        bytes = bytes.subspan(n);
    }
}

void socket::shutdown_write(deadline until) {
    if (tls_) return tls_->shutdown_write(until);
    if (::shutdown(fd(), SHUT_WR) != 0) throw_errno("shutdown");
}

void socket::abort() noexcept {
    const linger at_once{1, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (wait_) wait_->close();
}

void socket::close() noexcept {
    if (tls_ && is_open()) tls_->part();
    if (wait_) wait_->close();
}

bool socket::is_open() const noexcept {
    return wait_ != nullptr && wait_->fd() >= 0;
}

int socket::fd() const noexcept {
    return wait_ ? wait_->fd() : -1;
}

endpoint socket::local() const {
    return socket_address::of_call(::getsockname, fd(), "getsockname");
}

endpoint socket::peer() const {
    return socket_address::of_call(::getpeername, fd(), "getpeername");
}

}  // namespace grove
