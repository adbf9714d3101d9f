// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <string>
#include <type_traits>
#include <vector>

/// libgrove-patch.so: blocking C clients, unmodified, that give way to the hub. Link it
/// (`grove::patch` in CMake) before the clients' libraries, or preload it:
///
///     auto g = grove::spawn({.stack = grove::stack_size::kib_256}, [&] {
///         redisCommand(client, "BLPOP jobs 0");      // the other greenlets run meanwhile
///     });
///
/// What is intercepted is `patched()`: the calls that wait on sockets and pipes, poll and select,
/// the sleeps, names to addresses, waitpid for one child, close and dup2. It is in place before
/// main; there is no moment to patch at and nothing to restore.
///
/// In a greenlet, on a descriptor that is left blocking, a call is tried without blocking and waits
/// in the hub. Nothing is remembered of a descriptor, and F_GETFL tells what the program has set:
/// only for the length of one `connect` or `accept` system call O_NONBLOCK is set besides, which
/// another thread or process that shares the descriptor could see.
/// Everywhere else (the main greenlet, other threads, the child after a fork, non-blocking
/// descriptors, files) the call is libc's own.
/// Limits: SO_RCVTIMEO, SO_SNDTIMEO and a call's own timeout hold. A signal ends no wait in a
/// greenlet, and a handler must call nothing that may wait. `ppoll` and `pselect` with a signal
/// mask are libc's own. Names are taken as complete first; search domains and nsswitch.conf are
/// asked for what grove's resolver does not find.
/// Errors: as libc's, by return value and errno; never an exception.
/// Interrupted: the call fails with ECANCELED (a kill) or ETIMEDOUT (a timeout scope), a `send` or
/// MSG_WAITALL that was partly done gives what was done, and the interruption is thrown at the
/// next wait that is grove's own. A timeout whose scope ends before that is forgotten.
/// Threads: any.
///
/// Tested unmodified against their servers: hiredis, libpq, libcurl's easy interface, plain C.
/// Not covered, for they do not pass through these symbols: stdio on sockets (libc calls itself),
/// raw system calls, io_uring, mutexes and other futex waits, file I/O, terminals, `wait` and
/// `waitpid` for any child, `system` and `popen`; and descriptors closed by `fclose` or
/// `close_range` while another greenlet waits for them.

namespace grove {

/// One name that the library intercepts.
struct patched_call {
    std::string name;
    std::string object;  ///< the file that the name resolves to, as the loader knows it
    bool ours = false;   ///< that file is libgrove-patch.so
};

/// What is intercepted and how it resolves in this process, in the order of the alphabet.
[[nodiscard]] GROVE_API std::vector<patched_call> patched();

/// Result: whether every name resolves to the library. Calling it keeps the library where the
/// linker drops what seems unused (--as-needed).
GROVE_API bool patch() noexcept;

namespace detail {
[[nodiscard]] GROVE_API void* original_of(void* function) noexcept;
}

/// The function as it would be without the library: `grove::original(&::connect)` blocks the
/// thread. One that is not intercepted is given back.
template <class F>
requires std::is_function_v<F>

[[nodiscard]] F* original(F* function) noexcept {
    return reinterpret_cast<F*>(detail::original_of(reinterpret_cast<void*>(function)));
}

}  // namespace grove
