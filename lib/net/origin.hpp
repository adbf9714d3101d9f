// SPDX-License-Identifier: MIT
#pragma once

#include <grove/http_client.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Where a URL leads, and through which proxy. Pure: no hub, no socket.

namespace grove::http {

/// Scheme, host and port: what connections, credentials and cookies belong to (RFC 6454).
struct origin {
    std::string scheme;  ///< lower case
    std::string host;    ///< decoded, lower case; an IPv6 literal without brackets
    std::uint16_t port = 0;
    bool is_address = false;  ///< a literal IPv4 or IPv6 address

    friend bool operator==(const origin&, const origin&) = default;

    /// `host:port`, as libcurl's table of addresses wants it.
    [[nodiscard]] std::string key() const;
};

/// `scheme://authority` at the start of a URL; empty when there is none.
[[nodiscard]] std::string_view origin_part(std::string_view url) noexcept;

/// Throws: `http::error` (`url`) when `url` has no `scheme://host`, or a bad port.
[[nodiscard]] origin parse_origin(std::string_view url);

/// `url` with its password, or a lone user name that may be a token, replaced by `***`.
[[nodiscard]] std::string shown_url(std::string_view url);

/// The proxies that the environment names, as curl reads it: `http_proxy` (lower case only),
/// `https_proxy`, `all_proxy`, `no_proxy` (either case).
struct proxy_rules {
    std::string http;
    std::string https;
    std::vector<std::string> exceptions;  ///< host names; `.x` and `x` cover sub-domains; `*` all

    [[nodiscard]] static proxy_rules from_environment();
    /// Empty: none. A `socks4://` or `socks5://` proxy is made to resolve names itself.
    [[nodiscard]] std::string proxy_for(const origin& to) const;
};

/// curl's --connect-to: where connections for `to` really go. Later rules of a list do not count.
[[nodiscard]] origin redirect_connection(const std::vector<std::string>& rules, const origin& to);

}  // namespace grove::http
