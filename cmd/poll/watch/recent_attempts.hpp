// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <optional>

namespace grove::cmd {

/// How a target's latest attempts went, in a kilobyte, so that thousands can be watched: how long
/// those took that were good, and which were not.
class recent_attempts {
 public:
    static constexpr std::size_t most = 256;

    void add_good(duration time) noexcept;
    void add_bad() noexcept;

    /// So many percent of the good ones took at most this; nothing when there is none.
    [[nodiscard]] std::optional<duration> percentile(double percent) const;

    /// The latest `count` in their order, in seconds; nothing for a bad one.
    [[nodiscard]] std::deque<std::optional<double>> latest(std::size_t count) const;

 private:
    void add(float seconds) noexcept;

    std::array<float, most> seconds_{};  // a ring; below zero: bad
    std::size_t count_ = 0;              // of all
};

}  // namespace grove::cmd
