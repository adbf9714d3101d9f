// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace grove::cmd {

/// `bytes` in base64 with padding (RFC 4648 section 4), on one line.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace grove::cmd
