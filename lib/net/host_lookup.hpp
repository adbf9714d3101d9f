// SPDX-License-Identifier: MIT
#pragma once

#include "net/curl_multi.hpp"
#include "net/origin.hpp"

#include <string>
#include <vector>

/// From a host name to the addresses that libcurl is given.

namespace grove::http {

/// curl's --resolve, read once: HOST:PORT:ADDRESS[,ADDRESS...], `*` for any host.
class pinned_hosts {
 public:
    /// Throws: `std::invalid_argument` naming the entry that cannot be read.
    explicit pinned_hosts(const std::vector<std::string>& entries);
    /// The addresses for that host and port; empty when it is not pinned.
    [[nodiscard]] std::string find(const origin& to) const;

 private:
    struct pin {
        std::string host;
        std::uint16_t port;
        std::string addresses;
    };

    std::vector<pin> pins_;
};

/// Asks the resolver, as the options say. Blocks until `until`.
/// Throws: `http::error` (`no_name`, `dns`, `timeout`). Interrupted: the query goes on and fills
/// the
/// resolver's cache.
[[nodiscard]] std::string look_up(const origin& to, const client_options& options, deadline until);

}  // namespace grove::http
