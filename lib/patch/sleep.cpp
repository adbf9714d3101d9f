// SPDX-License-Identifier: MIT
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>
#include <grove/greenlet.hpp>

#include <algorithm>
#include <chrono>

/// The sleeps. In a greenlet they end early by an interruption alone.

namespace grove::detail {
namespace {

bool is_valid(const timespec* time) noexcept {
    return time != nullptr && time->tv_sec >= 0 && time->tv_nsec >= 0 &&
           time->tv_nsec < 1'000'000'000;
}

duration duration_of(const timespec& time) noexcept {
    constexpr std::chrono::seconds longest(9'000'000'000);
    return std::min(std::chrono::seconds(time.tv_sec), longest) +
           std::chrono::nanoseconds(time.tv_nsec);
}

timespec timespec_of(duration time) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
}

/// Result: 0 or the number for `errno`; `left` is what was not slept then.
int sleep_and_tell(duration time, duration& left) {
    const int before = errno;
    const deadline until(time);
    const int error = error_of([&] { time > duration::zero() ? sleep_until(until) : yield(); });
    left = error == 0 ? duration::zero() : until.remaining();
    errno = before;
    return error;
}

/// An absolute time as one from now; a clock that cannot be read gives nothing.
std::optional<duration> from_now(clockid_t clock, const timespec& when) noexcept {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) return std::nullopt;
    return duration_of(when) - duration_of(now);
}

int clock_sleep(clockid_t clock, int flags, const timespec& time, timespec* rest) {
    duration left{};
    if ((flags & TIMER_ABSTIME) == 0) {
        const int error = sleep_and_tell(duration_of(time), left);
        if (error != 0 && rest != nullptr) *rest = timespec_of(left);
        return error;
    }
    for (;;) {  // again when the clock was set back meanwhile
        const auto ahead = from_now(clock, time);
        if (!ahead) return EINVAL;
        if (*ahead <= duration::zero()) return 0;
        if (const int error = sleep_and_tell(*ahead, left)) return error;
    }
}

}  // namespace
}  // namespace grove::detail

using grove::duration;
using grove::detail::libc;
using grove::detail::may_wait;

extern "C" {

GROVE_API unsigned int sleep(unsigned int seconds) {
    if (!may_wait()) return libc().sleep(seconds);
    duration left{};
    grove::detail::sleep_and_tell(std::chrono::seconds(seconds), left);
    return static_cast<unsigned int>(std::chrono::ceil<std::chrono::seconds>(left).count());
}

GROVE_API int usleep(useconds_t microseconds) {
    if (!may_wait()) return libc().usleep(microseconds);
    duration left{};
    const int error = grove::detail::sleep_and_tell(std::chrono::microseconds(microseconds), left);
    return error == 0 ? 0 : grove::detail::fail_with(error);
}

GROVE_API int nanosleep(const timespec* time, timespec* rest) {
    if (!may_wait() || !grove::detail::is_valid(time)) return libc().nanosleep(time, rest);
    const int error = grove::detail::clock_sleep(CLOCK_MONOTONIC, 0, *time, rest);
    return error == 0 ? 0 : grove::detail::fail_with(error);
}

GROVE_API int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
    const bool ordinary = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
    if (!may_wait() || !ordinary || !grove::detail::is_valid(time))
        return libc().clock_nanosleep(clock, flags, time, rest);
    return grove::detail::clock_sleep(clock, flags, *time, rest);
}

}  // extern "C"
