// SPDX-License-Identifier: MIT
#include "cmd/serve/site.hpp"

#include "cmd/common/base64.hpp"
#include "cmd/serve/chat.hpp"
#include "cmd/serve/faulty_answer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

/// In a time that does not tell how much of `given` is right.
bool same_secret(std::string_view given, std::string_view wanted) noexcept {
    unsigned differs = given.size() == wanted.size() ? 0 : 1;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char other = wanted[i % wanted.size()];
        differs |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(other);
    }
    return differs == 0;
}

/// What of `path` lies below `route`. Result: false when it does not.
bool is_below(std::string_view path, std::string_view route, std::string_view& rest) noexcept {
    if (!path.starts_with(route)) return false;
    rest = path.substr(route.size());
    return rest.empty() || rest.front() == '/';
}

}  // namespace

std::unique_ptr<web_handler> handler_for(const route& what, serve_context& context) {
    switch (what.kind) {
        case route_kind::files:
            return files_handler(what, context);
        case route_kind::echo:
            return echo_handler();
        case route_kind::ws_echo:
            return websocket_echo_handler(context);
        case route_kind::json:
            return json_handler(what.argument);
        case route_kind::status:
            return status_handler(what.argument);
        case route_kind::httpbin:
            return httpbin_handler(context);
        case route_kind::stream:
            return stream_handler(context);
        case route_kind::sse:
            return events_handler(context);
        case route_kind::long_poll:
            return long_poll_handler(context);
        case route_kind::chat:
            return chat_handler(chat_room_names(what.argument), context);
        case route_kind::proxy:
            return proxy_handler(what, context);
        case route_kind::exec:
            return context.options.broadcast ? broadcast_handler(what, context)
                                             : exec_handler(what, context);
        default:
            throw std::logic_error("a TCP server is no handler of HTTP");
    }
}

void allow_methods(const web_call& call, std::string_view allowed) {
    const std::string_view method = call.asked.method();
    for (std::string_view left = allowed; !left.empty();) {
        const std::size_t end = std::min(left.find(", "), left.size());
        if (left.substr(0, end) == method) return;
        left.remove_prefix(std::min(end + 2, left.size()));
    }
    throw http_error(405).add("Allow", std::string(allowed));
}

void refuse_other_sites(const http_request& asked, const serve_options& options) {
    if (options.cors) return;
    const std::string_view origin = asked.find("Origin").value_or("");
    const std::size_t host = std::min(origin.find("://"), origin.size());
    const bool is_ours =
        origin.empty() ||
        (host < origin.size() && origin.substr(host + 3) == asked.find("Host").value_or(""));
    if (!is_ours || asked.find("Sec-Fetch-Site") == "cross-site")
        throw http_error(403, "a page of another site may not ask this: --cors lets it");
}

std::optional<std::uint64_t> announced_length(const http_request& asked) {
    return asked.find("Content-Length") ? asked.content_length() : std::nullopt;
}

site::site(serve_context& context) : context_(context), options_(context.options) {
    if (!options_.auth.empty()) credentials_ = "Basic " + base64(options_.auth);
    const std::vector<route> usual{{.path = "/", .at = {}, .argument = "."}};
    const bool none = std::ranges::all_of(options_.routes, &route::is_tcp);
    for (const route& one : none ? usual : options_.routes) {
        if (one.is_tcp()) continue;
        places_.push_back({one.path == "/" ? "" : one.path, handler_for(one, context)});
    }
    std::ranges::stable_sort(places_, std::ranges::greater(),
                             [](const place& p) { return p.path.size(); });
}

void site::answer(http_request& asked, http_response& answer) {
    if (!options_.cors) return dispatch(asked, answer);
    answer.add("Access-Control-Allow-Origin", "*");
    if (answer_preflight(asked, answer)) return;
    try {
        dispatch(asked, answer);
    } catch (http_error& e) {
        e.add("Access-Control-Allow-Origin", "*");
        throw;
    }
}

void site::dispatch(http_request& asked, http_response& answer) {
    if (fault_rules& faults = context_.faults; !faults.empty())
        make_faulty(faults.decide(asked.method(), asked.path()), answer, context_);
    check_password(asked);
    for (const place& one : places_) {
        std::string_view below;
        if (is_below(asked.path(), one.path, below))
            return one.handler->answer({asked, answer, below});
    }
    throw http_error(404);
}

void site::check_password(const http_request& asked) const {
    if (credentials_.empty()) return;
    const auto given = asked.find("Authorization");
    if (given && same_secret(*given, credentials_)) return;
    throw http_error(401).add("WWW-Authenticate", "Basic realm=\"grove\", charset=\"UTF-8\"");
}

/// What a browser asks before it lets a script of another site ask (WHATWG Fetch section 3.2.2).
bool site::answer_preflight(const http_request& asked, http_response& answer) const {
    const auto method = asked.find("Access-Control-Request-Method");
    if (asked.method() != "OPTIONS" || !method) return false;
    answer.add("Access-Control-Allow-Methods", *method);
    if (const auto fields = asked.find("Access-Control-Request-Headers"))
        answer.add("Access-Control-Allow-Headers", *fields);
    answer.add("Access-Control-Max-Age", "600").status(204).send();
    return true;
}

}  // namespace grove::cmd
