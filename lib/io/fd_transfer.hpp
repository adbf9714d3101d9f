// SPDX-License-Identifier: MIT
#pragma once

#include "io/fd_wait.hpp"

#include <grove/deadline.hpp>
#include <grove/error.hpp>

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

/// What pipes and files share on descriptors that are waited for in the hub.

namespace grove::detail {

/// write(2), or pwritev2(2) with `flags`, without SIGPIPE: EPIPE is all.
ssize_t write_quietly(int fd, const void* bytes, std::size_t size, int flags = 0) noexcept;

/// Tries, and parks when there is nothing. `attempt` returns what the system call returned; a
/// result below `wanted` says that nothing is left. 0 for what may give less than it has: a
/// terminal gives a line at a time.
template <class Attempt>
std::size_t try_or_wait(fd_wait& on, direction d, std::size_t wanted, deadline until,
                        const char* name, std::string_view object, Attempt attempt) {
    for (;;) {
        while (on.may_try(d)) {
            const ssize_t n = attempt();
            if (n >= 0) {
                if (static_cast<std::size_t>(n) < wanted) on.exhausted(d);
                return static_cast<std::size_t>(n);
            }
            if (errno == EAGAIN) {
                on.exhausted(d);
                break;
            }
            if (errno != EINTR) throw_errno(name, object);
        }
        on.wait(d, until, name, object);
    }
}

}  // namespace grove::detail
