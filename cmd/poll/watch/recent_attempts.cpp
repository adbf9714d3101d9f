// SPDX-License-Identifier: MIT
#include "cmd/poll/watch/recent_attempts.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace grove::cmd {
namespace {

constexpr float bad = -1;

}  // namespace

void recent_attempts::add_good(duration time) noexcept {
    add(std::chrono::duration<float>(time).count());
}

void recent_attempts::add_bad() noexcept {
    add(bad);
}

void recent_attempts::add(float seconds) noexcept {
    seconds_[count_ % most] = seconds;
    ++count_;
}

std::optional<duration> recent_attempts::percentile(double percent) const {
    std::vector<float> good;
    for (std::size_t i = 0; i < std::min(count_, most); ++i) {
        if (seconds_[i] >= 0) good.push_back(seconds_[i]);
    }
    if (good.empty()) return std::nullopt;
    // The nearest rank: the smallest that so many do not exceed.
    const auto rank = static_cast<std::size_t>(
        std::max(1.0, std::ceil(percent / 100 * static_cast<double>(good.size()))));
    const auto at = good.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::ranges::nth_element(good, at);
    return std::chrono::duration_cast<duration>(std::chrono::duration<float>(*at));
}

std::deque<std::optional<double>> recent_attempts::latest(std::size_t count) const {
    count = std::min({count, count_, most});
    std::deque<std::optional<double>> values;
    for (std::size_t i = count_ - count; i < count_; ++i) {
        const float seconds = seconds_[i % most];
        values.push_back(seconds < 0 ? std::nullopt : std::optional<double>(seconds));
    }
    return values;
}

}  // namespace grove::cmd
