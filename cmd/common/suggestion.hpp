// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// "Did you mean": the nearest of the names that exist.

namespace grove::cmd {

/// How many single-character insertions, deletions, replacements and swaps of neighbours turn `a`
/// into `b` (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name nearest to `wrong`; empty when none is near enough to be meant: more than a third of
/// its letters differ and neither begins with the other. Of equals, the first.
[[nodiscard]] std::string_view nearest(std::string_view wrong,
                                       std::span<const std::string_view> names);

}  // namespace grove::cmd
