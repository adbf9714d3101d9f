// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/fetch_item.hpp"

#include <string>
#include <string_view>

/// The pieces that the line formats of an input list share. All throw `std::invalid_argument`
/// saying what is wrong and what to do.

namespace grove::cmd {

/// One JSON object with the keys url, out, sha256, sha512, headers and mirrors. A header's value is
/// a string, or an array of them for a header that is sent more than once.
[[nodiscard]] fetch_item parse_json_line(std::string_view text, std::string_view base);

/// A URL without blanks and control characters.
[[nodiscard]] std::string checked_url(std::string_view url);

/// `url` as it is when absolute or when there is no base, else joined to it.
[[nodiscard]] std::string resolve_url(std::string_view url, std::string_view base);

/// A digest whose length tells its algorithm.
[[nodiscard]] expected_digest parse_digest(std::string_view hex);

}  // namespace grove::cmd
