// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/fd_wait.hpp"
#include "io/socket_address.hpp"

#include <grove/datagram_socket.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace grove {

using detail::direction;
using detail::fd_wait;
using detail::socket_address;
using detail::try_or_wait;

namespace {

constexpr std::size_t never_short = 0;  // a message's length says nothing of what is left

int new_socket(const socket_address& like) {
    const int fd = ::socket(like.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_errno("socket");
    return fd;
}

void set_flag(int fd, int option, const char* call) {
    const int one = 1;
    if (::setsockopt(fd, SOL_SOCKET, option, &one, sizeof one) != 0) throw_errno(call);
}

/// Of a Unix socket whose peer is full and to which it is not connected: epoll tells nothing of
/// that peer.
class peer_pause {
 public:
    explicit peer_pause(deadline until) noexcept : until_(until) {}

    void wait(const std::string& object) {
        if (until_.expired()) throw_error(ETIMEDOUT, "sendto", object);
        sleep_until(std::min(until_, deadline(pause_)));
        pause_ = std::min(pause_ * 2, longest);
    }

 private:
    static constexpr duration longest = std::chrono::milliseconds(20);

    deadline until_;
    duration pause_ = std::chrono::microseconds(100);
};

}  // namespace

datagram_socket::datagram_socket(const socket_address& like, datagram_options options)
    : wait_(std::make_unique<fd_wait>(new_socket(like))) {
    if (options.share_port) set_flag(fd(), SO_REUSEPORT, "setsockopt SO_REUSEPORT");
    if (options.broadcast) set_flag(fd(), SO_BROADCAST, "setsockopt SO_BROADCAST");
}

datagram_socket::datagram_socket(const endpoint& at, datagram_options options)
    : datagram_socket(socket_address(at), options) {
    const socket_address address(at);
    if (::bind(fd(), address.raw(), address.length()) != 0) throw_errno("bind", at.text());
}

datagram_socket::datagram_socket(datagram_socket&&) noexcept = default;
datagram_socket& datagram_socket::operator=(datagram_socket&&) noexcept = default;
datagram_socket::~datagram_socket() = default;

datagram_socket datagram_socket::connected(const endpoint& to, datagram_options options) {
    datagram_socket made(socket_address(to), options);
    made.connect(to);
    return made;
}

void datagram_socket::connect(const endpoint& to) {
    const socket_address address(to);
    if (::connect(fd(), address.raw(), address.length()) != 0) throw_errno("connect", to.text());
}

datagram datagram_socket::receive(std::span<std::byte> into, deadline until) {
    socket_address from;
    iovec room{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    message.msg_name = from.raw();
    const std::size_t whole =
        try_or_wait(*wait_, direction::read, never_short, until, "recvmsg", {}, [&] {
            message.msg_namelen = sizeof(sockaddr_storage);
            return ::recvmsg(wait_->fd(), &message, MSG_TRUNC);
        });
    *from.size() = message.msg_namelen;
    return {std::min(whole, into.size()), whole, from.decoded()};
}

void datagram_socket::send_to(std::span<const std::byte> message, const endpoint& to,
                              deadline until) {
    const socket_address address(to);
    const std::string object = to.text();
    const bool other_is_waited_for = address.family() == AF_UNIX;
    peer_pause pause(until);
    const auto attempt = [&] {
        return ::sendto(fd(), message.data(), message.size(), MSG_NOSIGNAL, address.raw(),
                        address.length());
    };
    while (other_is_waited_for) {
        if (attempt() >= 0) return;
        if (errno == EAGAIN)
            pause.wait(object);
        else if (errno != EINTR)
            throw_errno("sendto", object);
    }
    try_or_wait(*wait_, direction::write, never_short, until, "sendto", object, attempt);
}

void datagram_socket::send(std::span<const std::byte> message, deadline until) {
    try_or_wait(*wait_, direction::write, never_short, until, "send", {},
                [&] { return ::send(wait_->fd(), message.data(), message.size(), MSG_NOSIGNAL); });
}

void datagram_socket::close() noexcept {
    if (wait_) wait_->close();
}

bool datagram_socket::is_open() const noexcept {
    return wait_ != nullptr && wait_->fd() >= 0;
}

int datagram_socket::fd() const noexcept {
    return wait_ ? wait_->fd() : -1;
}

endpoint datagram_socket::local() const {
    return socket_address::of_call(::getsockname, fd(), "getsockname");
}

endpoint datagram_socket::peer() const {
    return socket_address::of_call(::getpeername, fd(), "getpeername");
}

}  // namespace grove
