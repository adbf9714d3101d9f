// SPDX-License-Identifier: MIT
#include "cmd/serve/proxy_fields.hpp"
#include "cmd/serve/relay.hpp"
#include "cmd/serve/upstream_pool.hpp"
#include "cmd/serve/web_handler.hpp"
#include "cmd/serve/web_socket.hpp"

#include <grove/dns.hpp>
#include <grove/group.hpp>
#include <grove/http_connection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

/// Another server's answers: both bodies pass as they come, and no faster than they are taken.

namespace grove::cmd {
namespace {

/// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method) noexcept {
    constexpr std::array<std::string_view, 6> all = {"GET",    "HEAD",    "PUT",
                                                     "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(all, method) != all.end();
}

/// The peer had closed the connection before the request came.
bool is_stale(const std::error_code& why) noexcept {
    return why == http_errc::closed || why == std::errc::connection_reset ||
           why == std::errc::broken_pipe;
}

std::optional<std::uint64_t> length_of(const http_answer& answer) {
    if (answer.find("Transfer-Encoding")) return std::nullopt;
    const auto text = answer.find("Content-Length");
    std::uint64_t length = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), length).ec != std::errc())
        return std::nullopt;
    return length;
}

bool may_upgrade(const http_request& asked) {
    return wants_websocket(asked) && hop_fields(asked.fields()).names("Upgrade") &&
           asked.minor_version() == 1 && !asked.has_body();
}

http_error gateway_error(const upstream& to, const std::system_error& why) {
    const bool late = why.code() == std::errc::timed_out || why.code() == dns::errc::timed_out;
    return http_error(late ? 504 : 502, to.origin() + ": " + why.what());
}

/// One request on one connection to the upstream.
class passage {
 public:
    passage(const web_call& call, const upstream_pool& pool, http_connection& to,
            const serve_options& options)
        : call_(call), pool_(pool), to_(to), patience_(options.timeout), cors_(options.cors) {}

    passage(const passage&) = delete;
    passage& operator=(const passage&) = delete;
    ~passage() = default;

    /// Sends the request and waits for the answer's head. Result: false when the connection was
    /// `kept` for too long, and nothing has happened.
    bool begin(const std::string& head, bool kept) {
        try {
            to_.send(head, patience_);
            beside_.spawn([this] { attend_client(); });
            const bool to_head = call_.asked.method() == "HEAD";
            answer_ = &to_.receive_head(never, to_head ? http_asked::head : http_asked::with_body);
        } catch (const std::system_error& e) {
            if (kept && !client_gone_ && is_stale(e.code())) return false;
            fail(e);
        }
        return true;
    }

    [[nodiscard]] const http_answer& answer() const noexcept { return *answer_; }

    /// Passes the answer on. Result: another request may follow on the connection.
    bool pass_answer(std::string_view route) {
        pass_head(route);
        // A head that came alone does not wait for its body.
        if (to_.rest().empty()) call_.answer.flush();
        for (;;) {
            std::string_view piece;
            try {
                piece = to_.read_some();
            } catch (const std::system_error& e) {
                fail(e);
            }
            if (piece.empty()) break;
            call_.answer.write(piece);
        }
        beside_.kill();
        return sent_ && answer_->keep_alive && to_.rest().empty();
    }

    /// Both sides have agreed on another protocol.
    void pass_protocol(std::string_view route) {
        beside_.kill();
        const std::string protocol(answer_->find("Upgrade").value_or("websocket"));
        add_fields(route);
        const std::string said_first(to_.rest());
        http_upgraded client = call_.answer.upgrade(protocol);
        try {
            client.peer.write_all(said_first);
            to_.stream().write_all(client.read_ahead);
        } catch (const std::system_error&) {
            return;  // one of both has gone already
        }
        relay(client.peer, to_.stream());
    }

 private:
    /// Beside the handler: sends the body, then sees to it that nobody waits for too long, and
    /// nothing is fetched for nobody.
    void attend_client() {
        try {
            if (call_.asked.has_body()) send_body();
        } catch (const std::exception&) {
            body_failure_ = std::current_exception();
            to_.close();
            return;
        }
        if (!sent_) return;
        client_gone_ = call_.asked.wait_gone(patience_);
        if (!client_gone_ && answer_ != nullptr) client_gone_ = call_.asked.wait_gone();
        late_ = !client_gone_;
        to_.close();
    }

    void send_body() {
        const bool chunked = !call_.asked.content_length();
        sent_ = false;
        std::string_view piece;
        do {
            piece = call_.asked.read_some();
            // A chunk of no bytes is the end (RFC 9112 section 7.1).
            const std::string size = fmt::format("{:x}\r\n", piece.size());
            try {
                if (chunked) {
                    to_.stream().write_gathered(
                        std::array<std::string_view, 3>{size, piece, "\r\n"}, patience_);
                } else if (!piece.empty()) {
                    to_.send(piece, patience_);
                }
            } catch (const std::system_error& e) {
                late_ = e.code() == std::errc::timed_out;
                if (late_) to_.close();
                return;  // who has heard enough may have answered
            }
        } while (!piece.empty());
        sent_ = true;
    }

