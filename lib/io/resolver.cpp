// SPDX-License-Identifier: MIT
#include "io/resolver.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace grove::dns {
namespace {

constexpr std::size_t most_memories = 20'000;
constexpr duration longest_negative_ttl = std::chrono::seconds(10);  // names come up
constexpr duration longest_ttl = std::chrono::hours(24);
constexpr std::size_t rounds = 2;  // each server is asked that often before giving up

/// A host without a global IPv6 address is offered IPv4 first (RFC 6724 in little).
bool has_global_v6() {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return false;
    bool found = false;
    for (const ifaddrs* at = all; at != nullptr && !found; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET6) continue;
        const auto& address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr;
        found = !IN6_IS_ADDR_LOOPBACK(&address) && !IN6_IS_ADDR_LINKLOCAL(&address);
    }
    ::freeifaddrs(all);
    return found;
}

/// GROVE_HOSTS and GROVE_RESOLV_CONF name other files, for tests.
std::string path_from(const char* variable, const char* usual) {
    const char* wish = std::getenv(variable);
    return wish == nullptr ? usual : wish;
}

bool is_definite(const std::error_code& error) noexcept {
    return !error || error == errc::not_found || error == errc::no_data;
}

bool is_local(const std::string& name) noexcept {
    return name == "localhost" || name.ends_with(".localhost");
}

std::vector<ip_address> of_family(const std::vector<ip_address>& all, family wanted) {
    std::vector<ip_address> some;
    std::ranges::copy_if(all, std::back_inserter(some), [wanted](const ip_address& a) {
        return wanted == family::any || a.is_v6() == (wanted == family::v6);
    });
    return some;
}

answer answer_of(std::vector<ip_address> addresses, origin from, std::error_code& error) {
    if (addresses.empty()) error = errc::no_data;
    return {std::move(addresses), from};
}

}  // namespace

std::string canonical_name(std::string_view name) {
    constexpr std::size_t longest_name = 253;
    constexpr std::size_t longest_label = 63;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > longest_name) return {};
    std::string canonical;
    std::size_t label = 0;
    for (const char c : name) {
        label = c == '.' ? 0 : label + 1;
        const bool empty_label = c == '.' && (canonical.empty() || canonical.back() == '.');
        const auto byte = static_cast<unsigned char>(c);
        if (label > longest_label || empty_label || byte <= ' ' || byte >= 0x7f) return {};
        canonical += static_cast<char>(std::tolower(byte));
    }
    return canonical;
}

std::vector<ip_address> interleave(const std::vector<ip_address>& v4,
                                   const std::vector<ip_address>& v6, bool prefer_v6) {
    constexpr std::size_t most = 64;
    const auto& first = prefer_v6 ? v6 : v4;
    const auto& second = prefer_v6 ? v4 : v6;
    std::vector<ip_address> mixed;
    mixed.reserve(first.size() + second.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) mixed.push_back(first[i]);
        if (i < second.size()) mixed.push_back(second[i]);
    }
    if (mixed.size() > most) mixed.resize(most);
    return mixed;
}

// --- a set of servers ---

server_set::server_set(hub& owner, const std::vector<std::string>& servers) : hub_(owner) {
    replace(servers);
}

void server_set::replace(const std::vector<std::string>& servers) {
    std::ranges::move(servers_, std::back_inserter(retired_));
    servers_.clear();
    for (const std::string& address : servers) {
        servers_.push_back(std::make_shared<name_server>(hub_, address));
    }
}

server_set::key server_set::key_of(const std::string& name, record type) {
    return name + (type == record::a ? '4' : '6');
}

const memory* server_set::recall(const key& k) {
    const auto found = memories_.find(k);
    if (found == memories_.end() || found->second.good_until.expired()) return nullptr;
    return &found->second;
}

void server_set::begin(const std::string& name, record type) {
    const key k = key_of(name, type);
    if (recall(k) != nullptr || flights_.contains(k)) return;
    std::erase_if(retired_, [](const auto& server) { return server->is_idle(); });
    auto started = std::make_shared<flight>();
    started->name = name;
    started->type = type;
    started->servers = servers_to_ask();
    flights_.emplace(k, std::move(started));
    ask_next(k);
}

std::optional<memory> server_set::ask(const std::string& name, record type, deadline until) {
    const key k = key_of(name, type);
    begin(name, type);
    if (const memory* known = recall(k)) return *known;
    const std::shared_ptr<flight> asked = flights_.at(k);
    detail::waiter me("dns", this);
    asked->waiting.push_back(me);
    if (me.park(until) == detail::outcome::deadline) return std::nullopt;
    return asked->result;
}

