// SPDX-License-Identifier: MIT
#include "net/host_lookup.hpp"

#include "net/head_lines.hpp"

#include <grove/dns.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace grove::http {
namespace {

constexpr std::size_t most_addresses = 6;  // more make a dead host take long to be found dead

void append(std::string& list, const ip_address& address) {
    if (!list.empty()) list += ',';
    list += address.is_v6() ? '[' + address.text() + ']' : address.text();
}

error_kind kind_of(const std::error_code& code) noexcept {
    if (code == dns::errc::not_found || code == dns::errc::no_data || code == dns::errc::bad_name) {
        return error_kind::no_name;
    }
    return error_kind::dns;
}

dns::options question(const client_options& options) {
    dns::options how;
    how.servers = options.dns_servers;
    how.from = options.system_dns ? dns::source::system : dns::source::grove;
    how.family = options.family == family::v4   ? dns::family::v4
                 : options.family == family::v6 ? dns::family::v6
                                                : dns::family::any;
    return how;
}

}  // namespace

pinned_hosts::pinned_hosts(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
        const std::size_t host_end =
            entry.starts_with('[') ? entry.find("]:") + 1 : entry.find(':');
        const std::size_t port_end = entry.find(':', std::min(host_end + 1, entry.size()));
        pin p{};
        if (host_end != std::string::npos && port_end != std::string::npos) {
            p.host = entry.substr(0, host_end);
            std::from_chars(entry.data() + host_end + 1, entry.data() + port_end, p.port);
            p.addresses = entry.substr(port_end + 1);
        }
        if (p.port == 0 || p.addresses.empty()) {
            throw std::invalid_argument(entry + ": write HOST:PORT:ADDRESS[,ADDRESS...]");
        }
        if (p.host.starts_with('[')) {
            throw std::invalid_argument(entry +
                                        ": an IPv6 address is not looked up; to connect elsewhere "
                                        "write connect_to, HOST1:PORT1:HOST2:PORT2");
        }
        pins_.push_back(std::move(p));
    }
}

std::string pinned_hosts::find(const origin& to) const {
    const auto found = std::ranges::find_if(pins_, [&](const pin& p) {
        return p.port == to.port && (p.host == "*" || same_name(p.host, to.host));
    });
    return found == pins_.end() ? std::string() : found->addresses;
}

std::string look_up(const origin& to, const client_options& options, deadline until) {
    std::error_code wrong;
    const dns::answer found = dns::resolve(to.host, question(options), until, wrong);
    if (wrong) {
        const bool late = wrong == dns::errc::timed_out && until.expired();
        throw error(late ? error_kind::timeout : kind_of(wrong), to.host + ": " + wrong.message());
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(found.addresses.size(), most_addresses); ++i) {
        append(list, found.addresses[i]);
    }
    return list;
}

}  // namespace grove::http
