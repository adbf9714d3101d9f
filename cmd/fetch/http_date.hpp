// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <chrono>
#include <optional>
#include <string_view>

/// Times in HTTP headers. Wall-clock "now" is a parameter: nothing here reads a clock.

namespace grove::cmd {

/// Reads the three forms of RFC 9110 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. A two-digit year more than 50
/// years after `now` is of the past century. A leap second (`:60`) is read as `:59`.
/// Result: nullopt for anything else, a day that does not exist included.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text, std::chrono::sys_seconds now) noexcept;

/// Reads Retry-After (RFC 9110 10.2.3): seconds, or a date. Result: how long to wait from `now`, at
/// least zero and at most `cap`; nullopt for what is neither.
[[nodiscard]] std::optional<duration> parse_retry_after(std::string_view value,
                                                        std::chrono::sys_seconds now,
                                                        duration cap) noexcept;

}  // namespace grove::cmd
