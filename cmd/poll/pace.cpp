// SPDX-License-Identifier: MIT
#include "cmd/poll/pace.hpp"

#include <algorithm>
#include <chrono>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_near = 2ms;
constexpr duration usual_near = 10ms;
constexpr duration usual_far = 100ms;
constexpr duration long_wait = 10s;
constexpr duration most = 1s;

}  // namespace

duration pause_before(std::size_t attempt, duration elapsed, probe_distance distance, bool answered,
                      std::optional<duration> fixed) noexcept {
    if (fixed) return *fixed;
    if (distance == probe_distance::told) return most;
    const bool near = distance == probe_distance::near;
    if (elapsed >= long_wait) return std::min(most, elapsed / (near && !answered ? 1000 : 100));
    if (!near) return usual_far;
    duration pause = first_near;
    for (std::size_t i = 1; i < attempt && pause < usual_near; ++i) pause += pause / 2;
    return std::min(pause, usual_near);
}

}  // namespace grove::cmd
