// SPDX-License-Identifier: MIT
#include "cmd/serve/route.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/serve/chat.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

enum class behind_colon : std::uint8_t { nothing, something, maybe };

struct handler_row {
    std::string_view name;
    route_kind kind;
    behind_colon takes = behind_colon::nothing;
    std::string_view example = {};

    [[nodiscard]] bool fits(bool has_argument) const noexcept {
        return takes == behind_colon::maybe || (takes == behind_colon::something) == has_argument;
    }
};

constexpr std::array web_handlers{
    handler_row{"echo", route_kind::echo},
    handler_row{"ws-echo", route_kind::ws_echo},
    handler_row{"json", route_kind::json, behind_colon::something, "json:{\"a\":1}"},
    handler_row{"status", route_kind::status, behind_colon::something, "status:503"},
    handler_row{"httpbin", route_kind::httpbin},
    handler_row{"stream", route_kind::stream},
    handler_row{"sse", route_kind::sse},
    handler_row{"long-poll", route_kind::long_poll},
    handler_row{"chat", route_kind::chat, behind_colon::maybe},
    handler_row{"exec", route_kind::exec, behind_colon::something, "exec:date"},
};
constexpr std::array tcp_handlers{
    handler_row{"echo", route_kind::tcp_echo},
    handler_row{"lines", route_kind::tcp_lines},
    handler_row{"discard", route_kind::tcp_discard},
    handler_row{"chargen", route_kind::tcp_chargen},
};

template <class Rows>
std::string list(const Rows& rows) {
    std::string names;
    for (const handler_row& row : rows) {
        names += names.empty() ? "" : ", ";
        names += row.name;
        names += row.takes == behind_colon::something ? ":.." : "";
    }
    return names;
}

template <class Rows>
const handler_row* find(const Rows& rows, std::string_view name) {
    const auto found = std::ranges::find(rows, name, &handler_row::name);
    return found == rows.end() ? nullptr : &*found;
}

template <class Rows>
std::string hint_for(const Rows& rows, std::string_view name) {
    std::array<std::string_view, std::tuple_size_v<Rows>> names;
    std::ranges::transform(rows, names.begin(), &handler_row::name);
    const std::string_view near = nearest(name, names);
    return near.empty() ? "there are " + list(rows) + ", folders and URLs"
                        : "did you mean " + std::string(near) + "?";
}

bool exists(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

std::optional<text_error> check_status(std::string_view text, std::size_t at) {
    unsigned status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    if (error == std::errc() && end == text.data() + text.size() && status >= 200 && status <= 599)
        return std::nullopt;
    return text_error{"is no status", at, "write 200 to 599"};
}

std::optional<text_error> check_command(std::string_view text, std::size_t at) {
    if (!text.empty()) return std::nullopt;
    return text_error{"names no command", at, "write exec:date"};
}

std::optional<text_error> check_json(std::string_view text, std::size_t at) {
    boost::json::stream_parser parser;
    boost::system::error_code error;
    const std::size_t read = parser.write(text.data(), text.size(), error);
    if (!error) parser.finish(error);
    if (!error) return std::nullopt;
    return text_error{"is no JSON: " + error.message(), at + std::min(read, text.size()), {}};
}

std::optional<text_error> check_rooms(std::string_view text, std::size_t at) {
    if (text.empty()) return text_error{"names no room", at, "write chat, or chat:ROOM,ROOM"};
    const std::vector<std::string> names = chat_room_names(text);
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (!is_chat_name(*name))
            return text_error{"is no name of a room", at, "write chat:ROOM,ROOM"};
        if (std::find(names.begin(), name, *name) != name)
            return text_error{"is the same room again", at, "write each once"};
        at += name->size() + 1;
    }
    return std::nullopt;
}

/// Another server. `http://:3000` is on this machine.
std::optional<text_error> parse_proxy(std::string_view url, std::size_t at, route& into) {
    const std::size_t host = url.find("://") + 3;
    const bool is_local = url.find_first_of(":/?#", host) == host;
    std::string whole(url);
    if (is_local) whole.insert(host, "localhost");
    target read;
    if (auto wrong = parse_http_target(whole, read)) {
        if (is_local) wrong->offset -= std::min(wrong->offset, whole.size() - url.size());
        wrong->offset += at;
        return wrong;
    }
    if (!read.user.empty() || !read.password.empty())
        return text_error{"names a user", at + host, "leave it to the client to say who asks"};
    if (const std::size_t query = url.find_first_of("?#"); query != std::string_view::npos)
        return text_error{"has more than a path", at + query, "leave that out"};
    into.kind = route_kind::proxy;
    into.argument = url;
    return std::nullopt;
}

