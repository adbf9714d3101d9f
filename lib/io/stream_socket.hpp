// SPDX-License-Identifier: MIT
#pragma once

#include "io/socket_address.hpp"

#include <grove/error.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

/// How the descriptors of stream sockets are made.

namespace grove::detail {

/// Harmless on Unix sockets, where it fails.
inline void no_delay(int fd) noexcept {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

inline int new_stream_socket(const socket_address& like) {
    const int fd = ::socket(like.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_errno("socket");
    return fd;
}

}  // namespace grove::detail
