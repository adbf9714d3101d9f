// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grove::cmd {

/// `bytes` in base64 with padding (RFC 4648 section 4), on one line.
[[nodiscard]] std::string base64(std::string_view bytes);

/// The bytes that `base64` made `text` of. Result: nothing for any other text.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace grove::cmd
