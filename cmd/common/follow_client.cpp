// SPDX-License-Identifier: MIT
#include "cmd/common/follow_client.hpp"

#include "cmd/common/terminal_text.hpp"

#include <grove/dial.hpp>
#include <grove/http_connection.hpp>
#include <grove/websocket.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_line = std::size_t{1} << 20;
/// Between answers that come at once: a page that is no long poll is not asked for without a pause.
constexpr duration least_round = 20ms;
constexpr std::uint16_t normal_closure = 1000;  // RFC 6455, section 7.4.1
constexpr duration usual_retry = 1s;            // behind a stream of events that has ended

bool is_event_stream(const http_answer& got) {
    std::string type(got.find("content-type").value_or(""));
    std::ranges::transform(type, type.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return type.starts_with("text/event-stream");
}

/// What may be otherwise later: the server is busy, or behind one that has lost it.
bool may_pass(unsigned status) noexcept {
    return status >= 500 || status == 408 || status == 425 || status == 429;
}

void check_status(const http_answer& got) {
    if (got.status >= 200 && got.status < 300) return;
    const std::string line(one_line(got.head.substr(0, got.head.find_first_of("\r\n"))));
    if (may_pass(got.status))
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                line);
    throw not_followed(line);
}

}  // namespace

follow_client::follow_client(follow_request what, listener heard, body_listener bytes)
    : what_(std::move(what)),
      heard_(std::move(heard)),
      bytes_(std::move(bytes)),
      to_(destination_maker(what_.http).make(what_.place)) {
    if (!what_.http.data.empty()) body_ = load_body(what_.http);
}

followed_end follow_client::follow_once() {
    const bool is_socket =
        what_.place.scheme == target_scheme::ws || what_.place.scheme == target_scheme::wss;
    return is_socket ? follow_websocket() : follow_http(deadline::now());
}

socket follow_client::connect() {
    const deadline until(what_.timeout);
    const auto reach = [&] {
        if (to_.at.empty())
            return dial(to_.host, to_.port, {.names = {.family = to_.family}}, until);
        return socket::connect(to_.at.front(), until);
    };
    socket made = reach();
    if (to_.tls) made.start_tls(*to_.tls, to_.server_name, until);
    return made;
}

followed_end follow_client::follow_websocket() {
    websocket_connect_options how;
    how.connection.message_limit = longest_line;
    for (auto& [name, value] : request_fields(what_.place, what_.http)) {
        if (name != "Host" && name != "Accept") how.fields.push_back({name, value});
    }
    socket made = connect();
    websocket on =
        websocket::connect(std::move(made), what_.place.url(), how, deadline(what_.timeout));
    is_endless_ = true;
    while (const auto message = on.receive()) heard_({.data = message->data});
    return {.pause = usual_retry, .is_whole = on.end().code == normal_closure};
}

followed_end follow_client::follow_http(deadline begun) {
    http_options http = what_.http;
    if (!events_.last_id().empty())
        http.headers.push_back({.name = "Last-Event-ID", .value = events_.last_id()});
    http_connection on(connect());
    on.send(request_text(what_.place, http, body_), deadline(what_.timeout));
    const http_answer& got = on.receive_head();
    check_status(got);
    if (is_event_stream(got)) {
        is_endless_ = true;
        follow_events(on);
        return {.pause = events_.retry().value_or(usual_retry), .is_whole = false};
    }
    follow_body(on);
    const duration took = deadline::now() - begun;
    return {.pause = std::max<duration>(least_round - took, 0s), .is_whole = true};
}

void follow_client::follow_events(http_connection& from) {
    events_.restart();
    for (auto piece = from.read_some(); !piece.empty(); piece = from.read_some()) {
        events_.feed(piece);
        while (const auto event = events_.next())
            heard_({.data = event->data, .event = event->name, .id = event->id});
    }
}

void follow_client::follow_body(http_connection& from) {
    line_.clear();
    for (auto piece = from.read_some(); !piece.empty(); piece = from.read_some()) {
        if (bytes_)
            bytes_(piece);
        else
            take_lines(piece);
    }
    hear_line(line_);
}

void follow_client::take_lines(std::string_view piece) {
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        line_ += piece.substr(0, end);
        if (line_.size() > longest_line) {
            throw std::system_error(std::make_error_code(std::errc::message_size),
                                    "a line above 1 MiB");
        }
        piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
        if (end != std::string_view::npos) hear_line(std::exchange(line_, {}));
    }
}

void follow_client::hear_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) heard_({.data = line});
}

std::string message_item(std::string_view data, char end) {
    std::string item;
    item.reserve(data.size() + 1);
    for (const char c : data) {
        if (c == end)
            item += end == '\n' ? "\\n" : "\\0";
        else if (c != '\r' || end != '\n')
            item += c;
    }
    return item += end;
}

}  // namespace grove::cmd
