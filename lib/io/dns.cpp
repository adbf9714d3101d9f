// SPDX-License-Identifier: MIT
#include "io/resolver.hpp"

#include <grove/dns.hpp>
#include <grove/thread_pool.hpp>

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace grove::dns {
namespace {

class dns_category final : public std::error_category {
 public:
    [[nodiscard]] const char* name() const noexcept override { return "dns"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::not_found:
                return "the name does not exist";
            case errc::no_data:
                return "the name has no such address";
            case errc::server_failure:
                return "the name servers failed to find out";
            case errc::refused:
                return "the name servers refuse to answer";
            case errc::timed_out:
                return "no name server answered in time";
            case errc::malformed:
                return "a name server gave an unreadable answer";
            case errc::bad_name:
                return "this is not a host name";
            case errc::bad_server:
                return "this is not the address of a name server";
        }
        return "unknown";
    }
};

errc error_of_getaddrinfo(int status) noexcept {
    switch (status) {
        case EAI_NONAME:
            return errc::not_found;
        case EAI_NODATA:
            return errc::no_data;
        case EAI_AGAIN:
            return errc::timed_out;
        default:
            return errc::server_failure;
    }
}

ip_address address_of(const addrinfo& found) {
    if (found.ai_family == AF_INET) {
        std::array<std::uint8_t, 4> raw{};
        std::memcpy(raw.data(), &reinterpret_cast<const sockaddr_in*>(found.ai_addr)->sin_addr, 4);
        return ip_address(raw);
    }
    const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(found.ai_addr);
    std::array<std::uint8_t, 16> raw{};
    std::memcpy(raw.data(), &v6.sin6_addr, 16);
    return ip_address(raw, v6.sin6_scope_id);
}

struct system_answer {
    std::vector<ip_address> addresses;
    std::error_code error;
};

/// In a thread of the pool.
system_answer ask_system(const std::string& name, family wanted) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_family = wanted == family::v4 ? AF_INET : wanted == family::v6 ? AF_INET6 : AF_UNSPEC;
    addrinfo* list = nullptr;
    system_answer got;
    const int status = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
    if (status != 0) {
        got.error = error_of_getaddrinfo(status);
        return got;
    }
    for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
        got.addresses.push_back(address_of(*at));
    }
    ::freeaddrinfo(list);
    return got;
}

answer resolve_by_system(const std::string& name, family wanted, deadline until,
                         std::error_code& error) {
    const auto got =
        thread_pool::shared().run([name, wanted] { return ask_system(name, wanted); }, until);
    if (!got) {
        error = errc::timed_out;
        return {};
    }
    error = got->error;
    return {got->addresses, origin::system};
}

}  // namespace

const std::error_category& category() noexcept {
    static const dns_category only;
    return only;
}

namespace {

/// Throws for a bad server address; all other errors are told by `error`.
answer find(std::string_view name, const options& how, deadline until, std::error_code& error) {
    error.clear();
    if (const auto literal = ip_address::parse(name)) {
        const bool fits =
            how.family == family::any || literal->is_v6() == (how.family == family::v6);
        if (fits) return {{*literal}, origin::literal};
        error = errc::no_data;
        return {};
    }
    const std::string canonical = canonical_name(name);
    if (canonical.empty()) {
        error = errc::bad_name;
        return {};
    }
    if (how.from == source::system) return resolve_by_system(canonical, how.family, until, error);
    return hub::current().service<resolver>().resolve(canonical, how, until, error);
}

}  // namespace

answer resolve(std::string_view name, const options& how, deadline until, std::error_code& error) {
    try {
        return find(name, how, until, error);
    } catch (const std::system_error& e) {
        if (e.code() != errc::bad_server) throw;
        error = e.code();
        return {};
    }
}

answer resolve(std::string_view name, const options& how, deadline until) {
    std::error_code error;
    answer found = find(name, how, until, error);
    if (error) throw std::system_error(error, "resolve " + std::string(name));
    return found;
}

}  // namespace grove::dns
