// SPDX-License-Identifier: MIT
#pragma once

#include <grove/http_field.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a reverse proxy changes on the way: fields that are for one connection only stay there
/// (RFC 9110 section 7.6.1), and the upstream is told who has asked for what.

namespace grove::cmd {

/// In any case of letters.
[[nodiscard]] bool is_name(std::string_view one, std::string_view other) noexcept;

/// The server behind a proxy.
struct upstream {
    std::string host;  ///< name or address, IPv6 without brackets
    std::uint16_t port = 0;
    bool tls = false;
    std::string authority;  ///< for Host: `localhost:3000`, `example.com`
    /// What its paths begin with in place of the route's own; nothing: they stay as they came.
    std::optional<std::string> path;

    /// `http://localhost:3000`.
    [[nodiscard]] std::string origin() const;

    /// Of `http://:3000`, `https://host/path`, as a route's argument.
    [[nodiscard]] static upstream of(std::string_view url);

    friend bool operator==(const upstream&, const upstream&) = default;
};

/// Which of a message's fields stay on its connection.
class hop_fields {
 public:
    explicit hop_fields(std::span<const http_field> of);

    [[nodiscard]] bool has(std::string_view name) const noexcept;
    /// Connection says so.
    [[nodiscard]] bool names(std::string_view name) const noexcept;

 private:
    std::vector<std::string_view> named_;  // by Connection
};

/// A request that came, as far as the upstream is told of it.
struct forwarded_request {
    std::string_view method;
    std::string_view target;  ///< as the upstream gets it
    std::span<const http_field> fields;
    std::string_view client;  ///< its address; empty: it has none
    unsigned minor_version = 1;
    bool tls = false;
    bool has_body = false;
    std::optional<std::uint64_t> length;  ///< of the body; nothing: in chunks
    std::string_view upgrade;             ///< the protocol that is asked for; empty: none
    bool without_password = false;        ///< it was for us
};

/// The bytes of the request up to its body.
[[nodiscard]] std::string head_for(const upstream& to, const forwarded_request& asked);

/// The target at the upstream of a request for `path`, of which `below` is what the route's own
/// path leaves.
[[nodiscard]] std::string target_at(const upstream& to, std::string_view path,
                                    std::string_view below, std::string_view query);

/// Where `Location: where`, said by the upstream, is for our clients; `route` is our path of it,
/// without a slash at its end.
[[nodiscard]] std::string location_from(const upstream& by, std::string_view route,
                                        std::string_view where);

}  // namespace grove::cmd
