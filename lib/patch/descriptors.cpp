// SPDX-License-Identifier: MIT
#include "io/poll_table.hpp"
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>

#include <sys/syscall.h>

/// What ends descriptors, and one call that waits for a child by one. Nothing is remembered of a
/// descriptor, so `dup`, `fcntl` and `ioctl` need no part in this: whoever waits for one that is
/// about to be closed is woken, and that is all.

namespace grove::detail {
namespace {

/// Waits until the child has ended, or may have.
int until_child_ends(pid_t child) {
    const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    if (handle < 0) return 0;
    const int error = wait_for(handle, POLLIN, never);
    libc().close(handle);
    return error;
}

}  // namespace
}  // namespace grove::detail

using grove::detail::libc;
using grove::detail::may_wait;
using grove::detail::poll_table;

extern "C" {

GROVE_API int close(int fd) {
    poll_table::closing(fd);
    return libc().close(fd);
}

GROVE_API int dup2(int from, int to) noexcept {
    if (from != to) poll_table::closing(to);
    return libc().dup2(from, to);
}

GROVE_API int dup3(int from, int to, int flags) noexcept {
    if (from != to) poll_table::closing(to);
    return libc().dup3(from, to, flags);
}

/// One child that is to end; anything else is libc's.
GROVE_API pid_t waitpid(pid_t child, int* status, int options) {
    if (!may_wait() || child <= 0 || options != 0) return libc().waitpid(child, status, options);
    const pid_t ended = libc().waitpid(child, status, WNOHANG);
    if (ended != 0) return ended;
    const int before = errno;
    if (const int error = grove::detail::until_child_ends(child))
        return grove::detail::fail_with(error);
    errno = before;
    return libc().waitpid(child, status, options);
}

}  // extern "C"
