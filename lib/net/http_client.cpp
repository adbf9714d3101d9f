// SPDX-License-Identifier: MIT
#include "net/curl_multi.hpp"
#include "net/head_lines.hpp"
#include "net/host_lookup.hpp"
#include "net/origin.hpp"

#include <grove/http_client.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

/// What a request is above one hop: where it goes, redirects, credentials, errors in words.

namespace grove::http {
namespace {

constexpr std::size_t remembered_origins = 1024;
constexpr std::size_t few = 16;  // hops under way, for all of which a large buffer is no waste

/// Credentials, and the name by which the origin was called.
bool is_for_one_origin(const header& h) noexcept {
    return same_name(h.name, "Authorization") || same_name(h.name, "Cookie") ||
           same_name(h.name, "Proxy-Authorization") || same_name(h.name, "Host");
}

/// RFC 9110 15.4: 303 turns everything but HEAD into GET; for 301 and 302 that is what all clients
/// do with POST.
void rewrite_for_redirect(hop& next, int status) {
    const bool to_get = (status == 303 && next.method != "HEAD") ||
                        ((status == 301 || status == 302) && next.method == "POST");
    if (!to_get) return;
    next.method = "GET";
    next.body.reset();
    std::erase_if(next.headers, [](const header& h) {
        return same_name(h.name, "Content-Type") || same_name(h.name, "Content-Length");
    });
}

/// Keeps a whole answer.
class memory_sink : public body_sink {
 public:
    memory_sink(response& into, std::size_t limit) : into_(into), limit_(limit) {}

    flow on_head(const answer_head& head) override {
        into_.headers = head.all();
        return {};
    }

    flow on_body(std::string_view piece) override {
        if (into_.body.size() + piece.size() > limit_) {
            throw error(error_kind::stopped,
                        "the body is larger than " + std::to_string(limit_) + " bytes");
        }
        into_.body.append(piece);
        return {};
    }

 private:
    response& into_;
    std::size_t limit_;
};

}  // namespace

error::~error() = default;
answer_head::~answer_head() = default;
body_sink::~body_sink() = default;

std::optional<std::string_view> response::find(std::string_view name) const {
    for (const header& h : headers) {
        if (same_name(h.name, name)) return h.value;
    }
    return std::nullopt;
}

/// What a client and its requests share.
class requester {
 public:
    explicit requester(client_options options)
        : options_(std::move(options)),
          multi_(hub::current().service<curl_multis>().of(options_)),
          pins_(options_.resolve),
          environment_(options_.proxy.empty() ? proxy_rules::from_environment() : proxy_rules{}) {
        multi_.keep_connections(options_.connections);
    }

    void perform(const request& what, body_sink& sink, exchange& about, deadline until);

 private:
    /// Finds strings by views of them.
    struct text_hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };

    /// What is remembered of an origin between requests.
    struct known_origin {
        origin where;
        std::string proxy;
        std::optional<origin> to_look_up;  ///< none: an address, or a Unix socket
        bool speaks_http2 = false;
        std::optional<buffer_size> buffer;  ///< what its bodies were worth
    };

    /// A transfer for one hop; back to the idle ones only when libcurl is done with it.
    class lease {
     public:
        explicit lease(requester& of) : of_(of), held_(of.take_transfer()) {}

        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;

        ~lease() {
            if (done_)
                of_.idle_.push_back(std::move(held_));
            else
                of_.multi_.abandon(std::move(held_));
        }

        transfer& operator*() const noexcept { return *held_; }

        transfer* operator->() const noexcept { return held_.get(); }

        void done() noexcept { done_ = true; }

     private:
        requester& of_;
        std::unique_ptr<transfer> held_;
        bool done_ = false;
    };

    std::unique_ptr<transfer> take_transfer();
    known_origin& origin_of(const std::string& url);
    known_origin examine(std::string_view url) const;
    void connect_hop(hop& next, known_origin& to, exchange& about, deadline until);
    std::string run_hop(const hop& next, body_sink& sink, exchange& about, deadline until);
    static void describe(const transfer& t, exchange& about);
    static void learn(known_origin& from, const exchange& about);
    [[noreturn]] static void fail(const transfer& t, const hop& what);

    client_options options_;
    curl_multi& multi_;
    pinned_hosts pins_;
    proxy_rules environment_;
    std::vector<std::unique_ptr<transfer>> idle_;
    std::unordered_map<std::string, known_origin, text_hash, std::equal_to<>> origins_;
    std::size_t hops_ = 0;  // under way
};

std::unique_ptr<transfer> requester::take_transfer() {
    if (idle_.empty()) return std::make_unique<transfer>(multi_, options_);
    std::unique_ptr<transfer> taken = std::move(idle_.back());
    idle_.pop_back();
    return taken;
}

requester::known_origin& requester::origin_of(const std::string& url) {
    const std::string_view part = origin_part(url);
    const auto found = origins_.find(part);
    if (found != origins_.end()) return found->second;
    if (origins_.size() >= remembered_origins) origins_.erase(origins_.begin());
    return origins_.emplace(part, examine(url)).first->second;
}

requester::known_origin requester::examine(std::string_view url) const {
    known_origin known;
    known.where = parse_origin(url);
    if (known.where.scheme != "http" && known.where.scheme != "https") {
        throw error(error_kind::url, shown_url(url), "only http and https can be requested");
    }
    known.proxy = options_.proxy.empty() ? environment_.proxy_for(known.where)
                  : options_.proxy == "-"
                      ? std::string()
                      : proxy_rules{options_.proxy, options_.proxy, {}}.proxy_for(known.where);
    if (!options_.unix_socket.empty()) return known;
    const origin connect_to = known.proxy.empty()
                                  ? redirect_connection(options_.connect_to, known.where)
                                  : parse_origin(known.proxy);
    if (!connect_to.is_address || !pins_.find(connect_to).empty()) known.to_look_up = connect_to;
    return known;
}

