// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace grove::cmd {

/// Reads Retry-After (RFC 9110 10.2.3): seconds, or a date. Wall-clock "now" is a parameter.
/// Result: how long to wait from `now`, at least zero and at most `cap`; nullopt for what is
/// neither.
[[nodiscard]] std::optional<duration> parse_retry_after(std::string_view value,
                                                        std::chrono::sys_seconds now,
                                                        duration cap) noexcept;

}  // namespace grove::cmd
