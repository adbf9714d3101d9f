// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

/// Exceptions in words, for reports.

namespace grove::detail {

/// What it says of itself.
[[nodiscard]] std::string text_of(const std::exception_ptr& error);

/// Its type and what it says: `std::out_of_range: no such row`.
[[nodiscard]] std::string typed_text_of(const std::exception_ptr& error);

}  // namespace grove::detail
