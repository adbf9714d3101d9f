// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace grove::detail {

/// `text` between quotes, as JSON (RFC 8259, section 7). A byte that is no part of UTF-8 becomes
/// U+FFFD, so that the whole is valid whatever a greenlet is named.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace grove::detail
