// SPDX-License-Identifier: MIT
#include "cmd/common/targets.hpp"

#include <fmt/format.h>
#include <idn2.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>

namespace grove::cmd {

namespace {

// RFC 1035 2.3.4: what fits a query, without the trailing dot.
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// Underscores are no letters of host names (RFC 952), but real services have them.
bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::optional<text_error> check_ascii_name(std::string_view name) {
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (!is_name_character(name[at])) return text_error{"is not a host name", at, {}};
    }
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() > longest_name) return text_error{"is a host name above 253 bytes", 0, {}};
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        if (end == begin) return text_error{"has an empty part in its host name", begin, {}};
        if (end - begin > longest_label) {
            return text_error{"has a part above 63 bytes in its host name", begin, {}};
        }
        begin = end + 1;
    }
    return std::nullopt;
}

std::optional<text_error> check_ipv6(std::string_view host) {
    const std::string address(host.substr(0, host.find('%')));
    in6_addr bytes{};
    if (::inet_pton(AF_INET6, address.c_str(), &bytes) == 1) return std::nullopt;
    return text_error{"is not an IPv6 address", 0, {}};
}

// UTS #46 without the transitional mapping: "straße.de" keeps its ß, as browsers do.
std::optional<text_error> to_punycode(std::string_view host, std::string& into) {
    const std::string text(host);
    std::uint8_t* raw = nullptr;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the C interface takes bytes
    const int status = ::idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(text.c_str()), &raw,
                                        IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<std::uint8_t, void (*)(void*)> result(raw, &::idn2_free);
    if (status != IDN2_OK) {
        return text_error{fmt::format("is not a host name: {}", ::idn2_strerror(status)), 0, {}};
    }
    into = reinterpret_cast<const char*>(result.get());
    return std::nullopt;
}

}  // namespace

std::optional<text_error> normalize_host(std::string_view host, std::string& into) {
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    if (host.empty()) return text_error{"has no host", 0, {}};
    std::string name = lower(host);
    if (host.find(':') != std::string_view::npos) {
        if (auto wrong = check_ipv6(host)) return wrong;
    } else {
        if (!is_ascii(host)) {
            if (auto wrong = to_punycode(host, name)) return wrong;
        }
        if (auto wrong = check_ascii_name(name)) return wrong;
    }
    into = std::move(name);
    return std::nullopt;
}

}  // namespace grove::cmd
