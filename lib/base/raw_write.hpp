// SPDX-License-Identifier: MIT
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <string_view>

namespace grove::detail {

/// write(2) by number, for signal handlers and for a process that is dying: `::write` may be the
/// patch library's, which waits in the hub. Result: as write(2). Async-signal-safe.
inline ssize_t raw_write(int fd, const void* from, std::size_t size) noexcept {
    return ::syscall(SYS_write, fd, from, size);
}

/// To stderr, as far as it goes: a failed write has no one left to tell. Async-signal-safe.
inline void say_raw(std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t n = raw_write(STDERR_FILENO, text.data(), text.size());
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace grove::detail
