// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grove {

/// An IPv4 or IPv6 address: a value, in network byte order. `parse` takes what inet_pton(3) takes,
/// with or without brackets and with a zone (`fe80::1%eth0`) for IPv6; the shortened IPv4 forms of
/// the past (`127.1`) are refused.
class GROVE_API ip_address {
 public:
    ip_address() = default;
    explicit ip_address(std::array<std::uint8_t, 4> v4) noexcept;
    explicit ip_address(const std::array<std::uint8_t, 16>& v6, std::uint32_t zone = 0) noexcept;

    /// Result: nullopt for anything else, and for a zone that names no interface.
    [[nodiscard]] static std::optional<ip_address> parse(std::string_view text);

    [[nodiscard]] bool is_v6() const noexcept { return v6_; }

    /// 4 or 16 of them count.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

    /// Interface index of a link-local address; 0: none.
    [[nodiscard]] std::uint32_t zone() const noexcept { return zone_; }

    /// `127.0.0.1`, `::1`, `fe80::1%2`.
    [[nodiscard]] std::string text() const;

    friend auto operator<=>(const ip_address&, const ip_address&) = default;

 private:
    std::array<std::uint8_t, 16> bytes_{};
    std::uint32_t zone_ = 0;
    bool v6_ = false;
};

}  // namespace grove
