// SPDX-License-Identifier: MIT
#pragma once

#include <netdb.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <ctime>

/// The C library's own functions, beneath ours of the same names. The sources of this folder
/// define `::read` and the like; to call one is to call ourselves, so they call `libc().read`.

// The names that programs compiled with _FORTIFY_SOURCE call; glibc declares them only there.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
ssize_t __read_chk(int fd, void* into, size_t size, size_t room);
ssize_t __recv_chk(int fd, void* into, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void* into, size_t size, size_t room, int flags, sockaddr* from,
                       socklen_t* length);
int __poll_chk(pollfd* descriptors, nfds_t count, int timeout, size_t room);
int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask,
                size_t room);
[[noreturn]] void __chk_fail();
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

/// A macro, for the list is needed as fields, as names and as addresses.
#define GROVE_PATCHED_CALLS(CALL) \
    CALL(__poll_chk)              \
    CALL(__ppoll_chk)             \
    CALL(__read_chk)              \
    CALL(__recv_chk)              \
    CALL(__recvfrom_chk)          \
    CALL(accept)                  \
    CALL(accept4)                 \
    CALL(clock_nanosleep)         \
    CALL(close)                   \
    CALL(connect)                 \
    CALL(dup2)                    \
    CALL(dup3)                    \
    CALL(getaddrinfo)             \
    CALL(gethostbyname)           \
    CALL(nanosleep)               \
    CALL(poll)                    \
    CALL(ppoll)                   \
    CALL(pselect)                 \
    CALL(read)                    \
    CALL(readv)                   \
    CALL(recv)                    \
    CALL(recvfrom)                \
    CALL(recvmsg)                 \
    CALL(select)                  \
    CALL(send)                    \
    CALL(sendmsg)                 \
    CALL(sendto)                  \
    CALL(sleep)                   \
    CALL(usleep)                  \
    CALL(waitpid)                 \
    CALL(write)                   \
    CALL(writev)

namespace grove::detail {

struct libc_calls {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration
#define GROVE_FIELD(name) decltype(&::name) name;
    GROVE_PATCHED_CALLS(GROVE_FIELD)
#undef GROVE_FIELD
};

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): filled once, when loaded
extern std::atomic<bool> libc_is_known;
extern libc_calls known_libc;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
void find_libc() noexcept;

/// Known since the library was loaded; a call from an even earlier constructor looks itself.
inline const libc_calls& libc() noexcept {
    if (!libc_is_known.load(std::memory_order_acquire)) [[unlikely]]
        find_libc();
    return known_libc;
}

}  // namespace grove::detail
