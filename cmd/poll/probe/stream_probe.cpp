// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/stream_probe.hpp"

#include <grove/dial.hpp>
#include <grove/dns.hpp>
#include <grove/group.hpp>
#include <grove/queue.hpp>
#include <grove/tls.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <ratio>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// How long an address of localhost is asked alone.
constexpr duration head_start = 250ms;

bool is_localhost(std::string_view host) noexcept {
    return host == "localhost" || host.ends_with(".localhost");
}

bool is_loopback(const ip_address& address) noexcept {
    if (!address.is_v6()) return address.bytes()[0] == 127;
    return address == ip_address::parse("::1");
}

probe_distance distance_to(const destination& to) {
    const auto literal = ip_address::parse(to.host);
    const bool here = is_localhost(to.host) || (literal && is_loopback(*literal));
    if (to.at.empty()) return here ? probe_distance::near : probe_distance::far;
    const bool all_here = std::ranges::all_of(to.at, [](const grove::endpoint& one) {
        return !one.address() || is_loopback(*one.address());
    });
    return all_here ? probe_distance::near : probe_distance::far;
}

std::string lower(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0)
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::optional<double> days_until(const std::optional<std::chrono::system_clock::time_point>& when) {
    if (!when) return std::nullopt;
    return std::chrono::duration<double, std::ratio<86400>>(*when -
                                                            std::chrono::system_clock::now())
        .count();
}

/// Of several that were in vain: who answered tells more than who did not.
probe_result best_of(std::vector<probe_result> all) {
    const auto got_further = [](const probe_result& a, const probe_result& b) {
        return (a.answered        ? 2
                : a.times.connect ? 1
                                  : 0) < (b.answered        ? 2
                                          : b.times.connect ? 1
                                                            : 0);
    };
    const auto best = std::ranges::max_element(all, got_further);
    probe_result told = std::move(*best);
    for (const probe_result& other : all) {
        if (&other == &*best) continue;
        if (other.what == told.what)
            told.address += " and " + other.address;
        else
            told.aside += (told.aside.empty() ? "" : "; ") + other.address + ": " + other.what;
    }
    return told;
}

/// There is nothing to say: to be let in is enough.
class connecting final : public stream_probe {
 public:
    connecting(destination to, probe_expectations expected)
        : stream_probe(std::move(to)), expected_(std::move(expected)) {}

 private:
    void talk(socket /*on*/, probe_result& into, deadline begun, deadline /*until*/) override {
        into.good = true;
        into.what = "connected";
        judge_connection(expected_, begun, into);
    }

    probe_expectations expected_;
};

}  // namespace

std::string reason_of(const std::system_error& failure, std::string_view when_late) {
    if (failure.code() == std::errc::timed_out) return std::string(when_late);
    return lower(failure.code().message());
}

stream_probe::stream_probe(destination to) : to_(std::move(to)), distance_(distance_to(to_)) {}

probe_result stream_probe::attempt(deadline until) {
    beginning begun{deadline::now()};
    if (!to_.at.empty()) return ask_each(to_.at, begun, until);
    std::error_code error;
    const dns::answer found = dns::resolve(to_.host, {.family = to_.family}, until, error);
    if (error) {
        probe_result failed;
        failed.what = lower(error.message());
        failed.detail = "looking for " + to_.host;
        failed.times.total = deadline::now() - begun.at;
        return failed;
    }
    if (found.origin != dns::origin::literal && found.origin != dns::origin::local)
        begun.dns = deadline::now() - begun.at;
    if (found.addresses.size() > 1 && !is_localhost(to_.host))
        return ask_first_connected(begun, until);
    std::vector<grove::endpoint> places;
    for (const ip_address& address : found.addresses) places.emplace_back(address, to_.port);
    return ask_each(places, begun, until);
}

probe_result stream_probe::ask_first_connected(const beginning& begun, deadline until) {
    probe_result got;
    got.times.dns = begun.dns;
    const deadline known = deadline::now();
    try {
        socket made = dial(to_.host, to_.port, {.names = {.family = to_.family}}, until);
        got.times.connect = deadline::now() - known;
        got.address = made.peer().text();
        converse(std::move(made), got, begun.at, until);
    } catch (const std::system_error& e) {
        got.what = reason_of(e, "no connection in time");
        got.detail = e.what();
        got.times.total = deadline::now() - begun.at;
    }
    return got;
}

probe_result stream_probe::ask_each(const std::vector<grove::endpoint>& all, const beginning& begun,
                                    deadline until) {
    if (all.size() == 1) return ask(all[0], begun, until);
    std::vector<std::optional<probe_result>> results(all.size());
    queue<std::size_t> ended(unbounded);
    group attempts;
    std::vector<probe_result> in_vain;
    for (std::size_t started = 0; in_vain.size() < all.size();) {
        if (started < all.size()) {
            attempts.spawn([&, i = started] {
                results[i] = ask(all[i], begun, until);
                ended.put(i);
            });
            ++started;
        }
        const auto next = ended.get(started < all.size() ? deadline(head_start) : never);
        if (!next) continue;
        probe_result& got = *results[*next];
        if (got.good) {
            for (const probe_result& other : in_vain)
                got.aside += (got.aside.empty() ? "" : "; ") + other.address + ": " + other.what;
            return std::move(got);
        }
        in_vain.push_back(std::move(got));
    }
    return best_of(std::move(in_vain));
}

probe_result stream_probe::ask(const grove::endpoint& at, const beginning& begun, deadline until) {
    probe_result got;
    got.times.dns = begun.dns;
    got.address = at.text();
    const deadline known = deadline::now();
    std::error_code error;
    socket made = socket::connect(at, until, error);
    const deadline connected = deadline::now();
    if (error) {
        got.what = error == std::errc::timed_out ? "no connection in time" : lower(error.message());
        got.times.total = connected - begun.at;
        return got;
    }
    got.times.connect = connected - known;
    converse(std::move(made), got, begun.at, until);
    return got;
}

void stream_probe::converse(socket on, probe_result& into, deadline begun, deadline until) {
    const char* late = "TLS handshake not over in time";
    try {
        if (to_.tls) {
            const deadline connected = deadline::now();
            on.start_tls(*to_.tls, to_.server_name, until);
            into.times.tls = deadline::now() - connected;
            into.cert_days = days_until(on.tls().peer_expires);
        }
        late = "no answer in time";
        talk(std::move(on), into, begun, until);
    } catch (const std::system_error& e) {
        into.good = false;
        into.what = reason_of(e, late);
        into.detail = e.code() == std::errc::timed_out ? "" : e.what();
    }
    into.times.total = deadline::now() - begun;
}

void judge_connection(const probe_expectations& expected, deadline begun, probe_result& into) {
    into.times.total = deadline::now() - begun;
    probe_sight seen{};
    seen.address = into.address;
    seen.cert_days = into.cert_days;
    seen.times = &into.times;
    expected.judge(seen, into);
}

std::unique_ptr<probe> connection_probe(destination to, probe_expectations expected) {
    return std::make_unique<connecting>(std::move(to), std::move(expected));
}

}  // namespace grove::cmd
