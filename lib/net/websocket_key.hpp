// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// The key of an opening handshake and its proof (RFC 6455 sections 4.1 and 4.2.2).

namespace grove::ws {

/// 16 random bytes in base64. Throws: `std::system_error`.
[[nodiscard]] std::string new_key();

/// It is 16 bytes in base64.
[[nodiscard]] bool is_key(std::string_view text) noexcept;

/// What `Sec-WebSocket-Accept` must be. Throws: `std::runtime_error` when OpenSSL has no SHA-1.
[[nodiscard]] std::string proof_of(std::string_view key);

}  // namespace grove::ws
