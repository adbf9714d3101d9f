// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// Keeping secrets out of what people and logs get to see. A masked part reads `***`.

namespace grove::cmd {

/// `url` with the password of its userinfo masked: `https://ann:***@host/x`. A userinfo without a
/// colon is a token and is masked whole. Text that is no URL comes back as it is.
[[nodiscard]] std::string mask_url(std::string_view url);

/// The value of a header as it may be shown: masked for Authorization, Proxy-Authorization, Cookie,
/// Set-Cookie, and names with `token`, `secret`, `password` or `api-key` in them, where an
/// authorization keeps its scheme: `Bearer ***`. Names compare without case.
[[nodiscard]] std::string mask_header(std::string_view name, std::string_view value);

/// `-u name:password` as it may be shown: `name:***`.
[[nodiscard]] std::string mask_user(std::string_view name_and_password);

}  // namespace grove::cmd
