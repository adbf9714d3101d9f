// SPDX-License-Identifier: MIT
#include "cmd/common/json_text.hpp"
#include "cmd/common/percent_code.hpp"
#include "cmd/common/units.hpp"
#include "cmd/serve/chat.hpp"
#include "cmd/serve/chat_page.hpp"
#include "cmd/serve/chat_socket.hpp"
#include "cmd/serve/query_values.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/greenlet.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The tutorial's chat. Below the route:
///
///     GET  /                       asks for a name
///     GET  /USER                   the rooms
///     GET  /ROOM/USER              enters; a page with the backlog
///     POST /put/ROOM/USER          says message=.. of a form
///     POST /poll/USER              waits for the next message of his rooms: "user:text", or []
///     GET  /log/ROOM/USER?after=ID enters; waits for messages after that one: a list of objects
///     GET  /ws/ROOM/USER?after=ID  enters; a WebSocket: texts in, such objects out
///
/// `?timeout=2s` says how long the two that wait do so at most; usually 10 s.

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration usual_wait = 10s;
constexpr duration longest_wait = 60s;

/// The segments of `/a/b`, decoded; `/` has an empty one.
std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        parts.push_back(percent_decode(path.substr(1, end - 1)));
        path.remove_prefix(end);
    }
    return parts;
}

/// Throws: `http_error` 400.
deadline wait_of(const query_values& query) {
    duration wait = usual_wait;
    const auto given = query.find("timeout");
    if (given && parse_value(*given, wait)) throw http_error(400, "timeout: write 500ms or 10s");
    return std::min(wait, longest_wait);
}

/// The number to read from. Throws: `http_error` 400.
std::uint64_t after_of(const query_values& query, const chat_room& room) {
    const auto given = query.find("after");
    if (!given) return room.before_backlog();
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), id);
    if (error != std::errc() || end != given->data() + given->size())
        throw http_error(400, "after: write the id of a message, or 0");
    return id;
}

void check_name(std::string_view user) {
    if (!is_chat_name(user))
        throw http_error(400, "a name has 1 to 60 bytes, and neither : nor / nor line breaks");
}

void send_json(const web_call& call, std::string_view text) {
    call.answer.add("Content-Type", "application/json")
        .add("Cache-Control", "no-store")
        .add("X-Content-Type-Options", "nosniff")
        .send(text);
}

/// Sends the browser elsewhere, relative to where it is.
void see_other(const web_call& call, std::string_view where) {
    call.answer.status(303).add("Location", where).send();
}

class handler final : public web_handler {
 public:
    handler(const std::vector<std::string>& rooms, serve_context& context)
        : context_(context), chat_(rooms), policy_(chat_page_policy()), closer_(spawn([this] {
              context_.stopping.wait();
              chat_.close();
          })) {}

    void answer(const web_call& call) override {
        const std::vector<std::string> parts = segments(call.below);
        if (parts.empty()) {
            allow_methods(call, "GET, HEAD");
            const std::string_view path = call.asked.path();
            see_other(call, std::string(path.substr(path.rfind('/') + 1)) + "/");
        } else if (parts.size() == 1) {
            answer_door(call, parts[0]);
        } else if (parts.size() == 2 && parts[0] == "poll" && call.asked.method() == "POST") {
            poll(call, parts[1]);
        } else if (parts.size() == 2) {
            show_room(call, find_room(parts[0]), parts[1]);
        } else if (parts.size() == 3 && parts[0] == "put") {
            put(call, find_room(parts[1]), parts[2]);
        } else if (parts.size() == 3 && parts[0] == "log") {
            log(call, find_room(parts[1]), parts[2]);
        } else if (parts.size() == 3 && parts[0] == "ws") {
            talk(call, find_room(parts[1]), parts[2]);
        } else {
            throw http_error(404);
        }
    }

 private:
    void answer_door(const web_call& call, std::string_view user) {
        allow_methods(call, "GET, HEAD");
        if (!user.empty()) {
            check_name(user);
            return send_page(call, chat_rooms_page(chat_, user));
        }
        const query_values query(call.asked.query());
        const auto chosen = query.find("user");
        if (!chosen) return send_page(call, chat_name_page());
        check_name(*chosen);
        see_other(call, "./" + percent_encode(*chosen, ""));
    }

