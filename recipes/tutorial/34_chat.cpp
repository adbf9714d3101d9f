// SPDX-License-Identifier: MIT
// Rooms over HTTP: whoever has entered one hears by long polls what is said there.
#include <grove/grove.hpp>

#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct user {
    grove::queue<std::string> inbox{grove::unbounded};
};

class room {
 public:
    void subscribe(user& who) { users_.insert(&who); }

    void add(const std::string& message) {
        for (user* one : users_) one->inbox.put(message);
        backlog_.push_back(message);
        if (backlog_.size() > 25) backlog_.pop_front();
    }

    [[nodiscard]] const std::deque<std::string>& backlog() const { return backlog_; }

 private:
    std::set<user*> users_;
    std::deque<std::string> backlog_;
};

std::vector<std::string> segments(const std::string& path) {
    std::vector<std::string> found;
    std::istringstream rest(path.substr(1));
    for (std::string one; std::getline(rest, one, '/');) found.push_back(one);
    return found;
}

/// The one of that name, or 404.
template <class Map>
auto& of(Map& all, const std::string& name) {
    const auto found = all.find(name);
    if (found == all.end()) throw grove::http_error(404, "no " + name);
    return found->second;
}

class chat {
 public:
    void answer(grove::http_request& asked, grove::http_response& answer) {
        const auto path = segments(std::string(asked.path()));
        const bool post = asked.method() == "POST";
        if (path.empty()) return answer.send("choose a name");
        if (path.size() == 1) return answer.send("rooms: topic1,topic2");
        if (post && path.size() == 3 && path[0] == "put")
            return put(of(rooms_, path[1]), path[2], std::string(asked.body()));
        if (path.size() != 2) throw grove::http_error(404);
        if (post && path[0] == "poll") return answer.send(poll(of(users_, path[1])));
        answer.send(join(path[0], path[1]));
    }

 private:
    std::string join(const std::string& where, const std::string& who) {
        room& entered = of(rooms_, where);
        entered.subscribe(users_[who]);
        std::printf("subscribe %s %s\n", where.c_str(), who.c_str());
        std::string page = "backlog:";
        for (const std::string& message : entered.backlog()) page += " " + message;
        return page;
    }

    static void put(room& where, const std::string& who, const std::string& form) {
        where.add(who + ":" + form.substr(form.find('=') + 1));
    }

    static std::string poll(user& who) {
        const auto message = who.inbox.get(1s);
        return message ? '"' + *message + '"' : "[]";
    }

    std::map<std::string, room> rooms_{{"topic1", {}}, {"topic2", {}}};
    std::map<std::string, user> users_;
};

}  // namespace

int main() {
    chat rooms;
    const grove::http_server server(
        "127.0.0.1:0", [&](auto& asked, auto& answer) { rooms.answer(asked, answer); });
    grove::http::client web;
    const auto ask = [&](const std::string& method, const std::string& path,
                         const std::string& body = {}) {
        const auto got = web.send({.url = "http://" + server.local().text() + path,
                                   .method = method,
                                   .body = method == "POST" ? std::optional(body) : std::nullopt});
        return method + " " + path + ": " + std::to_string(got.status) + " " + got.body;
    };
    for (const char* path : {"/", "/ann", "/topic1/ann", "/topic1/bob"})
        std::puts(ask("GET", path).c_str());
    auto waiting = grove::spawn([&] { return ask("POST", "/poll/bob"); });
    std::puts(ask("POST", "/put/topic1/ann", "message=hello").c_str());
    std::puts(waiting.get().c_str());
    for (const char* path : {"/poll/ann", "/poll/bob"}) std::puts(ask("POST", path).c_str());
    std::puts(ask("GET", "/topic1/cara").c_str());
    for (const char* path : {"/poll/cara", "/poll/nobody"}) std::puts(ask("POST", path).c_str());
}
