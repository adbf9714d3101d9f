// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/terminal_text.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace grove::cmd {

/// A column a value, its height the share of the most: the last `columns` of them. What is absent
/// (an attempt that failed) is a `!`. ASCII has signs for the heights.
[[nodiscard]] std::string sparkline(const std::deque<std::optional<double>>& values,
                                    std::size_t columns, charset of = charset::utf8);

}  // namespace grove::cmd
