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
#include <sanitizer/tsan_interface.h>
#include <sys/time.h>

namespace grove::detail {

/// ThreadSanitizer leaves a signal's handler for the next watched call of the fiber that the signal
/// met: the call is made here, for a fiber that does not run again would keep the signal.
inline void tell_tsan_of_switch_to(void* fiber) noexcept {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    __tsan_switch_to_fiber(fiber, 0);
}

}  // namespace grove::detail
#endif
