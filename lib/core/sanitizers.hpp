// SPDX-License-Identifier: MIT
#pragma once

/// Which sanitizer this build runs under, told the same way for g++ and clang.

#if defined(__SANITIZE_ADDRESS__)
#define GROVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GROVE_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define GROVE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GROVE_TSAN 1
#endif
#endif

#ifdef GROVE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef GROVE_TSAN
#include <poll.h>
#include <sanitizer/tsan_interface.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace grove::detail {

/// The kernel's signal set, a bit each.
using tsan_signal_mask = std::uint64_t;

/// Result: the mask before.
inline tsan_signal_mask hold_tsan_signals() noexcept {
    constexpr auto bit = [](int number) { return tsan_signal_mask{1} << (number - 1); };
    const tsan_signal_mask all_but_faults =
        ~(bit(SIGSEGV) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGABRT));
    tsan_signal_mask former = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all_but_faults, &former, sizeof former);
    return former;
}

inline void let_tsan_signals_come(tsan_signal_mask former) noexcept {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, nullptr, sizeof former);
}

inline thread_local tsan_signal_mask mask_before_tsan_switch = 0;

/// ThreadSanitizer leaves a signal's handler for the next watched call of the fiber that the signal
/// met: the call is made here, for a fiber that does not run again would keep the signal, and no
/// signal arrives from then on until `arrive_on_tsan_fiber`.
inline void tell_tsan_of_switch_to(void* fiber) noexcept {
    mask_before_tsan_switch = hold_tsan_signals();
    timeval now{};
    ::gettimeofday(&now, nullptr);
    __tsan_switch_to_fiber(fiber, 0);
}

/// The first thing done by the fiber that `tell_tsan_of_switch_to` named.
inline void arrive_on_tsan_fiber() noexcept {
    let_tsan_signals_come(mask_before_tsan_switch);
}

/// For the fiber that runs and is to wait for the kernel. ThreadSanitizer makes its place for a
/// fiber's signals at the first call that may block, and loses the signal that arrives meanwhile.
inline void make_place_for_tsan_signals() noexcept {
    const tsan_signal_mask former = hold_tsan_signals();
    ::poll(nullptr, 0, 0);
    let_tsan_signals_come(former);
}

}  // namespace grove::detail
#endif