    /// The upstream has failed, or was given up.
    [[noreturn]] void fail(const std::system_error& why) {
        if (body_failure_) std::rethrow_exception(body_failure_);
        if (client_gone_) throw http_error(499, "the client has gone");
        if (late_) throw http_error(504, pool_.to().origin() + ": no answer in time");
        throw gateway_error(pool_.to(), why);
    }

    void pass_head(std::string_view route) {
        try {
            call_.answer.status(answer_->status);
            add_fields(route);
        } catch (const std::invalid_argument& e) {
            throw http_error(502, pool_.to().origin() + ": " + e.what());
        }
        if (const auto length = length_of(*answer_)) call_.answer.length(*length);
    }

    void add_fields(std::string_view route) {
        const std::vector<http_field> fields = answer_->fields();
        const hop_fields of_hop(fields);
        for (const http_field& field : fields) {
            if (of_hop.has(field.name) || is_name(field.name, "Content-Length")) continue;
            // With --cors we have said it, and browsers refuse what is said twice.
            if (cors_ && is_name(field.name, "Access-Control-Allow-Origin")) continue;
            if (is_name(field.name, "Location")) {
                call_.answer.add(field.name, location_from(pool_.to(), route, field.value));
            } else {
                call_.answer.add(field.name, field.value);
            }
        }
        call_.answer.add("Via", "1.1 grove");
    }

    const web_call& call_;
    const upstream_pool& pool_;
    http_connection& to_;
    duration patience_;
    bool cors_;
    const http_answer* answer_ = nullptr;
    std::exception_ptr body_failure_;
    bool sent_ = true;
    bool client_gone_ = false;
    bool late_ = false;
    group beside_;  // last: it uses the others
};

class proxy final : public web_handler {
 public:
    proxy(const route& what, serve_context& context)
        : options_(context.options),
          route_(what.path == "/" ? std::string() : what.path),
          pool_(upstream::of(what.argument), upstream_tls(context.options, what.argument)) {}

    void answer(const web_call& call) override {
        const bool upgrades = may_upgrade(call.asked);
        const bool may_repeat =
            !call.asked.has_body() && !upgrades && is_idempotent(call.asked.method());
        const std::string head = head_of(call, upgrades);
        std::optional<http_connection> to = may_repeat ? pool_.take() : std::nullopt;
        if (to && pass(call, *to, head, true)) return;
        to.emplace(connect());
        static_cast<void>(pass(call, *to, head, false));
    }

 private:
    static std::optional<tls_client> upstream_tls(const serve_options& options,
                                                  std::string_view url) {
        if (!url.starts_with("https:")) return std::nullopt;
        tls_client_options how;
        how.verify = options.insecure ? tls_verify::nothing : tls_verify::peer;
        how.truncation = tls_truncation::accepted;
        if (!options.cacert.empty()) how.authorities = {pem::file(options.cacert)};
        return tls_client(how);
    }

    /// Result: false when nothing has happened, for the connection was no longer good.
    bool pass(const web_call& call, http_connection& to, const std::string& head, bool kept) {
        bool keeps = false;
        {
            passage one(call, pool_, to, options_);
            if (!one.begin(head, kept)) return false;
            if (one.answer().status == 101) {
                if (!may_upgrade(call.asked))
                    throw http_error(502, pool_.to().origin() + " speaks another protocol");
                one.pass_protocol(route_);
            } else {
                keeps = one.pass_answer(route_);
            }
        }
        if (keeps) pool_.give_back(std::move(to));
        return true;
    }

    [[nodiscard]] http_connection connect() const {
        try {
            return pool_.connect(options_.timeout);
        } catch (const std::system_error& e) {
            throw gateway_error(pool_.to(), e);
        }
    }

    [[nodiscard]] std::string head_of(const web_call& call, bool upgrades) const {
        const http_request& asked = call.asked;
        const grove::endpoint client = asked.peer();
        const std::string address = client.address() ? client.address()->text() : std::string();
        const std::string target = target_at(pool_.to(), asked.path(), call.below, asked.query());
        return head_for(pool_.to(), {.method = asked.method(),
                                     .target = target,
                                     .fields = asked.fields(),
                                     .client = address,
                                     .minor_version = asked.minor_version(),
                                     .tls = asked.is_tls(),
                                     .has_body = asked.has_body(),
                                     .length = announced_length(asked),
                                     .upgrade = upgrades ? "websocket" : "",
                                     .without_password = !options_.auth.empty()});
    }

    const serve_options& options_;
    std::string route_;
    upstream_pool pool_;
};

}  // namespace

std::unique_ptr<web_handler> proxy_handler(const route& what, serve_context& context) {
    return std::make_unique<proxy>(what, context);
}

}  // namespace grove::cmd
