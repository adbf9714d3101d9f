// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

/// Times in HTTP fields (RFC 9110 5.6.7). Nothing here reads a clock, waits or takes memory.
/// Threads: any.

namespace grove {

inline constexpr std::size_t http_date_size = 29;

/// `Sun, 06 Nov 1994 08:49:37 GMT`. What lies before the year 0 or after 9999 is told as the
/// nearest second that has four digits of year.
[[nodiscard]] GROVE_API std::array<char, http_date_size> format_http_date(
    std::chrono::sys_seconds when) noexcept;

/// Reads all three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
/// `Sun Nov  6 08:49:37 1994`. A two-digit year more than 50 years after `now` is of the past
/// century. A leap second (`:60`) is read as `:59`.
/// Result: nullopt for anything else, a day that does not exist included.
[[nodiscard]] GROVE_API std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now) noexcept;

}  // namespace grove
