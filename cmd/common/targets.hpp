// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a run talks to, written as a URI or in shorthand:
///
///     https://host/path?query      http, https, ws, wss
///     tcp://host:port              tcp, tls, udp: the port is required
///     unix:/path                   a Unix socket
///     dns://[server]/name?type=A   RFC 4501, also dns:name
///     redis://host/stream?group=g  redis, postgres (postgresql)
///     icmp://host
///     file:path
///     pid:N
///     exec:command
///     :8080/x                      http on localhost
///     host:port                    tcp
///
/// What browsers accept in a path or query is encoded (blanks, non-ASCII); international host names
/// become punycode. A URL that holds a control character is refused.

namespace grove::cmd {

enum class target_scheme : unsigned char {
    http,
    https,
    ws,
    wss,
    tcp,
    tls,
    udp,
    unix_socket,
    dns,
    redis,
    postgres,
    icmp,
    file,
    pid,
    exec,
};

/// `http`, `unix`: the word before the colon.
[[nodiscard]] std::string_view to_string(target_scheme scheme) noexcept;

struct target {
    target_scheme scheme = target_scheme::http;
    std::string host;        ///< lower case, ASCII; IPv6 without brackets, its zone after `%`
    std::uint16_t port = 0;  ///< the scheme's own where none was written; 0: it has none
    std::string user;        ///< decoded; empty: none
    std::string password;    ///< decoded
    /// What comes after the authority: path and query for http (at least `/`), `name?type=A` for
    /// dns, the path for unix and file, the number for pid, the command for exec.
    std::string resource;

    /// The target as a URI, without userinfo and fragment, for requests and messages. The port is
    /// left out where it is the scheme's own: `http://localhost:8080/x`.
    [[nodiscard]] std::string url() const;

    /// `host:port`, an IPv6 address in brackets: what is connected to, and a host's queue is named
    /// after.
    [[nodiscard]] std::string endpoint() const;

    friend bool operator==(const target&, const target&) = default;
};

/// Reads any target. `example.com/x`, without scheme and port, is refused with a hint.
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, target& into);

/// Reads a URL to fetch: http and https, `:8080/x`, and, as curl does, `example.com/x` and
/// `localhost:8080/x` as http. `host:port` alone is tcp in every verb and refused with a hint.
[[nodiscard]] std::optional<text_error> parse_http_target(std::string_view text, target& into);

/// `HOST` or `HOST:PORT` or `[V6]:PORT`, for options such as `--dns-server`.
struct endpoint {
    std::string host;
    std::uint16_t port = 0;  ///< 0: none was written

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, endpoint& into);
[[nodiscard]] std::string format_value(const endpoint& value);

/// `host` in lower case and punycode; brackets around an IPv6 address are dropped, its zone is
/// kept.
/// Result: what is wrong with it; the offset counts in `host`.
[[nodiscard]] std::optional<text_error> normalize_host(std::string_view host, std::string& into);

}  // namespace grove::cmd
