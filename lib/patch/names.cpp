// SPDX-License-Identifier: MIT
#include "base/unique_fd.hpp"
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>
#include <grove/dns.hpp>

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

/// Names to addresses by grove's resolver. What it does not find is asked of the system's in a
/// thread, which knows the search domains and the sources of nsswitch.conf besides.

namespace grove::detail {
namespace {

struct list_end {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

using address_list = std::unique_ptr<addrinfo, list_end>;

int status_of(const std::error_code& error) noexcept {
    if (!error) return 0;
    if (error.category() != dns::category()) return EAI_FAIL;
    switch (static_cast<dns::errc>(error.value())) {
        case dns::errc::not_found:
        case dns::errc::bad_name:
            return EAI_NONAME;
        case dns::errc::no_data:
            return EAI_NODATA;
        case dns::errc::server_failure:
        case dns::errc::refused:
        case dns::errc::timed_out:
            return EAI_AGAIN;
        case dns::errc::malformed:
        case dns::errc::bad_server:
            break;
    }
    return EAI_FAIL;
}

dns::family family_of(int number) noexcept {
    if (number == AF_INET) return dns::family::v4;
    return number == AF_INET6 ? dns::family::v6 : dns::family::any;
}

std::vector<ip_address> addresses_of(const char* name, int family, int& status) {
    std::error_code error;
    dns::options how{.family = family_of(family)};
    dns::answer found = dns::resolve(name, how, never, error);
    if (error == dns::errc::not_found || error == dns::errc::no_data) {
        how.from = dns::source::system;
        found = dns::resolve(name, how, never, error);
    }
    status = status_of(error);
    return std::move(found.addresses);
}

/// There is a route: RFC 6724 puts the others last, and a client may try the first one alone.
bool reachable(const addrinfo& to) noexcept {
    const unique_fd probe(::socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return probe && libc().connect(probe.get(), to.ai_addr, to.ai_addrlen) == 0;
}

/// libc's own list of each address, in one. glibc's are chains of single blocks, and freeing one
/// follows the chain.
int list_of(const std::vector<ip_address>& addresses, const char* service, const addrinfo& hints,
            address_list& all) {
    std::vector<address_list> parts;
    for (const ip_address& address : addresses) {
        addrinfo* made = nullptr;
        const int status = libc().getaddrinfo(address.text().c_str(), service, &hints, &made);
        if (status != 0) return status;
        parts.emplace_back(made);
    }
    std::stable_partition(parts.begin(), parts.end(),
                          [](const address_list& one) { return reachable(*one); });
    addrinfo* last = nullptr;
    for (address_list& part : parts) {
        addrinfo* const first = part.release();
        if (last == nullptr)
            all.reset(first);
        else
            last->ai_next = first;
        for (last = first; last->ai_next != nullptr;) last = last->ai_next;
    }
    return 0;
}

int find(const char* name, const char* service, const addrinfo& hints, addrinfo** result) {
    addrinfo numeric = hints;
    numeric.ai_flags = (numeric.ai_flags | AI_NUMERICHOST) & ~AI_CANONNAME;
    int status = 0;
    address_list all;
    const int error = error_of([&] {
        const auto addresses = addresses_of(name, hints.ai_family, status);
        if (status == 0) status = list_of(addresses, service, numeric, all);
    });
    if (error != 0) {
        errno = error;
        return EAI_SYSTEM;
    }
    if (status != 0) return status;
    if (all == nullptr) return EAI_NODATA;
    if ((hints.ai_flags & AI_CANONNAME) != 0) all->ai_canonname = ::strdup(name);
    *result = all.release();
    return 0;
}

/// What `gethostbyname` gives: its caller keeps no more than one, as with libc's.
struct host_answer {
    static constexpr std::size_t most = 16;

    hostent entry;
    std::array<in_addr, most> addresses;
    std::array<char*, most + 1> pointers;
    std::array<char, NI_MAXHOST> name;
    char* no_alias;

    hostent* fill(const char* of, const addrinfo* list) noexcept {
        std::size_t count = 0;
        for (; list != nullptr && count < most; list = list->ai_next, ++count) {
            addresses[count] = reinterpret_cast<const sockaddr_in*>(list->ai_addr)->sin_addr;
            pointers[count] = reinterpret_cast<char*>(&addresses[count]);
        }
        pointers[count] = nullptr;
        ::strncpy(name.data(), of, name.size() - 1);
        no_alias = nullptr;
        entry = {name.data(), &no_alias, AF_INET, sizeof(in_addr), pointers.data()};
        return &entry;
    }
};

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): its caller's contract
thread_local constinit host_answer last_host{};

}  // namespace
}  // namespace grove::detail

using grove::detail::libc;
using grove::detail::may_wait;

extern "C" {

GROVE_API int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                          addrinfo** result) {
    if (!may_wait() || name == nullptr) return libc().getaddrinfo(name, service, hints, result);
    addrinfo numeric{};
    if (hints != nullptr) numeric = *hints;
    if (hints == nullptr) numeric.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG;
    const addrinfo wanted = numeric;
    numeric.ai_flags |= AI_NUMERICHOST;
    const int status = libc().getaddrinfo(name, service, &numeric, result);
    if (status != EAI_NONAME || (wanted.ai_flags & AI_NUMERICHOST) != 0) return status;
    return grove::detail::find(name, service, wanted, result);
}

GROVE_API hostent* gethostbyname(const char* name) {
    if (!may_wait()) return libc().gethostbyname(name);
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int status = ::getaddrinfo(name, nullptr, &hints, &list);
    if (status != 0) {
        const bool missing = status == EAI_NONAME || status == EAI_NODATA;
        h_errno = missing ? HOST_NOT_FOUND : TRY_AGAIN;
        return nullptr;
    }
    hostent* const found = grove::detail::last_host.fill(name, list);
    ::freeaddrinfo(list);
    return found;
}

}  // extern "C"
