// SPDX-License-Identifier: MIT
#include "cmd/common/suggestion.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace grove::cmd {

namespace {

constexpr std::size_t longest = 64;  // of a name worth comparing

bool begins_with_the_other(std::string_view a, std::string_view b) noexcept {
    return std::min(a.size(), b.size()) >= 3 && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the usual table: a swap of neighbours looks two rows back.
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> old(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(older, old);
        std::swap(old, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, old[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], older[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names) {
    if (wrong.empty() || wrong.size() > longest) return {};
    std::string_view best;
    std::size_t best_distance = longest;
    for (const std::string_view name : names) {
        if (name.empty() || name.size() > longest) continue;
        std::size_t distance = edit_distance(wrong, name);
        const std::size_t allowed =
            std::max<std::size_t>(1, std::max(wrong.size(), name.size()) / 3);
        if (begins_with_the_other(wrong, name)) distance = std::min(distance, allowed);
        if (distance <= allowed && distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace grove::cmd
