// SPDX-License-Identifier: MIT
#include "net/field_syntax.hpp"
#include "net/head_lines.hpp"
#include "net/websocket_key.hpp"

#include <grove/websocket_handshake.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace grove {
namespace {

using http::same_name;

/// The elements of the lists in all fields of that name.
std::vector<std::string_view> elements_of(const websocket_request& request, std::string_view name) {
    std::vector<std::string_view> found;
    for (const http_field& field : request.fields) {
        if (!same_name(field.name, name)) continue;
        http::each_element(field.value, [&](std::string_view one) { found.push_back(one); });
    }
    return found;
}

bool names(const websocket_request& request, std::string_view field, std::string_view wanted) {
    return std::ranges::any_of(elements_of(request, field),
                               [&](std::string_view one) { return same_name(one, wanted); });
}

/// Nothing when the field is not there, or there more than once.
std::optional<std::string_view> only(const websocket_request& request, std::string_view name) {
    std::optional<std::string_view> found;
    for (const http_field& field : request.fields) {
        if (!same_name(field.name, name)) continue;
        if (found) return std::nullopt;
        found = field.value;
    }
    return found;
}

bool has(const websocket_request& request, std::string_view name) {
    return std::ranges::any_of(
        request.fields, [&](const http_field& field) { return same_name(field.name, name); });
}

websocket_answer refusal(unsigned status, std::string reason,
                         std::vector<http::header> fields = {}) {
    return {.status = status, .reason = std::move(reason), .fields = std::move(fields)};
}

websocket_answer upgrade_required(std::string reason) {
    return refusal(
        426, std::move(reason),
        {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}});
}

bool may_connect(const websocket_request& request, const websocket_answer_options& options) {
    if (options.origins.empty() || !has(request, "Origin")) return true;
    const auto origin = only(request, "Origin");
    return origin && std::ranges::any_of(options.origins, [&](const std::string& one) {
               return same_name(one, *origin);
           });
}

/// RFC 6455 section 4.2.1; nothing when the request is good.
std::optional<websocket_answer> refuse(const websocket_request& request,
                                       const websocket_answer_options& options) {
    if (request.method != "GET")
        return refusal(405, "a WebSocket is opened by GET", {{"Allow", "GET"}});
    if (request.minor < 1) return refusal(400, "a WebSocket needs HTTP/1.1");
    if (!names(request, "Connection", "Upgrade") || !names(request, "Upgrade", "websocket"))
        return upgrade_required("only WebSockets are served here");
    if (only(request, "Sec-WebSocket-Version") != "13")
        return upgrade_required("only version 13 of WebSocket is spoken");
    const auto key = only(request, "Sec-WebSocket-Key");
    if (!key || !ws::is_key(*key)) return refusal(400, "no valid Sec-WebSocket-Key");
    if (!may_connect(request, options)) return refusal(403, "pages of this origin may not connect");
    return std::nullopt;
}

std::string choose(const websocket_request& request, const websocket_answer_options& options) {
    const auto offered = elements_of(request, "Sec-WebSocket-Protocol");
    const auto chosen = std::ranges::find_if(options.subprotocols, [&](const std::string& ours) {
        return std::ranges::find(offered, ours) != offered.end();
    });
    return chosen == options.subprotocols.end() ? std::string() : *chosen;
}

}  // namespace

std::string websocket_answer::text() const {
    std::string out = "HTTP/1.1 " + std::to_string(status) + ' ' + reason + "\r\n";
    for (const http::header& field : fields) {
        const bool ends = !accepted() && same_name(field.name, "Connection");
        out += field.name + ": " + field.value + (ends ? ", close\r\n" : "\r\n");
    }
    if (accepted()) return out + "\r\n";
    const bool told = std::ranges::any_of(
        fields, [](const http::header& field) { return same_name(field.name, "Connection"); });
    if (!told) out += "Connection: close\r\n";
    out += "Content-Type: text/plain\r\nContent-Length: " + std::to_string(reason.size() + 1);
    return out + "\r\n\r\n" + reason + '\n';
}

websocket_answer answer_websocket(const websocket_request& request,
                                  const websocket_answer_options& options) {
    for (const std::string& ours : options.subprotocols) {
        if (!http::is_token(ours))
            throw std::invalid_argument("answer_websocket: a subprotocol must be a token");
    }
    if (auto refused = refuse(request, options)) return *std::move(refused);
    websocket_answer answer;
    answer.subprotocol = choose(request, options);
    answer.fields = {{"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Accept", ws::proof_of(*only(request, "Sec-WebSocket-Key"))}};
    if (!answer.subprotocol.empty())
        answer.fields.push_back({"Sec-WebSocket-Protocol", answer.subprotocol});
    return answer;
}

}  // namespace grove
