// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/ip_address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// Names to addresses, asked by the hub itself (c-ares): no thread, any number at once.
///
///     for (const grove::ip_address& a : grove::dns::resolve("example.com", {}, 2s).addresses) ...
///
/// In this order: a literal address is its own answer; `localhost` and `*.localhost` are
/// 127.0.0.1 and ::1 without the network (RFC 6761); /etc/hosts; what is remembered (for its TTL;
/// that a name does not exist, as long as its zone says, 10 s at most); then the name servers of
/// /etc/resolv.conf. Both files are read again when they change. Equal questions that are asked at
/// once are one query. A server that does not answer costs its timeout once and is asked last for
/// the next 30 s. Search domains are not tried: names are taken as complete, with or without a
/// final dot. mDNS (`.local`), LDAP and other sources of nsswitch.conf are not known here:
/// `source::system` asks getaddrinfo(3) in a thread instead.
///
/// Threads: the hub's own; each hub has a resolver and a memory of its own.

namespace grove::dns {

enum class family : std::uint8_t { any, v4, v6 };
enum class source : std::uint8_t { grove, system };

enum class errc {
    not_found = 1,   ///< the name does not exist (NXDOMAIN)
    no_data,         ///< it exists and has no address of that family
    server_failure,  ///< the servers failed to find out (SERVFAIL)
    refused,         ///< the servers refuse to answer, or nobody listens there
    timed_out,       ///< no server answered, or the caller's deadline came first
    malformed,       ///< an answer that cannot be read
    bad_name,        ///< not a host name: empty or over-long labels (RFC 1035 2.3.4)
    bad_server,      ///< the server's address cannot be read
};

[[nodiscard]] GROVE_API const std::error_category& category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), category()};
}

struct options {
    dns::family family = dns::family::any;
    /// `ADDRESS`, `ADDRESS:PORT`, `[V6]:PORT`; empty: those of /etc/resolv.conf.
    std::vector<std::string> servers = {};
    dns::source from = dns::source::grove;
};

/// Where an answer came from.
/// `network`: from a name server, now or within the TTL.
enum class origin : std::uint8_t { literal, local, hosts, network, system };

struct answer {
    std::vector<ip_address> addresses;  ///< in the order to try: families take turns
    dns::origin origin = dns::origin::network;
};

/// Blocks until there is an answer or `until`.
/// Throws: `std::system_error` with a `dns::errc`, the text naming the name.
/// Interrupted: nothing is lost; the query goes on, and its answer is remembered.
[[nodiscard]] GROVE_API answer resolve(std::string_view name, const options& how = {},
                                       deadline until = never);
[[nodiscard]] GROVE_API answer resolve(std::string_view name, const options& how, deadline until,
                                       std::error_code& error);

}  // namespace grove::dns

template <>
struct std::is_error_code_enum<grove::dns::errc> : std::true_type {};
