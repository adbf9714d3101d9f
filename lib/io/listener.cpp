// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/fd_wait.hpp"
#include "io/socket_address.hpp"
#include "io/stream_socket.hpp"

#include <grove/error.hpp>
#include <grove/socket.hpp>

#include <linux/filter.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>

namespace grove {
namespace {

using detail::direction;
using detail::fd_wait;
using detail::socket_address;
using detail::try_or_wait;

/// Connections have them from the listener (tcp(7)). Harmless on Unix sockets, where they fail.
void set_for_connections(int door) noexcept {
    // Of what is written and not sent yet; past it the socket is not ready. The kernel would take
    // megabytes for a peer that does not read, and a thousand such peers all that TCP may have.
    constexpr int most_unsent = 128 << 10;
    detail::no_delay(door);
    ::setsockopt(door, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most_unsent, sizeof most_unsent);
}

/// accept4(2)'s.
int take_one(int door) noexcept {
    return ::accept4(door, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// TCP: their first segments (RFC 9293 section 3.1: SYN) are not let in. Shutting a TCP listener
/// would drop those who wait.
void let_no_segment_begin(int door) noexcept {
    constexpr std::uint32_t flags_at = 13;
    constexpr std::uint32_t syn = 2;
    constexpr std::uint32_t whole = ~std::uint32_t{0};
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_at),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, syn, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, whole),
    };
    const sock_fprog filter{std::size(program), program};
    ::setsockopt(door, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace

listener::listener(const endpoint& at, listen_options options) {
    const socket_address address(at);
    wait_ = std::make_unique<fd_wait>(detail::new_stream_socket(address));
    const int one = 1;
    ::setsockopt(fd(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (options.share_port) {
        if (::setsockopt(fd(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0) {
            throw_errno("setsockopt SO_REUSEPORT");
        }
    }
    set_for_connections(fd());
    if (::bind(fd(), address.raw(), address.length()) != 0) throw_errno("bind", at.text());
    if (::listen(fd(), options.backlog) != 0) throw_errno("listen", at.text());
}

listener::listener(int fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
        throw_errno("listen", "descriptor " + std::to_string(fd));
    if (listens == 0)
        throw_error(EINVAL, "listen", "descriptor " + std::to_string(fd) + " (it does not listen)");
    wait_ = std::make_unique<fd_wait>(fd);
    set_for_connections(fd);
}

listener::listener(listener&&) noexcept = default;
listener& listener::operator=(listener&&) noexcept = default;
listener::~listener() = default;

socket listener::accept(deadline until) {
    constexpr std::size_t never_short = 0;  // a descriptor's number says nothing of what is left
    return socket(
        static_cast<int>(try_or_wait(*wait_, direction::read, never_short, until, "accept", {},
                                     [&]() -> ssize_t { return take_one(wait_->fd()); })));
}

std::optional<socket> listener::try_accept() {
    while (wait_->may_try(direction::read)) {
        const int accepted = take_one(wait_->fd());
        if (accepted >= 0) return socket(accepted);
        if (errno == EAGAIN) {
            wait_->exhausted(direction::read);
            break;
        }
        if (errno != EINTR) throw_errno("accept");
    }
    return std::nullopt;
}

void listener::refuse_more() noexcept {
    socket_address bound;
    if (::getsockname(fd(), bound.raw(), bound.size()) != 0) return;
    if (bound.family() == AF_UNIX) {
        ::shutdown(fd(), SHUT_RD);
    } else {
        let_no_segment_begin(fd());
    }
}

endpoint listener::local() const {
    return socket_address::of_call(::getsockname, fd(), "getsockname");
}

int listener::fd() const noexcept {
    return wait_ ? wait_->fd() : -1;
}

void listener::close() noexcept {
    if (wait_) wait_->close();
}

}  // namespace grove
