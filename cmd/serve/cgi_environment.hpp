// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>
#include <grove/http_field.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a program is told of the request it answers: the meta-variables of CGI (RFC 3875 section
/// 4.1) beside our own environment.

namespace grove::cmd {

struct cgi_request {
    std::string_view method;
    std::string_view target;  ///< as it was sent
    std::string_view route;   ///< our path, without a slash at its end
    std::string_view below;   ///< what of the path is behind it, still encoded
    std::string_view query;
    unsigned minor_version = 1;
    bool tls = false;
    std::span<const http_field> fields;
    std::optional<std::uint64_t> length;  ///< of the body
    grove::endpoint client;
};

/// `ours`, as `NAME=value`; variables of that kind in it, which would say something of another
/// request, are left out.
[[nodiscard]] std::vector<std::string> cgi_environment(const cgi_request& asked,
                                                       std::span<const std::string> ours);

/// Of a connection that is no request: REMOTE_ADDR and REMOTE_PORT.
[[nodiscard]] std::vector<std::string> client_environment(const grove::endpoint& client,
                                                          std::span<const std::string> ours);

/// This program's.
[[nodiscard]] std::vector<std::string> own_environment();

}  // namespace grove::cmd
