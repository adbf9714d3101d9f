// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/http_options.hpp"
#include "cmd/common/targets.hpp"

#include <grove/dns.hpp>
#include <grove/endpoint.hpp>
#include <grove/tls.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A target and curl's flags, made into what a connection needs to know: for verbs that connect
/// themselves instead of asking libcurl.

namespace grove::cmd {

struct destination {
    std::string label;  ///< `http://host:port`, for messages and reports
    std::string host;   ///< a name or an address; not used with `at`
    std::uint16_t port = 0;
    dns::family family = dns::family::any;
    std::vector<grove::endpoint> at = {};  ///< instead of what the name means
    std::optional<tls_client> tls = std::nullopt;
    std::string server_name = {};  ///< that the certificate must be for
};

/// Makes destinations that share what they can: certificates are read once, when the first target
/// needs them.
class destination_maker {
 public:
    /// `http` must outlive it.
    explicit destination_maker(const http_options& http) : http_(http) {}

    /// Where `place` is reached: by `--connect-to`, `--resolve` and `--unix-socket`, as curl does;
    /// with TLS where its scheme says so. Blocks: the thread, on the files of certificates.
    /// Throws: `std::invalid_argument` for an address; `std::system_error` for a file.
    [[nodiscard]] destination make(const target& place);

 private:
    const http_options& http_;
    std::optional<tls_client> plain_;  // without ALPN
    std::optional<tls_client> web_;
};

/// The fields of a request to `place`: those that are not asked for otherwise, then what was asked
/// for.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> request_fields(
    const target& place, const http_options& http);

/// A whole request to `place`, with `body` where there is data to send.
[[nodiscard]] std::string request_text(const target& place, const http_options& http,
                                       std::string_view body);

}  // namespace grove::cmd
