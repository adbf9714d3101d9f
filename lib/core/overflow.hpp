// SPDX-License-Identifier: MIT
#pragma once

/// Names the greenlet that ran over its stack before the process dies of it.

namespace grove::detail {

/// Gives the calling thread a signal stack (sized by sysconf(_SC_SIGSTKSZ): AVX-512 frames are
/// large) and, once a process, a SIGSEGV/SIGBUS handler. A fault outside a greenlet's guard pages
/// goes to the handler that was there before.
void report_overflows_of_thread();

}  // namespace grove::detail
