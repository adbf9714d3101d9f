// SPDX-License-Identifier: MIT
#include "cmd/serve/proxy_fields.hpp"

#include "cmd/common/targets.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

/// Fields of one connection, whether Connection names them or not.
constexpr std::array<std::string_view, 10> of_a_connection = {"Connection",
                                                              "Keep-Alive",
                                                              "Proxy-Connection",
                                                              "Proxy-Authenticate",
                                                              "Proxy-Authorization",
                                                              "TE",
                                                              "Trailer",
                                                              "Transfer-Encoding",
                                                              "Upgrade",
                                                              "HTTP2-Settings"};

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

void add(std::string& to, std::string_view name, std::string_view value) {
    to.append(name).append(": ").append(value).append("\r\n");
}

/// All values of a list field, and one more.
std::string joined(std::span<const http_field> fields, std::string_view name,
                   std::string_view last) {
    std::string all;
    for (const http_field& field : fields) {
        if (is_name(field.name, name) && !field.value.empty()) all.append(field.value).append(", ");
    }
    return all.append(last);
}

/// What the proxy says itself.
bool is_ours(const forwarded_request& asked, std::string_view name) noexcept {
    constexpr std::array<std::string_view, 7> own = {"Host",
                                                     "Content-Length",
                                                     "Expect",
                                                     "Via",
                                                     "X-Forwarded-For",
                                                     "X-Forwarded-Proto",
                                                     "X-Forwarded-Host"};
    return std::ranges::any_of(own, [&](std::string_view n) { return is_name(n, name); }) ||
           (asked.without_password && is_name(name, "Authorization"));
}

}  // namespace

bool is_name(std::string_view one, std::string_view other) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::string upstream::origin() const {
    return (tls ? "https://" : "http://") + authority;
}

upstream upstream::of(std::string_view url) {
    constexpr std::string_view mark = "://";
    const std::size_t begin = url.find(mark) + mark.size();
    std::string whole(url);
    if (whole.find_first_of(":/", begin) == begin) whole.insert(begin, "localhost");
    target read;
    static_cast<void>(parse_http_target(whole, read));
    upstream made;
    made.host = read.host;
    made.port = read.port;
    made.tls = read.scheme == target_scheme::https;
    read.resource = "/";
    const std::string origin = read.url();
    made.authority = origin.substr(origin.find(mark) + mark.size());
    if (made.authority.ends_with('/')) made.authority.pop_back();
    if (const std::size_t slash = url.find('/', begin); slash != std::string_view::npos) {
        made.path = url.substr(slash);
        while (made.path->ends_with('/')) made.path->pop_back();
    }
    return made;
}

hop_fields::hop_fields(std::span<const http_field> of) {
    for (const http_field& field : of) {
        if (!is_name(field.name, "Connection")) continue;
        for (std::string_view list = field.value; !list.empty();) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (const auto one = trimmed(list.substr(0, comma)); !one.empty())
                named_.push_back(one);
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }
}

bool hop_fields::has(std::string_view name) const noexcept {
    return names(name) || std::ranges::any_of(of_a_connection, [&](std::string_view other) {
               return is_name(name, other);
           });
}

bool hop_fields::names(std::string_view name) const noexcept {
    return std::ranges::any_of(named_,
                               [&](std::string_view other) { return is_name(name, other); });
}

std::string head_for(const upstream& to, const forwarded_request& asked) {
    const hop_fields of_hop(asked.fields);
    std::string head;
    head.append(asked.method).append(" ").append(asked.target).append(" HTTP/1.1\r\n");
    add(head, "Host", to.authority);
    std::string_view host;
    for (const http_field& field : asked.fields) {
        if (is_name(field.name, "Host")) host = field.value;
        if (!of_hop.has(field.name) && !is_ours(asked, field.name))
            add(head, field.name, field.value);
    }
    const std::string version = "1." + std::to_string(asked.minor_version);
    add(head, "Via", joined(asked.fields, "Via", version + " grove"));
    if (!asked.client.empty())
        add(head, "X-Forwarded-For", joined(asked.fields, "X-Forwarded-For", asked.client));
    add(head, "X-Forwarded-Proto", asked.tls ? "https" : "http");
    if (!host.empty()) add(head, "X-Forwarded-Host", host);
    if (asked.length) {
        add(head, "Content-Length", std::to_string(*asked.length));
    } else if (asked.has_body) {
        add(head, "Transfer-Encoding", "chunked");
    }
    if (!asked.upgrade.empty()) {
        add(head, "Connection", "Upgrade");
        add(head, "Upgrade", asked.upgrade);
    }
    return head += "\r\n";
}

std::string target_at(const upstream& to, std::string_view path, std::string_view below,
                      std::string_view query) {
    std::string target = to.path ? *to.path + std::string(below) : std::string(path);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    if (!query.empty()) target.append("?").append(query);
    return target;
}

std::string location_from(const upstream& by, std::string_view route, std::string_view where) {
    const std::string origin = by.origin();
    std::string_view path = where;
    if (path.starts_with(origin)) path.remove_prefix(origin.size());
    const bool whole = path.size() < where.size();
    if (whole && path.empty()) path = "/";
    if (!path.starts_with('/') || path.starts_with("//")) return std::string(where);
    if (!by.path) return std::string(path);
    if (!path.starts_with(*by.path)) return std::string(where);
    const std::string_view rest = path.substr(by.path->size());
    if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::string(where);
    std::string made = std::string(route) + std::string(rest);
    return made.empty() ? "/" : made;
}

}  // namespace grove::cmd
