// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace grove::cmd {

/// A column a value, its height the share of the most: the last `columns` of them. What is absent
/// (an attempt that failed) is a `!`.
[[nodiscard]] std::string sparkline(const std::deque<std::optional<double>>& values,
                                    std::size_t columns);

}  // namespace grove::cmd
