// SPDX-License-Identifier: MIT
#include "cmd/serve/cgi_environment.hpp"

#include "cmd/serve/proxy_fields.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace grove::cmd {
namespace {

constexpr std::array<std::string_view, 17> meta_variables = {
    "AUTH_TYPE",   "CONTENT_LENGTH", "CONTENT_TYPE", "GATEWAY_INTERFACE", "HTTPS",
    "PATH_INFO",   "QUERY_STRING",   "REMOTE_ADDR",  "REMOTE_HOST",       "REMOTE_PORT",
    "REMOTE_USER", "REQUEST_METHOD", "REQUEST_URI",  "SCRIPT_NAME",       "SERVER_NAME",
    "SERVER_PORT", "SERVER_PROTOCOL"};

bool is_of_a_request(std::string_view variable) {
    const std::string_view name = variable.substr(0, variable.find('='));
    return name.starts_with("HTTP_") ||
           std::ranges::find(meta_variables, name) != meta_variables.end();
}

/// Escapes as the bytes they stand for. No text of an environment holds a NUL.
std::string decoded(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char value = 0;
        const char* const digits = text.data() + at + 1;
        if (text[at] == '%' && text.size() - at >= 3 &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2 && value != 0) {
            result += static_cast<char>(value);
            at += 2;
        } else {
            result += text[at];
        }
    }
    return result;
}

/// `X-Forwarded-For` as `HTTP_X_FORWARDED_FOR`.
std::string variable_of(std::string_view field) {
    std::string name = "HTTP_";
    for (const char c : field) {
        const bool lower = c >= 'a' && c <= 'z';
        name += c == '-' ? '_' : lower ? static_cast<char>(c - 32) : c;
    }
    return name;
}

/// Passwords are not for the environment, which others may read (section 4.1.18), and Proxy would
/// be taken for the variable that names one.
bool is_withheld(std::string_view field) noexcept {
    constexpr std::array<std::string_view, 5> names = {"Authorization", "Proxy-Authorization",
                                                       "Proxy", "Content-Type", "Content-Length"};
    return std::ranges::any_of(names, [&](std::string_view n) { return is_name(n, field); });
}

void add(std::vector<std::string>& to, std::string_view name, std::string_view value) {
    to.push_back(std::string(name).append("=").append(value));
}

/// Several fields of one name are one, with commas; of one that came as `A_B` nobody could tell
/// that it is not `A-B`.
void add_fields(std::vector<std::string>& to, std::span<const http_field> fields) {
    const auto first = static_cast<std::ptrdiff_t>(to.size());
    for (const http_field& field : fields) {
        if (is_withheld(field.name) || field.name.find('_') != std::string_view::npos) continue;
        const std::string begin = variable_of(field.name) + "=";
        const auto same = std::find_if(to.begin() + first, to.end(), [&](const std::string& other) {
            return other.starts_with(begin);
        });
        if (same == to.end()) {
            to.push_back(begin + std::string(field.value));
        } else {
            same->append(is_name(field.name, "Cookie") ? "; " : ", ").append(field.value);
        }
    }
}

std::string_view value_of(std::span<const http_field> fields, std::string_view name) noexcept {
    const auto found =
        std::ranges::find_if(fields, [&](const http_field& f) { return is_name(f.name, name); });
    return found == fields.end() ? std::string_view() : found->value;
}

}  // namespace

std::vector<std::string> client_environment(const grove::endpoint& client,
                                            std::span<const std::string> ours) {
    std::vector<std::string> made;
    std::ranges::copy_if(ours, std::back_inserter(made),
                         [](const std::string& one) { return !is_of_a_request(one); });
    if (client.address()) {
        add(made, "REMOTE_ADDR", client.address()->text());
        add(made, "REMOTE_PORT", std::to_string(client.port()));
    }
    return made;
}

std::vector<std::string> cgi_environment(const cgi_request& asked,
                                         std::span<const std::string> ours) {
    std::vector<std::string> made = client_environment(asked.client, ours);
    add(made, "GATEWAY_INTERFACE", "CGI/1.1");
    add(made, "SERVER_SOFTWARE", "grove");
    add(made, "SERVER_PROTOCOL", "HTTP/1." + std::to_string(asked.minor_version));
    add(made, "REQUEST_METHOD", asked.method);
    add(made, "REQUEST_URI", asked.target);
    add(made, "SCRIPT_NAME", asked.route);
    add(made, "PATH_INFO", decoded(asked.below));
    add(made, "QUERY_STRING", asked.query);
    const std::string_view host = value_of(asked.fields, "Host");
    const std::size_t bracket = host.rfind(']');  // `[::1]:80`
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    add(made, "SERVER_NAME", host.substr(0, colon));
    if (asked.tls) add(made, "HTTPS", "on");
    if (asked.length) add(made, "CONTENT_LENGTH", std::to_string(*asked.length));
    if (const auto type = value_of(asked.fields, "Content-Type"); !type.empty())
        add(made, "CONTENT_TYPE", type);
    add_fields(made, asked.fields);
    return made;
}

std::vector<std::string> own_environment() {
    std::vector<std::string> all;
    for (char** one = environ; one != nullptr && *one != nullptr; ++one) all.emplace_back(*one);
    return all;
}

}  // namespace grove::cmd
