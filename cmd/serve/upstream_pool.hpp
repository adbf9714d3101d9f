// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/proxy_fields.hpp"

#include <grove/deadline.hpp>
#include <grove/http_connection.hpp>
#include <grove/tls.hpp>

#include <cstddef>
#include <deque>
#include <optional>

/// Connections to one upstream that are kept for the next request.
/// Threads: the hub's own.

namespace grove::cmd {

class upstream_pool {
 public:
    static constexpr std::size_t most_kept = 64;
    /// Most servers close one that has rested for longer.
    static constexpr duration longest_rest = std::chrono::seconds(4);

    /// `tls`: for an upstream that speaks it.
    upstream_pool(upstream to, const std::optional<tls_client>& tls);

    /// A new one. Throws: `std::system_error`.
    [[nodiscard]] http_connection connect(deadline until) const;

    /// The one that was used last, unless it has rested for too long or its peer has closed it or
    /// said something. Never waits.
    [[nodiscard]] std::optional<http_connection> take();

    /// One on which nothing is under way.
    void give_back(http_connection rested);

    [[nodiscard]] const upstream& to() const noexcept { return to_; }

 private:
    struct resting {
        http_connection connection;
        deadline end;
    };

    upstream to_;
    std::optional<tls_client> tls_;
    std::deque<resting> kept_;
};

}  // namespace grove::cmd
