// SPDX-License-Identifier: MIT
#include "net/origin.hpp"

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>

namespace grove::http {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (scheme == "https" || scheme == "wss") return 443;
    if (scheme.starts_with("socks")) return 1080;
    return 80;
}

/// IPv4 also in its short forms (`127.1`), which libcurl writes out before it connects.
bool is_ip_address(const std::string& host) noexcept {
    std::array<unsigned char, 16> bytes{};
    in_addr v4{};
    const std::string without_zone = host.substr(0, host.find('%'));
    return inet_aton(host.c_str(), &v4) == 1 ||
           inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1;
}

std::string environment(const char* lower_name, const char* upper_name) {
    const char* value = std::getenv(lower_name);
    if ((value == nullptr || *value == '\0') && upper_name != nullptr)
        value = std::getenv(upper_name);
    return value == nullptr ? std::string() : value;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        if (end > 0) parts.push_back(lower(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

bool covers(std::string_view rule, std::string_view host) noexcept {
    if (rule == "*") return true;
    if (rule.starts_with('.')) rule.remove_prefix(1);
    if (!host.ends_with(rule)) return false;
    return host.size() == rule.size() || host[host.size() - rule.size() - 1] == '.';
}

/// Splits `a:b:c:d` at the colons outside brackets.
std::vector<std::string> fields_of(std::string_view rule) {
    std::vector<std::string> fields(1);
    bool inside = false;
    for (const char c : rule) {
        if (c == '[' || c == ']')
            inside = c == '[';
        else if (c == ':' && !inside)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return fields;
}

}  // namespace

std::string origin::key() const {
    const bool v6 = is_address && host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string_view origin_part(std::string_view url) noexcept {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    // Not find_first_of, which calls memchr for each character of the name.
    const auto is_end = [](char c) { return c == '/' || c == '?' || c == '#'; };
    const auto end =
        std::find_if(url.begin() + static_cast<std::ptrdiff_t>(scheme) + 3, url.end(), is_end);
    return url.substr(0, static_cast<std::size_t>(end - url.begin()));
}

origin parse_origin(std::string_view url) {
    const std::string_view part = origin_part(url);
    const std::size_t scheme = part.find("://");
    const auto refuse = [&](const char* why) {
        return error(error_kind::url, shown_url(url), why);
    };
    if (part.empty() || scheme == 0) throw refuse("a URL begins with http:// or https://");
    const auto authority =
        boost::urls::parse_authority({part.data() + scheme + 3, part.size() - scheme - 3});
    if (!authority) throw refuse("the host or port cannot be read (international names: punycode)");
    origin found;
    found.scheme = lower(part.substr(0, scheme));
    found.host = lower(authority->host_address());
    if (found.host.empty()) throw refuse("it names no host");
    found.port = default_port(found.scheme);
    if (authority->has_port() && !authority->port().empty()) {
        const std::string_view port(authority->port().data(), authority->port().size());
        const auto read = std::from_chars(port.data(), port.data() + port.size(), found.port);
        if (read.ec != std::errc{} || found.port == 0)
            throw refuse("the port must be a number from 1 to 65535");
    }
    found.is_address = is_ip_address(found.host);
    return found;
}

std::string shown_url(std::string_view url) {
    const std::string_view part = origin_part(url);
    const std::size_t at = part.rfind('@');
    if (at == std::string_view::npos) return std::string(url);
    const std::size_t begin = part.find("://") + 3;
    const std::size_t colon = part.find(':', begin);
    const std::size_t mask = colon < at ? colon + 1 : begin;
    return std::string(url.substr(0, mask)) + "***" + std::string(url.substr(at));
}

proxy_rules proxy_rules::from_environment() {
    proxy_rules rules;
    const std::string all = environment("all_proxy", "ALL_PROXY");
    // HTTP_PROXY in capitals is not read: a CGI server sets it from a client's `Proxy:` header.
    rules.http = environment("http_proxy", nullptr);
    rules.https = environment("https_proxy", "HTTPS_PROXY");
    if (rules.http.empty()) rules.http = all;
    if (rules.https.empty()) rules.https = all;
    rules.exceptions = split(environment("no_proxy", "NO_PROXY"), ", \t");
    return rules;
}

std::string proxy_rules::proxy_for(const origin& to) const {
    std::string chosen = to.scheme == "https" ? https : http;
    if (chosen.empty()) return {};
    const std::string host = lower(to.host);
    const bool excepted = std::any_of(exceptions.begin(), exceptions.end(),
                                      [&](const std::string& rule) { return covers(rule, host); });
    if (excepted) return {};
    if (chosen.find("://") == std::string::npos) chosen = "http://" + chosen;
    if (chosen.starts_with("socks5://")) chosen.insert(6, "h");
    if (chosen.starts_with("socks4://")) chosen.insert(6, "a");
    return chosen;
}

origin redirect_connection(const std::vector<std::string>& rules, const origin& to) {
    for (const std::string& rule : rules) {
        const std::vector<std::string> f = fields_of(rule);
        if (f.size() != 4) continue;
        if (!f[0].empty() && lower(f[0]) != lower(to.host)) continue;
        if (!f[1].empty() && f[1] != std::to_string(to.port)) continue;
        origin real = to;
        if (!f[2].empty()) real.host = f[2];
        if (!f[3].empty()) {
            std::from_chars(f[3].data(), f[3].data() + f[3].size(), real.port);
        }
        real.is_address = is_ip_address(real.host);
        return real;
    }
    return to;
}

}  // namespace grove::http
