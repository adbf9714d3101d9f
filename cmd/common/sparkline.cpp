// SPDX-License-Identifier: MIT
#include "cmd/common/sparkline.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace grove::cmd {

std::string sparkline(const std::deque<std::optional<double>>& values, std::size_t columns,
                      charset of) {
    static constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static constexpr std::array<std::string_view, 8> signs{"_", ".", ":", "-", "=", "+", "*", "#"};
    const auto& heights = of == charset::utf8 ? blocks : signs;
    const std::size_t count = std::min(values.size(), columns);
    const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
    constexpr double highest = 7;
    double most = 0;
    for (auto it = first; it != values.end(); ++it) most = std::max(most, it->value_or(0));
    std::string line;
    for (auto it = first; it != values.end(); ++it) {
        const double share = most > 0 ? it->value_or(0) / most : 0;
        line += *it ? heights[static_cast<std::size_t>(share * highest)] : "!";
    }
    return line;
}

}  // namespace grove::cmd
