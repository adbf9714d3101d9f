// SPDX-License-Identifier: MIT
#include "net/websocket_opening.hpp"

#include "net/field_syntax.hpp"
#include "net/head_lines.hpp"
#include "net/websocket_key.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace grove::ws {
namespace {

using http::same_name;

bool is_visible(char c) noexcept {
    return c > ' ' && c < 0x7f;
}

bool is_ours(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 8> ours{"Host",
                                                   "Connection",
                                                   "Upgrade",
                                                   "Origin",
                                                   "Sec-WebSocket-Key",
                                                   "Sec-WebSocket-Version",
                                                   "Sec-WebSocket-Protocol",
                                                   "Sec-WebSocket-Extensions"};
    return std::ranges::any_of(ours, [&](std::string_view one) { return same_name(one, name); });
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
    if (!http::is_token(name) || !http::is_field_value(value))
        throw std::invalid_argument("websocket: a field cannot be sent: " + std::string(name));
    head.append(name).append(": ").append(value).append("\r\n");
}

std::string joined(const std::vector<std::string>& tokens) {
    std::string list;
    for (const std::string& one : tokens) {
        if (!http::is_token(one))
            throw std::invalid_argument("websocket: a subprotocol must be a token");
        list.append(list.empty() ? "" : ", ").append(one);
    }
    return list;
}

/// The values of all fields of that name.
std::vector<std::string_view> values_of(const http_answer& answer, std::string_view name) {
    std::vector<std::string_view> found;
    std::string_view lines = answer.head;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        const std::size_t colon = std::min(line.find(':'), line.size());
        if (same_name(line.substr(0, colon), name))
            found.push_back(http::trimmed(line.substr(std::min(colon + 1, line.size()))));
        lines.remove_prefix(std::min(line.size() + 2, lines.size()));
    }
    return found;
}

bool names(const http_answer& answer, std::string_view field, std::string_view wanted) {
    bool found = false;
    for (const std::string_view list : values_of(answer, field)) {
        http::each_element(list,
                           [&](std::string_view one) { found = found || same_name(one, wanted); });
    }
    return found;
}

std::string status_of(const http_answer& answer) {
    const std::string_view line = answer.head.substr(0, answer.head.find("\r\n"));
    return std::string(line.substr(std::min(line.find(' '), line.size() - 1) + 1));
}

}  // namespace

target parse_url(std::string_view url) {
    const auto refuse = [&](const char* why) {
        return http::error(http::error_kind::url, http::shown_url(url), why);
    };
    const std::string_view part = http::origin_part(url);
    const std::string_view scheme = part.substr(0, std::min(part.find(':'), part.size()));
    if (!same_name(scheme, "ws") && !same_name(scheme, "wss"))
        throw refuse("the URL of a WebSocket begins with ws:// or wss://");
    if (part.find('@') != std::string_view::npos)
        throw refuse("credentials belong in a field, Authorization");
    target found;
    found.at = http::parse_origin(url);
    found.resource = url.substr(part.size());
    if (!std::ranges::all_of(found.resource, is_visible))
        throw refuse("blanks and what is not ASCII must be percent-encoded");
    if (found.resource.find('#') != std::string::npos)
        throw refuse("the URL of a WebSocket has no fragment");
    if (!found.resource.starts_with('/')) found.resource.insert(0, 1, '/');
    found.host = found.at.key();
    const std::string_view usual = found.at.scheme == "wss" ? ":443" : ":80";
    if (found.host.ends_with(usual)) found.host.resize(found.host.size() - usual.size());
    return found;
}

std::string opening_request(const target& to, std::string_view key,
                            const websocket_connect_options& options) {
    std::string head = "GET " + to.resource + " HTTP/1.1\r\n";
    add_field(head, "Host", to.host);
    add_field(head, "Upgrade", "websocket");
    add_field(head, "Connection", "Upgrade");
    add_field(head, "Sec-WebSocket-Key", key);
    add_field(head, "Sec-WebSocket-Version", "13");
    if (!options.subprotocols.empty())
        add_field(head, "Sec-WebSocket-Protocol", joined(options.subprotocols));
    if (!options.origin.empty()) add_field(head, "Origin", options.origin);
    for (const http::header& field : options.fields) {
        if (is_ours(field.name))
            throw std::invalid_argument("websocket: the handshake itself sends " + field.name);
        add_field(head, field.name, field.value);
    }
    return head + "\r\n";
}

std::string check_opening(const http_answer& answer, std::string_view key,
                          const websocket_connect_options& options) {
    if (answer.status != 101)
        throw std::system_error(websocket_errc::refused, "answered " + status_of(answer));
    const auto broken = [](const char* why) {
        return std::system_error(websocket_errc::handshake, why);
    };
    if (!names(answer, "Upgrade", "websocket") || !names(answer, "Connection", "Upgrade"))
        throw broken("the answer does not name the upgrade");
    const auto proofs = values_of(answer, "Sec-WebSocket-Accept");
    if (proofs.size() != 1 || proofs[0] != proof_of(key))
        throw broken("the answer has no valid Sec-WebSocket-Accept");
    if (!values_of(answer, "Sec-WebSocket-Extensions").empty())
        throw broken("the answer has extensions that nobody asked for");
    const auto chosen = values_of(answer, "Sec-WebSocket-Protocol");
    if (chosen.empty()) return {};
    if (chosen.size() > 1 ||
        std::ranges::find(options.subprotocols, chosen[0]) == options.subprotocols.end())
        throw broken("the answer has a subprotocol that nobody asked for");
    return std::string(chosen[0]);
}

}  // namespace grove::ws
