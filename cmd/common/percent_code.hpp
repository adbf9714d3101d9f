// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// Percent-encoding (RFC 3986 section 2.1).

namespace grove::cmd {

/// `bytes` with everything outside RFC 3986's unreserved characters and `also` as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view bytes, std::string_view also);

/// Undoes `%XX`; a `%` that no two hexadecimal digits follow stays.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace grove::cmd