std::vector<std::shared_ptr<name_server>> server_set::servers_to_ask() const {
    std::vector<std::shared_ptr<name_server>> order = servers_;
    std::stable_partition(order.begin(), order.end(),
                          [](const auto& s) { return !s->is_suspect(); });
    const std::size_t count = order.size();
    for (std::size_t i = count; i < count * rounds; ++i) order.push_back(order[i - count]);
    return order;
}

void server_set::ask_next(const key& k) {
    flight& f = *flights_.at(k);
    const std::shared_ptr<name_server> server = f.servers[f.next++];
    server->ask(f.name, f.type, [this, k](const reply& r) { answered(k, r); });
}

void server_set::answered(const key& k, const reply& r) {
    flight& f = *flights_.at(k);
    if (!is_definite(r.error) && f.next < f.servers.size()) {
        ask_next(k);
        return;
    }
    f.result = remember(k, r);
    const std::shared_ptr<flight> done = std::move(flights_.extract(k).mapped());
    detail::wake_all(done->waiting);
}

const memory& server_set::remember(const key& k, const reply& r) {
    while (memories_.size() >= most_memories) {
        memories_.erase(oldest_.front());
        oldest_.pop_front();
    }
    const duration ttl = !r.error               ? std::min(r.ttl, longest_ttl)
                         : is_definite(r.error) ? std::min(r.ttl, longest_negative_ttl)
                                                : duration(std::chrono::seconds(1));
    const duration least = std::chrono::milliseconds(100);  // both families are asked one by one
    const auto [place, is_new] =
        memories_.insert_or_assign(k, memory{r.addresses, r.error, std::max(ttl, least)});
    if (is_new) oldest_.push_back(k);
    return place->second;
}

// --- the resolver ---

resolver::resolver(hub& owner)
    : hub_(owner),
      hosts_(path_from("GROVE_HOSTS", "/etc/hosts")),
      configuration_(path_from("GROVE_RESOLV_CONF", "/etc/resolv.conf")) {}

std::string resolver::describe() const {
    const std::size_t known = default_servers_ ? default_servers_->remembered() : 0;
    return "resolver: " + std::to_string(known) + " names remembered";
}

server_set& resolver::servers_for(const options& how) {
    if (!how.servers.empty()) {
        auto& found = other_servers_[how.servers];
        if (!found) found = std::make_unique<server_set>(hub_, how.servers);
        return *found;
    }
    const bool changed = configuration_.refresh(deadline::now());
    if (!default_servers_) {
        default_servers_ = std::make_unique<server_set>(hub_, configuration_.servers());
    } else if (changed) {
        default_servers_->replace(configuration_.servers());
    }
    return *default_servers_;
}

answer resolver::resolve(const std::string& name, const options& how, deadline until,
                         std::error_code& error) {
    if (is_local(name)) {
        const std::vector<ip_address> both{*ip_address::parse("127.0.0.1"),
                                           *ip_address::parse("::1")};
        return answer_of(of_family(both, how.family), origin::local, error);
    }
    if (const auto* known = hosts_.find(name, deadline::now())) {
        return answer_of(of_family(*known, how.family), origin::hosts, error);
    }
    return ask(servers_for(how), name, how.family, until, error);
}

answer resolver::ask(server_set& servers, const std::string& name, family wanted, deadline until,
                     std::error_code& error) {
    static const bool prefer_v6 = has_global_v6();
    // Both questions leave before either answer is waited for.
    if (wanted != family::v6) servers.begin(name, record::a);
    if (wanted != family::v4) servers.begin(name, record::aaaa);
    std::array<memory, 2> got{};
    std::array<std::error_code, 2> failed{make_error_code(errc::no_data),
                                          make_error_code(errc::no_data)};
    for (const record type : {record::a, record::aaaa}) {
        if (wanted == (type == record::a ? family::v6 : family::v4)) continue;
        const auto i = static_cast<std::size_t>(type);
        const std::optional<memory> known = servers.ask(name, type, until);
        failed[i] = known ? known->error : make_error_code(errc::timed_out);
        if (known) got[i] = *known;
    }
    answer found{interleave(got[0].addresses, got[1].addresses, prefer_v6), origin::network};
    if (!found.addresses.empty()) return found;
    error = !is_definite(failed[0]) ? failed[0] : !is_definite(failed[1]) ? failed[1] : failed[0];
    if (wanted == family::v6) error = failed[1];
    return found;
}

}  // namespace grove::dns
