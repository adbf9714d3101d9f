// SPDX-License-Identifier: MIT
#include "patch/transfer.hpp"
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>

using grove::detail::libc;
using grove::detail::may_wait;

/// The `recv` and `send` families. The names and types are the C library's.

namespace {

/// These flags make a call return at once, whatever the descriptor.
bool waits(int flags) noexcept {
    return (flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)) == 0 && may_wait();
}

}  // namespace

extern "C" {

GROVE_API ssize_t recv(int fd, void* into, size_t size, int flags) {
    if (!waits(flags)) return libc().recv(fd, into, size, flags);
    iovec one{into, size};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    return grove::detail::receive(fd, message, flags);
}

GROVE_API ssize_t recvfrom(int fd, void* into, size_t size, int flags, sockaddr* from,
                           socklen_t* length) {
    if (!waits(flags)) return libc().recvfrom(fd, into, size, flags, from, length);
    iovec one{into, size};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    message.msg_name = from;
    message.msg_namelen = from != nullptr && length != nullptr ? *length : 0;
    const ssize_t n = grove::detail::receive(fd, message, flags);
    if (n >= 0 && from != nullptr && length != nullptr) *length = message.msg_namelen;
    return n;
}

GROVE_API ssize_t recvmsg(int fd, msghdr* message, int flags) {
    if (!waits(flags)) return libc().recvmsg(fd, message, flags);
    return grove::detail::receive(fd, *message, flags);
}

GROVE_API ssize_t send(int fd, const void* from, size_t size, int flags) {
    if (!waits(flags & ~MSG_OOB)) return libc().send(fd, from, size, flags);
    iovec one{const_cast<void*>(from), size};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    return grove::detail::transmit(fd, message, flags);
}

GROVE_API ssize_t sendto(int fd, const void* from, size_t size, int flags, const sockaddr* to,
                         socklen_t length) {
    if (!waits(flags & ~MSG_OOB)) return libc().sendto(fd, from, size, flags, to, length);
    iovec one{const_cast<void*>(from), size};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    message.msg_name = const_cast<sockaddr*>(to);
    message.msg_namelen = to != nullptr ? length : 0;
    return grove::detail::transmit(fd, message, flags);
}

GROVE_API ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    if (!waits(flags & ~MSG_OOB)) return libc().sendmsg(fd, message, flags);
    return grove::detail::transmit(fd, *message, flags);
}

GROVE_API ssize_t __recv_chk(int fd, void* into, size_t size, size_t room, int flags) {
    if (size > room) __chk_fail();
    return ::recv(fd, into, size, flags);
}

// NOLINTNEXTLINE(readability-function-size): the parameters are glibc's
GROVE_API ssize_t __recvfrom_chk(int fd, void* into, size_t size, size_t room, int flags,
                                 sockaddr* from, socklen_t* length) {
    if (size > room) __chk_fail();
    return ::recvfrom(fd, into, size, flags, from, length);
}

}  // extern "C"
