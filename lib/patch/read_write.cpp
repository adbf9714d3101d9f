// SPDX-License-Identifier: MIT
#include "patch/transfer.hpp"
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>

using grove::detail::libc;
using grove::detail::may_wait;

/// `read` and `write` and their kin. The names and types are the C library's.

extern "C" {

GROVE_API ssize_t read(int fd, void* into, size_t size) {
    if (!may_wait()) return libc().read(fd, into, size);
    const iovec one{into, size};
    return grove::detail::read_into(fd, &one, 1);
}

GROVE_API ssize_t readv(int fd, const iovec* into, int count) {
    if (!may_wait()) return libc().readv(fd, into, count);
    return grove::detail::read_into(fd, into, count);
}

GROVE_API ssize_t write(int fd, const void* from, size_t size) {
    if (!may_wait()) return libc().write(fd, from, size);
    const iovec one{const_cast<void*>(from), size};
    return grove::detail::write_from(fd, &one, 1);
}

GROVE_API ssize_t writev(int fd, const iovec* from, int count) {
    if (!may_wait()) return libc().writev(fd, from, count);
    return grove::detail::write_from(fd, from, count);
}

GROVE_API ssize_t __read_chk(int fd, void* into, size_t size, size_t room) {
    if (size > room) __chk_fail();
    return ::read(fd, into, size);
}

}  // extern "C"
