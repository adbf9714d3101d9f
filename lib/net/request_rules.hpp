// SPDX-License-Identifier: MIT
#pragma once

#include "net/request_reader.hpp"

#include <optional>

/// What makes a request's head good beyond its grammar.

namespace grove::http {

/// Reads the fields that decide about the body and the connection into `head`.
/// Result: why the request is refused; nothing when it is not.
[[nodiscard]] std::optional<request_fault> apply_rules(request_head& head) noexcept;

}  // namespace grove::http