/// `at`: where `handler` begins in the word.
std::optional<text_error> parse_web_handler(std::string_view handler, std::size_t at, route& into) {
    const std::size_t colon = std::min(handler.find(':'), handler.size());
    const std::string_view name = handler.substr(0, colon);
    const std::string_view argument = handler.substr(std::min(colon + 1, handler.size()));
    if (const handler_row* row = find(web_handlers, name)) {
        if (!row->fits(colon < handler.size())) {
            const bool needs = row->takes == behind_colon::something;
            return text_error{needs ? "needs something behind it" : "takes nothing",
                              at + name.size(), std::string(needs ? row->example : name)};
        }
        into.kind = row->kind;
        into.argument = argument;
        if (row->kind == route_kind::status) return check_status(argument, at + colon + 1);
        if (row->kind == route_kind::exec) return check_command(argument, at + colon + 1);
        if (row->kind == route_kind::json) return check_json(argument, at + colon + 1);
        if (row->kind == route_kind::chat && colon < handler.size())
            return check_rooms(argument, at + colon + 1);
        return std::nullopt;
    }
    if (handler.starts_with("http://") || handler.starts_with("https://"))
        return parse_proxy(handler, at, into);
    into.kind = route_kind::files;
    into.argument = handler;
    if (handler.empty()) return text_error{"says nothing to serve", at, hint_for(web_handlers, {})};
    if (exists(into.argument)) return std::nullopt;
    const bool may_be_a_path = at == 0 && handler.starts_with('/');
    return text_error{"is neither a folder nor a file that is there, nor a handler", at,
                      may_be_a_path
                          ? "a path needs what it serves: " + std::string(handler) + "=echo"
                          : hint_for(web_handlers, name)};
}

/// `tcp://:5432` is on this machine.
std::optional<text_error> parse_tcp_proxy(std::string_view url, std::size_t at, route& into) {
    constexpr std::string_view local = "localhost";
    const std::size_t host = url.find("://") + 3;
    const bool is_local = url.find(':', host) == host;
    std::string whole(url);
    if (is_local) whole.insert(host, local);
    target read;
    if (auto wrong = parse_value(whole, read)) {
        if (is_local) wrong->offset -= std::min(wrong->offset, local.size());
        wrong->offset += at;
        return wrong;
    }
    into.kind = route_kind::tcp_proxy;
    into.argument = read.endpoint();
    return std::nullopt;
}

std::optional<text_error> parse_tcp(std::string_view text, route& into) {
    constexpr std::string_view scheme = "tcp://";
    constexpr std::string_view exec = "exec:";
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
        return text_error{"says nothing to serve", text.size(), "tcp://:5000=lines"};
    const std::string_view handler = text.substr(equals + 1);
    into.path.clear();
    into.at = text.substr(scheme.size(), equals - scheme.size());
    if (handler.starts_with(scheme)) {
        if (auto wrong = parse_tcp_proxy(handler, equals + 1, into)) return wrong;
    } else if (handler.starts_with(exec)) {
        into.kind = route_kind::tcp_exec;
        into.argument = handler.substr(exec.size());
        if (auto wrong = check_command(into.argument, equals + 1 + exec.size())) return wrong;
    } else if (const handler_row* const row = find(tcp_handlers, handler)) {
        into.kind = row->kind;
    } else {
        return text_error{"is no TCP handler", equals + 1,
                          "there are " + list(tcp_handlers) + ", exec:.., tcp://HOST:PORT"};
    }
    if (into.at.find(':') == std::string::npos)
        return text_error{"has no port", equals, "tcp://:5000=" + std::string(handler)};
    return std::nullopt;
}

}  // namespace

std::optional<text_error> parse_value(std::string_view text, route& into) {
    route made;
    std::optional<text_error> wrong;
    const std::size_t equals = text.find('=');
    if (text.starts_with("tcp://")) {
        wrong = parse_tcp(text, made);
    } else if (text.starts_with('/') && equals != std::string_view::npos) {
        made.path = text.substr(0, equals);
        while (made.path.size() > 1 && made.path.back() == '/') made.path.pop_back();
        wrong = parse_web_handler(text.substr(equals + 1), equals + 1, made);
    } else if (find(web_handlers, text.substr(0, text.find(':'))) && !exists(std::string(text))) {
        wrong = text_error{"is a handler, and needs a path", 0, "/=" + std::string(text)};
    } else {
        made.path = "/";
        wrong = parse_web_handler(text, 0, made);
    }
    if (!wrong) into = std::move(made);
    return wrong;
}

}  // namespace grove::cmd
