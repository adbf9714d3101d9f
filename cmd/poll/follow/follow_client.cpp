// SPDX-License-Identifier: MIT
#include "cmd/poll/follow/follow_client.hpp"

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
constexpr duration usual_retry = 1s;  // behind a stream of events that has ended

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

follow_client::follow_client(const poll_options& options, listener heard)
    : options_(options),
      heard_(std::move(heard)),
      place_(*options.follow),
      to_(destination_maker(options.http).make(place_)) {
    if (!options.http.data.empty()) body_ = load_body(options.http);
}

duration follow_client::follow_once() {
    const deadline begun = deadline::now();
    const bool is_socket =
        place_.scheme == target_scheme::ws || place_.scheme == target_scheme::wss;
    if (!is_socket) return follow_http(begun);
    follow_websocket();
    return usual_retry;
}

socket follow_client::connect() {
    const deadline until(options_.timeout);
    const auto reach = [&] {
        if (to_.at.empty())
            return dial(to_.host, to_.port, {.names = {.family = to_.family}}, until);
        return socket::connect(to_.at.front(), until);
    };
    socket made = reach();
    if (to_.tls) made.start_tls(*to_.tls, to_.server_name, until);
    return made;
}

void follow_client::follow_websocket() {
    websocket_connect_options how;
    how.connection.message_limit = longest_line;
    for (auto& [name, value] : request_fields(place_, options_.http)) {
        if (name != "Host" && name != "Accept") how.fields.push_back({name, value});
    }
    socket made = connect();
    websocket on =
        websocket::connect(std::move(made), place_.url(), how, deadline(options_.timeout));
    while (const auto message = on.receive()) heard_({.data = message->data});
}

duration follow_client::follow_http(deadline begun) {
    http_options http = options_.http;
    if (!events_.last_id().empty())
        http.headers.push_back({.name = "Last-Event-ID", .value = events_.last_id()});
    http_connection on(connect());
    on.send(request_text(place_, http, body_), deadline(options_.timeout));
    const http_answer& got = on.receive_head();
    check_status(got);
    if (is_event_stream(got)) {
        follow_events(on);
        return events_.retry().value_or(usual_retry);
    }
    follow_lines(on);
    const duration took = deadline::now() - begun;
    return std::max<duration>(least_round - took, 0s);
}

void follow_client::follow_events(http_connection& from) {
    events_.restart();
    for (auto piece = from.read_some(); !piece.empty(); piece = from.read_some()) {
        events_.feed(piece);
        while (const auto event = events_.next())
            heard_({.data = event->data, .event = event->name, .id = event->id});
    }
}

void follow_client::follow_lines(http_connection& from) {
    std::string line;
    for (auto piece = from.read_some(); !piece.empty(); piece = from.read_some()) {
        while (!piece.empty()) {
            const std::size_t end = piece.find('\n');
            line += piece.substr(0, end);
            if (line.size() > longest_line) {
                throw std::system_error(std::make_error_code(std::errc::message_size),
                                        "a line above 1 MiB");
            }
            piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
            if (end != std::string_view::npos) hear_line(std::exchange(line, {}));
        }
    }
    hear_line(line);
}

void follow_client::hear_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) heard_({.data = line});
}

}  // namespace grove::cmd
