// SPDX-License-Identifier: MIT
#include "cmd/bench/load/dns_script.hpp"

#include "cmd/bench/load/dns_message.hpp"

#include <grove/dns.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>
#include <system_error>

namespace grove::cmd {
namespace {

/// `A` for none. Result: nothing for what cannot be asked.
std::optional<std::uint16_t> type_of(std::string_view query) {
    std::string_view type = "A";
    while (!query.empty()) {
        const std::size_t end = std::min(query.find_first_of(";&"), query.size());
        const std::string_view one = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (one == "class=IN" || one == "class=in" || one.empty()) continue;
        if (!one.starts_with("type=")) return std::nullopt;
        type = one.substr(5);
    }
    return dns_type(type);
}

/// `name?type=A` as a query. Result: what is wrong with it; empty: nothing.
std::string compose(std::string_view question, std::string& into) {
    const std::size_t end = std::min(question.find('?'), question.size());
    const std::string_view query = question.substr(std::min(end + 1, question.size()));
    const auto type = type_of(query);
    if (!type) return std::string(query) + ": write ?type=A, or AAAA, MX, TXT, .. or TYPE65";
    if (append_dns_query(into, question.substr(0, end), *type)) return {};
    return '"' + std::string(question.substr(0, end)) +
           "\" is no name: its labels have 1 to 63 bytes, all of it at most 253";
}

}  // namespace

dns_script::dns_script(const bench_target& to) : question_(to.resource) {
    if (to.place.host.empty())
        throw std::invalid_argument("dns: write dns://SERVER/NAME: only a named server is loaded");
    if (!question_.is_constant()) return;
    std::mt19937_64 unused;
    std::string question;
    question_.append_to(question, {1, unused});
    if (const std::string wrong = compose(question, constant_); !wrong.empty())
        throw std::invalid_argument("dns: " + wrong);
}

std::string_view dns_script::bytes(const text_script::moment& now, buffers& into) const {
    if (!constant_.empty()) return constant_;
    into.part.clear();
    question_.append_to(into.part, now);
    into.request.clear();
    if (const std::string wrong = compose(into.part, into.request); !wrong.empty())
        throw std::system_error(dns::errc::bad_name, wrong);
    return into.request;
}

}  // namespace grove::cmd
