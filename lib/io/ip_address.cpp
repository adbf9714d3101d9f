// SPDX-License-Identifier: MIT
#include <grove/ip_address.hpp>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>

namespace grove {
namespace {

/// The index that a zone, by number or by interface name, stands for; 0: none. Nothing is looked
/// up: the address is numeric.
std::uint32_t zone_of(const std::string& v6) {
    addrinfo hints{};
    hints.ai_family = AF_INET6;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (::getaddrinfo(v6.c_str(), nullptr, &hints, &found) != 0) return 0;
    const std::uint32_t zone = reinterpret_cast<const sockaddr_in6*>(found->ai_addr)->sin6_scope_id;
    ::freeaddrinfo(found);
    return zone;
}

}  // namespace

ip_address::ip_address(std::array<std::uint8_t, 4> v4) noexcept {
    std::ranges::copy(v4, bytes_.begin());
}

ip_address::ip_address(const std::array<std::uint8_t, 16>& v6, std::uint32_t zone) noexcept
    : bytes_(v6), zone_(zone), v6_(true) {}

std::optional<ip_address> ip_address::parse(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    if (text.find('\0') != std::string_view::npos) return std::nullopt;  // it would end there
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
    found.zone_ = zone_of(std::string(text));
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
