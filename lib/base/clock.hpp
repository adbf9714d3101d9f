// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>

/// The thread's idea of now. A simulation points `virtual_now` at its own time; elsewhere it is
/// null and the kernel's monotonic clock answers.

namespace grove::detail {

extern thread_local constinit const std::int64_t* virtual_now;

inline std::int64_t kernel_now() noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

inline std::int64_t clock_now() noexcept {
    return virtual_now == nullptr ? kernel_now() : *virtual_now;
}

}  // namespace grove::detail
