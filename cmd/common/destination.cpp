// SPDX-License-Identifier: MIT
#include "cmd/common/destination.hpp"

#include "cmd/common/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace grove::cmd {
namespace {

tls_client tls_of(const http_options& http, std::vector<std::string> alpn) {
    tls_client_options with;
    with.verify = http.insecure ? tls_verify::nothing : tls_verify::peer;
    if (!http.cacert.empty()) with.authorities = {pem::file(http.cacert)};
    const std::size_t colon = http.cert.find(':');
    if (!http.cert.empty()) with.identity.chain = pem::file(http.cert.substr(0, colon));
    if (!http.key.empty()) with.identity.key = pem::file(http.key);
    if (colon != std::string::npos) with.identity.password = http.cert.substr(colon + 1);
    with.alpn = std::move(alpn);
    return tls_client(with);
}

dns::family family_of(ip_family family) noexcept {
    switch (family) {
        case ip_family::v4:
            return dns::family::v4;
        case ip_family::v6:
            return dns::family::v6;
        default:
            return dns::family::any;
    }
}

grove::endpoint address_of(const std::string& address, std::uint16_t port) {
    const bool v6 = address.find(':') != std::string::npos;
    const std::string text = (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
    const auto at = grove::endpoint::parse(text);
    if (!at) throw std::invalid_argument("--resolve: " + address + " is no address");
    return *at;
}

/// `--connect-to`, then `--resolve`: as curl does.
void redirect(destination& to, const http_options& http) {
    const auto other = std::ranges::find_if(http.connect_to, [&](const connect_to_entry& e) {
        return (e.host.empty() || e.host == to.host) && (e.port == 0 || e.port == to.port);
    });
    if (other != http.connect_to.end()) {
        if (!other->to_host.empty()) to.host = other->to_host;
        if (other->to_port != 0) to.port = other->to_port;
    }
    const auto known = std::ranges::find_if(http.resolve, [&](const resolve_entry& e) {
        return (e.host == "*" || e.host == to.host) && e.port == to.port;
    });
    if (known != http.resolve.end()) {
        for (const std::string& address : known->addresses)
            to.at.push_back(address_of(address, to.port));
    }
}

grove::endpoint unix_endpoint(const std::string& path) {
    const auto at = grove::endpoint::parse("unix:" + path);
    if (!at) throw std::invalid_argument(path + ": a Unix socket's path has at most 107 bytes");
    return *at;
}

/// The target without its path.
std::string label_of(target place) {
    place.resource = place.scheme == target_scheme::unix_socket ? place.resource : "";
    std::string label = place.url();
    while (label.ends_with('/')) label.pop_back();
    return label;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

destination destination_maker::make(const target& place) {
    destination to{.label = label_of(place), .host = place.host, .port = place.port};
    to.family = family_of(http_.family);
    to.server_name = place.host;
    if (place.scheme == target_scheme::unix_socket) {
        to.at = {unix_endpoint(place.resource)};
    } else if (http_.unix_socket.empty()) {
        redirect(to, http_);
    } else {
        to.at = {unix_endpoint(http_.unix_socket)};
    }
    const bool secure = place.scheme == target_scheme::https || place.scheme == target_scheme::wss;
    if (secure && !web_) web_ = tls_of(http_, {"http/1.1"});
    if (secure) to.tls = web_;
    if (place.scheme == target_scheme::tls && !plain_) plain_ = tls_of(http_, {});
    if (place.scheme == target_scheme::tls) to.tls = plain_;
    return to;
}

std::vector<std::pair<std::string, std::string>> request_fields(const target& place,
                                                                const http_options& http) {
    std::vector<std::pair<std::string, std::string>> usual;
    const std::string url = place.url();
    const std::size_t host = url.find("://") + 3;
    usual.emplace_back("Host", url.substr(host, url.find('/', host) - host));
    usual.emplace_back("User-Agent", http.user_agent.value_or("grove/" GROVE_VERSION));
    usual.emplace_back("Accept", "*/*");
    const std::string user =
        place.user.empty() ? http.user.value_or("") : place.user + ':' + place.password;
    if (!user.empty()) usual.emplace_back("Authorization", "Basic " + base64(user));
    std::string cookies;
    for (const std::string& one : http.cookies) cookies += (cookies.empty() ? "" : "; ") + one;
    if (!cookies.empty()) usual.emplace_back("Cookie", cookies);
    if (!http.data.empty()) usual.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    std::vector<std::pair<std::string, std::string>> all;
    for (auto& [name, value] : usual) {
        const bool replaced = std::ranges::any_of(
            http.headers,
            [&name = name](const header_field& h) { return same_name(h.name, name); });
        if (!replaced && !value.empty()) all.emplace_back(std::move(name), std::move(value));
    }
    for (const header_field& h : http.headers) {
        if (h.what == header_field::action::send) all.emplace_back(h.name, h.value);
    }
    return all;
}

std::string request_text(const target& place, const http_options& http, std::string_view body) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", effective_method(http), place.resource);
    for (const auto& [name, value] : request_fields(place, http))
        text += fmt::format("{}: {}\r\n", name, value);
    if (!http.data.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
    text += "\r\n";
    return text.append(body);
}

}  // namespace grove::cmd