/// Finds out where to connect, within the hop's connect timeout.
void requester::connect_hop(hop& next, known_origin& to, exchange& about, deadline until) {
    next.proxy = to.proxy;
    next.share_connection = to.speaks_http2;
    next.buffer = to.buffer.value_or(hops_ <= few ? buffer_size::large : buffer_size::small);
    next.connect_timeout = options_.connect_timeout;
    if (!to.to_look_up) return;
    const origin target = *to.to_look_up;  // a copy: the table may change while this waits
    std::string addresses = pins_.find(target);
    if (addresses.empty()) {
        const deadline begin = deadline::now();
        addresses = look_up(target, options_, std::min(until, begin + options_.connect_timeout));
        about.timings.dns = deadline::now() - begin;
        next.connect_timeout -= std::min(*about.timings.dns, next.connect_timeout);
    }
    next.host = known_host{target.key(), std::move(addresses)};
}

void requester::fail(const transfer& t, const hop& what) {
    if (t.result().missing != 0) throw_error(t.result().missing, "connect", shown_url(what.url));
    const std::string& said =
        t.result().stalled ? "no byte came within the stall timeout" : t.result().text;
    throw error(t.kind_of_failure(), what.method + ' ' + shown_url(what.url), said);
}

void requester::learn(known_origin& from, const exchange& about) {
    constexpr std::uint64_t large_body = std::uint64_t{1} << 20;
    from.speaks_http2 = about.version == "2";
    if (about.bytes > large_body)
        from.buffer = buffer_size::large;
    else if (!from.buffer)
        from.buffer = buffer_size::small;
}

/// Times count from the start of the look-up, which libcurl knows nothing of.
void requester::describe(const transfer& t, exchange& about) {
    const duration dns = about.timings.dns.value_or(duration::zero());
    t.describe(about);
    if (dns > duration::zero() && !about.reused) about.timings.dns = dns;
    for (auto* time : {&about.timings.connect, &about.timings.tls, &about.timings.first_byte,
                       &about.timings.total}) {
        if (*time) **time += dns;
    }
}

/// Result: where the answer redirects to; empty when it is the answer.
std::string requester::run_hop(const hop& next, body_sink& sink, exchange& about, deadline until) {
    hop attempt = next;
    about.timings = {};
    about.final_url = next.url;
    ++hops_;
    const on_exit ended([this] { --hops_; });
    connect_hop(attempt, origin_of(next.url), about, until);
    lease held(*this);
    bool in_time = false;
    try {
        in_time = held->run(std::move(attempt), sink, until);
    } catch (...) {
        describe(*held, about);
        throw;
    }
    if (in_time) held.done();
    describe(*held, about);
    if (!in_time) {
        throw error(error_kind::timeout, next.method + ' ' + shown_url(next.url),
                    "no whole answer came in time");
    }
    learn(origin_of(next.url), about);
    if (held->result().thrown) std::rethrow_exception(held->result().thrown);
    if (held->result().code != 0) fail(*held, next);
    return held->result().redirect_url;
}

void requester::perform(const request& what, body_sink& sink, exchange& about, deadline until) {
    hop next;
    next.url = what.url;
    next.method = what.method;
    next.headers = what.headers;
    next.without = what.without;
    next.body = what.body;
    next.follow = options_.max_redirects > 0;
    about = {};
    std::vector<std::string> seen;
    for (;;) {
        const std::string to = run_hop(next, sink, about, until);
        if (to.empty()) return;
        const auto refuse = [&](const std::string& why) {
            return error(error_kind::redirect, shown_url(what.url), why);
        };
        if (++about.redirects > options_.max_redirects) {
            throw refuse("more than " + std::to_string(options_.max_redirects) + " redirects");
        }
        seen.push_back(next.url);
        rewrite_for_redirect(next, about.status);
        // Once more to the same place may be a cookie being set; twice is a loop.
        if (std::count(seen.begin(), seen.end(), to) > 1) throw refuse("redirects in a circle");
        const origin from = origin_of(next.url).where;
        next.url = to;
        if (!to.starts_with("http://") && !to.starts_with("https://")) {
            throw refuse("redirects to " + shown_url(to) + ", which is not followed");
        }
        if (origin_of(to).where == from) continue;
        next.send_credentials = false;
        std::erase_if(next.headers, is_for_one_origin);
    }
}

/// A client may go while greenlets still wait for its requests.
class client::state {
 public:
    explicit state(client_options options)
        : shared_(std::make_shared<requester>(std::move(options))) {}

    void perform(const request& what, body_sink& sink, exchange& about, deadline until) {
        const std::shared_ptr<requester> alive = shared_;
        alive->perform(what, sink, about, until);
    }

 private:
    std::shared_ptr<requester> shared_;
};

client::client(client_options options) : state_(std::make_unique<state>(std::move(options))) {}

client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

void client::perform(const request& what, body_sink& sink, exchange& about, deadline until) {
    state_->perform(what, sink, about, until);
}

response client::send(const request& what, deadline until, std::size_t max_body) {
    response answer;
    memory_sink sink(answer, max_body);
    perform(what, sink, answer.about, until);
    answer.status = answer.about.status;
    return answer;
}

response client::get(std::string url, deadline until) {
    return send({.url = std::move(url)}, until);
}

}  // namespace grove::http
