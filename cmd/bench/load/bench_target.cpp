// SPDX-License-Identifier: MIT
#include "cmd/bench/load/bench_target.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

/// A URL's slots under names that any URL may have.
class hidden_slots {
 public:
    explicit hidden_slots(std::string_view url) {
        for (std::size_t at = 0; at < url.size();) {
            const std::size_t open = std::min(url.find(opening, at), url.size());
            shown_ += url.substr(at, open - at);
            if (open == url.size()) break;
            const std::size_t close =
                std::min(url.find(closing, open), url.size() - closing.size()) + closing.size();
            shown_ += name_of(all_.size());
            all_.emplace_back(url.substr(open, close - open));
            at = close;
        }
    }

    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

    [[nodiscard]] std::string put_back(std::string text) const {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const std::string name = name_of(i);
            if (const std::size_t at = text.find(name); at != std::string::npos)
                text.replace(at, name.size(), all_[i]);
        }
        return text;
    }

    [[nodiscard]] bool all_in(const std::string& text) const {
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (text.find(name_of(i)) == std::string::npos) return false;
        return true;
    }

 private:
    static std::string name_of(std::size_t i) { return "grove-slot-" + std::to_string(i) + "-"; }

    std::string shown_;
    std::vector<std::string> all_;
};

[[noreturn]] void refuse(std::string_view url, const text_error& wrong) {
    throw std::invalid_argument(std::string(url) + ": " + wrong.what +
                                (wrong.hint.empty() ? "" : " (" + wrong.hint + ")"));
}

load_protocol protocol_of(std::string_view url, target_scheme scheme) {
    switch (scheme) {
        case target_scheme::http:
        case target_scheme::https:
            return load_protocol::http;
        case target_scheme::ws:
        case target_scheme::wss:
            return load_protocol::websocket;
        case target_scheme::tcp:
        case target_scheme::tls:
        case target_scheme::unix_socket:
            return load_protocol::echo;
        case target_scheme::dns:
            return load_protocol::dns;
        default:
            refuse(url, {"bench cannot load " + std::string(to_string(scheme)) + " targets", 0,
                         "it loads http, https, ws, wss, tcp, tls, unix and dns"});
    }
}

/// What an echo server's target has no use for, and a Unix socket's path is.
bool has_resource(target_scheme scheme) noexcept {
    return scheme != target_scheme::tcp && scheme != target_scheme::tls &&
           scheme != target_scheme::unix_socket;
}

}  // namespace

bench_target parse_bench_target(std::string_view url) {
    bench_target made;
    const hidden_slots hidden(url);
    if (const auto wrong = parse_value(hidden.shown(), made.place)) refuse(url, *wrong);
    made.protocol = protocol_of(url, made.place.scheme);
    if (!hidden.all_in(has_resource(made.place.scheme) ? made.place.resource : ""))
        refuse(url, {"slots are for the path and the query", 0, {}});
    if (!has_resource(made.place.scheme)) return made;
    const std::string resource = hidden.put_back(std::exchange(made.place.resource, std::string()));
    made.resource = text_script::read(resource, url);
    return made;
}

}  // namespace grove::cmd
