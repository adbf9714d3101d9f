// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/dns.hpp>
#include <grove/endpoint.hpp>
#include <grove/socket.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace grove {

struct dial_options {
    dns::options names = {};
    /// How long an address is tried alone before the next one is tried beside it: the Connection
    /// Attempt Delay of RFC 8305 section 5.
    duration stagger = std::chrono::milliseconds(250);
    /// Where the connection comes from; port 0: any. Addresses of the other family are left out.
    std::optional<endpoint> from = std::nullopt;
};

/// Connects to `host:port`, `[::1]:80`, or `unix:/run/x`: a name is looked up, and its addresses
/// are raced as RFC 8305 ("happy eyeballs") says. One after the other is tried, families by turns,
/// the next at once when one has failed and after `stagger` when it has not answered; the first
/// that is connected wins, and the other attempts are closed. Unlike there, all addresses are known
/// before the first is tried. `until` is for all of it.
/// Throws: `std::invalid_argument` for a target that cannot be read; `std::system_error` with a
/// `dns::errc` for the name, and otherwise of the last failure, the text naming each address and
/// why it failed; `errc::timed_out`. Interrupted: no attempt is left.
[[nodiscard]] GROVE_API socket dial(std::string_view target, const dial_options& options = {},
                                    deadline until = never);

/// As above; `host` is a name or an address.
[[nodiscard]] GROVE_API socket dial(std::string_view host, std::uint16_t port,
                                    const dial_options& options = {}, deadline until = never);

}  // namespace grove
