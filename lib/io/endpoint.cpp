// SPDX-License-Identifier: MIT
#include "io/socket_address.hpp"

#include <grove/endpoint.hpp>

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace grove {

endpoint endpoint::unix_path(std::string path) {
    endpoint made;
    made.path_ = std::move(path);
    return made;
}

std::optional<endpoint> endpoint::parse(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) {
        return unix_path(std::string(text.substr(unix_prefix.size())));
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view host = colon == 0 ? "0.0.0.0" : text.substr(0, colon);
    if (host.find(':') != std::string_view::npos && !host.starts_with('[')) return std::nullopt;
    const auto address = ip_address::parse(host);
    std::uint16_t port = 0;
    const auto [rest, error] =
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    if (!address || error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
    return endpoint(*address, port);
}

std::string endpoint::text() const {
    if (!address_) return "unix:" + path_;
    const std::string host = address_->text();
    return (address_->is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(port_);
}

namespace detail {

socket_address::socket_address(const endpoint& of) {
    if (!of.address()) {
        auto& raw = as<sockaddr_un>();
        raw.sun_family = AF_UNIX;
        of.path().copy(raw.sun_path, sizeof raw.sun_path);
        const bool in_files = !of.path().empty() && of.path().front() != '\0';
        size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + of.path().size() +
                                       (in_files ? 1 : 0));  // a path ends with a NUL
        return;
    }
    if (of.address()->is_v6()) {
        auto& raw = as<sockaddr_in6>();
        raw.sin6_family = AF_INET6;
        raw.sin6_port = htons(of.port());
        raw.sin6_scope_id = of.address()->zone();
        std::memcpy(&raw.sin6_addr, of.address()->bytes().data(), sizeof raw.sin6_addr);
        size_ = sizeof raw;
        return;
    }
    auto& raw = as<sockaddr_in>();
    raw.sin_family = AF_INET;
    raw.sin_port = htons(of.port());
    std::memcpy(&raw.sin_addr, of.address()->bytes().data(), sizeof raw.sin_addr);
    size_ = sizeof raw;
}

endpoint socket_address::decoded() const {
    if (storage_.ss_family == AF_INET6) {
        const auto& raw = as<sockaddr_in6>();
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &raw.sin6_addr, bytes.size());
        return endpoint(ip_address(bytes, raw.sin6_scope_id), ntohs(raw.sin6_port));
    }
    if (storage_.ss_family == AF_INET) {
        const auto& raw = as<sockaddr_in>();
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &raw.sin_addr, bytes.size());
        return endpoint(ip_address(bytes), ntohs(raw.sin_port));
    }
    const char* const path = as<sockaddr_un>().sun_path;
    if (size_ <= offsetof(sockaddr_un, sun_path)) return {};
    if (path[0] != '\0') return endpoint::unix_path(path);
    return endpoint::unix_path(std::string(path, size_ - offsetof(sockaddr_un, sun_path)));
}

}  // namespace detail
}  // namespace grove
