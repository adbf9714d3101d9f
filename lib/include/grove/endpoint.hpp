// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/ip_address.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grove {

/// Where a socket is bound or connected: an address and a port, or the path of a Unix socket. A
/// value; names are the resolver's business.
class GROVE_API endpoint {
 public:
    /// An unnamed Unix socket.
    endpoint() = default;

    endpoint(ip_address address, std::uint16_t port) noexcept : address_(address), port_(port) {}

    /// A Unix socket; at most 107 bytes of path. One that begins with a NUL is an abstract name.
    [[nodiscard]] static endpoint unix_path(std::string path);

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/run/x`; `:80` is IPv4 any. Nullopt for anything else.
    [[nodiscard]] static std::optional<endpoint> parse(std::string_view text);

    [[nodiscard]] const std::optional<ip_address>& address() const noexcept { return address_; }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// What `parse` reads back.
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const endpoint&, const endpoint&) = default;

 private:
    std::optional<ip_address> address_;
    std::uint16_t port_ = 0;
    std::string path_;
};

}  // namespace grove