    void show_room(const web_call& call, chat_room& room, std::string_view user) {
        allow_methods(call, "GET, HEAD");
        enter(room, user);
        send_page(call, chat_room_page(room, user));
    }

    void poll(const web_call& call, std::string_view user) {
        refuse_other_sites(call);
        const deadline until = wait_of(query_values(call.asked.query()));
        chat_user* const one = chat_.user(user);
        if (!one) throw http_error(404, "there is no such user: enter a room first");
        const auto message = chat_.listen(*one, until);
        if (!message) return send_json(call, "[]");
        std::string text;
        append_json_string(text, message->user + ":" + message->text);
        send_json(call, text);
    }

    void put(const web_call& call, chat_room& room, std::string_view user) {
        allow_methods(call, "POST");
        refuse_other_sites(call);
        if (!chat_.user(user)) throw http_error(404, "there is no such user: enter a room first");
        // In a form a byte may take three.
        call.asked.limit_body(chat::longest_text * 3 + 64);
        const query_values form(call.asked.body());
        const auto text = form.find("message");
        if (!text) throw http_error(400, "write message=.. as a form");
        if (text->size() > chat::longest_text) throw http_error(413, "a message has 4 KiB at most");
        if (!is_chat_text(*text)) throw http_error(400, "a message is UTF-8, and not blank");
        chat_.say(room, user, *text, now());
        call.answer.add("Cache-Control", "no-store").send();
    }

    void log(const web_call& call, chat_room& room, std::string_view user) {
        allow_methods(call, "GET, HEAD");
        refuse_other_sites(call);
        const query_values query(call.asked.query());
        const deadline until = wait_of(query);
        std::uint64_t seen = after_of(query, room);
        const chat_user::presence here(enter(room, user));
        room.wait(seen, until);
        std::string list;
        while (const chat_message* const next = room.after(seen)) {
            list += list.empty() ? "[" : ",";
            list += chat_json(*next);
            seen = next->id;
        }
        send_json(call, list.empty() ? "[]" : list + "]");
    }

    void talk(const web_call& call, chat_room& room, const std::string& user) {
        refuse_other_sites(call);
        const std::uint64_t seen = after_of(query_values(call.asked.query()), room);
        const chat_user::presence here(enter(room, user));
        std::optional<websocket> peer = accept_websocket(call, context_);
        if (!peer) return;
        chat_socket talk(std::move(*peer), room, seen);
        talk.run([&](std::string_view text) { chat_.say(room, user, text, now()); });
    }

    static chat_time now() {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
    }

    chat_room& find_room(std::string_view name) {
        chat_room* const found = chat_.room(name);
        if (!found) throw http_error(404, "there is no such room");
        return *found;
    }

    chat_user& enter(chat_room& room, std::string_view user) {
        check_name(user);
        chat_user* const entered = chat_.enter(user, room);
        if (!entered) throw http_error(503, "too many users: try again later");
        return *entered;
    }

    /// A browser tells whose script or form asks; that of another site may not speak for the user.
    void refuse_other_sites(const web_call& call) const {
        const auto origin = call.asked.find("Origin");
        if (!origin || context_.options.cors) return;
        const std::size_t host = origin->find("://");
        if (host == std::string_view::npos || origin->substr(host + 3) != call.asked.find("Host"))
            throw http_error(403, "scripts of other sites may ask with --cors alone");
    }

    void send_page(const web_call& call, std::string_view text) const {
        call.answer.add("Content-Type", "text/html; charset=utf-8")
            .add("Content-Security-Policy", policy_)
            .add("Referrer-Policy", "same-origin")
            .add("X-Content-Type-Options", "nosniff")
            .add("Cache-Control", "no-store")
            .send(text);
    }

    serve_context& context_;
    chat chat_;
    std::string policy_;
    greenlet<void> closer_;
};

}  // namespace

std::unique_ptr<web_handler> chat_handler(const std::vector<std::string>& rooms,
                                          serve_context& context) {
    return std::make_unique<handler>(rooms, context);
}

}  // namespace grove::cmd
