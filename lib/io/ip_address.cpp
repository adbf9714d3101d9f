// SPDX-License-Identifier: MIT
#include <grove/ip_address.hpp>

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>

namespace grove {

ip_address::ip_address(std::array<std::uint8_t, 4> v4) noexcept {
    std::ranges::copy(v4, bytes_.begin());
}

ip_address::ip_address(const std::array<std::uint8_t, 16>& v6, std::uint32_t zone) noexcept
    : bytes_(v6), zone_(zone), v6_(true) {}

std::optional<ip_address> ip_address::parse(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    const std::size_t percent = text.find('%');
    const std::string host(text.substr(0, percent));
    ip_address found;
    if (inet_pton(AF_INET, host.c_str(), found.bytes_.data()) == 1 &&
        percent == std::string_view::npos) {
        return found;
    }
    if (inet_pton(AF_INET6, host.c_str(), found.bytes_.data()) != 1) return std::nullopt;
    found.v6_ = true;
    if (percent == std::string_view::npos) return found;
    const std::string zone(text.substr(percent + 1));
    const auto [rest, error] = std::from_chars(zone.data(), zone.data() + zone.size(), found.zone_);
    if (error != std::errc{} || rest != zone.data() + zone.size()) {
        found.zone_ = if_nametoindex(zone.c_str());
    }
    if (found.zone_ == 0) return std::nullopt;
    return found;
}

std::string ip_address::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), buffer.data(), buffer.size());
    std::string shown(buffer.data());
    if (zone_ != 0) shown += '%' + std::to_string(zone_);
    return shown;
}

}  // namespace grove
