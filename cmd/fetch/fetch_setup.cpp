// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch_setup.hpp"

#include "cmd/common/named_file.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/common/targets.hpp"

#include <grove/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace grove::cmd {
namespace {

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

std::string port_text(std::uint16_t port) {
    return port == 0 ? "" : std::to_string(port);
}

std::string resolve_rule(const resolve_entry& entry) {
    std::string rule = entry.host + ':' + port_text(entry.port) + ':';
    for (const std::string& address : entry.addresses) {
        if (rule.back() != ':') rule += ',';
        rule += bracketed(address);
    }
    return rule;
}

std::string connect_rule(const connect_to_entry& entry) {
    return bracketed(entry.host) + ':' + port_text(entry.port) + ':' + bracketed(entry.to_host) +
           ':' + port_text(entry.to_port);
}

/// Better now than once an item.
void require_readable(const std::string& path) {
    if (!path.empty() && ::access(path.c_str(), R_OK) != 0) throw_errno("open", path);
}

void add_certificate(http::client_options& into, const http_options& from) {
    const std::size_t colon = from.cert.find(':');
    into.certificate = from.cert.substr(0, colon);
    if (colon != std::string::npos) into.key_password = from.cert.substr(colon + 1);
    into.private_key = from.key;
    into.ca_file = from.cacert;
    for (const std::string* path : {&into.certificate, &into.private_key, &into.ca_file}) {
        require_readable(*path);
    }
    into.verify = from.insecure ? http::verification::off : http::verification::on;
}

void add_cookies(http::client_options& into, const std::vector<std::string>& cookies) {
    for (const std::string& cookie : cookies) {
        if (cookie.find('=') == std::string::npos) {
            require_readable(cookie);
            into.cookie_file = cookie;
        } else {
            into.cookies += into.cookies.empty() ? cookie : "; " + cookie;
        }
    }
}

}  // namespace

http::client_options client_options_of(const fetch_options& options, std::size_t connections) {
    const http_options& from = options.http;
    http::client_options into;
    // A paused HTTP/2 stream is kept in memory up to 32 MiB; HTTP/1.1 leaves it with the sender.
    const bool slowed = options.limit_rate.has_value() || names_stdout(options.output);
    into.version = slowed || from.version == http_version::http1_1 ? http::version::http_1_1
                   : from.version == http_version::http2           ? http::version::http_2
                                                                   : http::version::any;
    into.family = from.family == ip_family::v4   ? http::family::v4
                  : from.family == ip_family::v6 ? http::family::v6
                                                 : http::family::any;
    add_certificate(into, from);
    add_cookies(into, from.cookies);
    into.proxy = from.proxy;
    into.unix_socket = from.unix_socket;
    for (const resolve_entry& entry : from.resolve) into.resolve.push_back(resolve_rule(entry));
    for (const connect_to_entry& e : from.connect_to) into.connect_to.push_back(connect_rule(e));
    for (const endpoint& server : options.dns_servers) {
        into.dns_servers.push_back(format_value(server));
    }
    into.system_dns = options.names == name_service::system;
    into.user_agent = from.user_agent.value_or("grove/" GROVE_VERSION);
    into.user = from.user.value_or("");
    into.compressed = from.compressed;
    into.max_redirects = from.follow ? from.max_redirects : 0;
    into.connect_timeout = options.connect_timeout;
    into.stall_timeout = options.stall_timeout;
    into.connections = connections;
    return into;
}

http::request request_of(const fetch_options& options) {
    http::request form;
    form.method = effective_method(options.http);
    for (const header_field& h : options.http.headers) {
        if (h.what == header_field::action::leave_out)
            form.without.push_back(h.name);
        else
            form.headers.push_back({h.name, h.value});
    }
    if (!options.http.data.empty()) form.body = load_body(options.http);
    return form;
}

output_pattern pattern_of(const std::string& output) {
    output_pattern made = output_pattern::parse(output);
    if (made.what() != output_pattern::kind::file) return made;
    const std::string path = made.folder() + '/' + made.path({});
    if (is_written_through(path)) return made;
    std::error_code none;
    const bool leads_to_file =
        std::filesystem::is_symlink(path, none) && std::filesystem::is_regular_file(path, none);
    if (!leads_to_file) return made;
    std::string as_text;
    for (const char c : target_of_link(path)) as_text.append(c == '{' || c == '}' ? 2 : 1, c);
    return output_pattern::parse(as_text);
}

std::size_t transfers_that_fit(std::size_t wanted, std::size_t descriptors) noexcept {
    constexpr std::size_t spare = 48;  // lists, epoll, resolver, libraries, kept connections
    const std::size_t fit = descriptors > spare + 2 ? (descriptors - spare) / 2 : 1;
    return std::min(wanted, fit);
}

}  // namespace grove::cmd
