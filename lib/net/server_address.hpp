// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

/// Where a server listens, as people write it: `127.0.0.1:80`, `[::1]:80`, `:80`, `*:80`,
/// `unix:/path`.

namespace grove::detail {

/// Calls `bind` with the endpoint, with IPv4's for `*` on a machine without IPv6.
/// Throws: `std::invalid_argument` naming `server`; what `bind` throws.
template <class Bind>
auto bind_as_written(std::string_view server, std::string_view text, Bind bind) {
    const std::string port(text.starts_with("*:") ? text.substr(1) : std::string_view());
    const auto at = endpoint::parse(port.empty() ? text : "[::]" + port);
    if (!at) {
        throw std::invalid_argument(std::string(server) + " " + std::string(text) +
                                    ": write ADDRESS:PORT, :PORT, *:PORT or unix:/PATH");
    }
    try {
        return bind(*at);
    } catch (const std::system_error& e) {
        if (port.empty() || e.code() != std::errc::address_family_not_supported) throw;
        return bind(endpoint::parse(port).value());
    }
}

}  // namespace grove::detail
