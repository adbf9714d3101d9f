// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <optional>
#include <span>

/// How long the answer "there is no such name" or "no such record" holds.

namespace grove::dns {

/// Of a DNS message that says one of the two: the SOA record of its authority section tells, by
/// the smaller of its own time and its MINIMUM field (RFC 2308 section 5).
/// Result: nothing when there is no such record, or the message is not well formed.
[[nodiscard]] std::optional<duration> negative_ttl(std::span<const unsigned char> message) noexcept;

}  // namespace grove::dns
