// SPDX-License-Identifier: MIT
#include "cmd/common/rate_limiter.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace grove::cmd {

namespace {

constexpr double nanoseconds_a_second = 1e9;
constexpr std::size_t smallest_read = std::size_t{16} << 10;

duration from_seconds(double seconds) noexcept {
    constexpr double longest = 3e9;  // about 95 years; keeps every sum here inside 64 bits
    return duration(std::llround(std::min(seconds, longest) * nanoseconds_a_second));
}

}  // namespace

event_pacer::event_pacer(double per_second, double burst)
    : spacing_(from_seconds(1.0 / per_second)),
      slack_(from_seconds(std::max(0.0, burst - 1.0) / per_second)) {}

void event_pacer::take(deadline now) noexcept {
    full_at_ = std::max(full_at_, now.since_epoch()) + spacing_;
}

rate_limiter::rate_limiter(double bytes_per_second, std::size_t burst) : rate_(bytes_per_second) {
    if (burst == 0) {
        burst = std::max(smallest_read, static_cast<std::size_t>(std::min(rate_ / 10, 1e15)));
    }
    window_ = cost(burst);
}

duration rate_limiter::cost(std::size_t bytes) const noexcept {
    return from_seconds(static_cast<double>(bytes) / rate_);
}

deadline rate_limiter::charge(std::size_t bytes, deadline now) noexcept {
    const auto time = now.since_epoch();
    paid_until_ = std::max(paid_until_, time) + cost(bytes);
    return deadline::at(std::max(paid_until_ - window_, time));
}

}  // namespace grove::cmd
