// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// What a bench speaks with its targets, and how that tells success.

namespace grove::cmd {

enum class load_protocol : std::uint8_t {
    http,       ///< http, https: HTTP/1.1
    websocket,  ///< ws, wss: a message, and the same back
    echo,       ///< tcp, tls, unix: bytes, and the same back
    dns,        ///< queries over UDP
};

/// As in JSON: `http`.
[[nodiscard]] std::string_view to_string(load_protocol protocol) noexcept;

/// An answer that is one, and says no: HTTP's from 400 on, DNS' other than NOERROR.
[[nodiscard]] bool is_bad_status(load_protocol protocol, unsigned status) noexcept;

/// `404`, `NXDOMAIN`; empty where answers have none.
[[nodiscard]] std::string status_name(load_protocol protocol, unsigned status);

}  // namespace grove::cmd
