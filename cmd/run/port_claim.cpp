// SPDX-License-Identifier: MIT
#include "cmd/run/port_claim.hpp"

#include <grove/error.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::uint16_t first_port = 10'000;
constexpr int most_tries = 1000;

/// Where the kernel's own range begins (32768 unless somebody changed it).
std::uint16_t end_of_ports() {
    std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
    unsigned begin = 0;
    if (!(range >> begin) || begin <= first_port + 1000U || begin > 65535U) return 32'768;
    return static_cast<std::uint16_t>(begin);
}

template <class Address>
bool can_bind(int family, const Address& at) {
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno == EAFNOSUPPORT;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind takes any address
    const bool good = ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 ||
                      errno == EADDRNOTAVAIL;
    ::close(fd);
    return good;
}

bool is_free(std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    return can_bind(AF_INET, v4) && can_bind(AF_INET6, v6);
}

}  // namespace

port_claim::port_claim() {
    static const std::uint16_t end = end_of_ports();
    std::random_device random;
    std::uniform_int_distribution<unsigned> any(first_port, end - 1U);
    for (int tries = 0; tries < most_tries; ++tries) {
        if (claim(static_cast<std::uint16_t>(any(random)))) return;
    }
    throw_error(EADDRINUSE, "a port for a service");
}

bool port_claim::claim(std::uint16_t port) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_errno("socket", "for a port");
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    // A zero in front makes it a name of the network namespace, gone with the descriptor.
    const std::string text = "grove-port-" + std::to_string(port);
    std::memcpy(name.sun_path + 1, text.data(), text.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind takes any address
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), length) == 0 && is_free(port)) {
        port_ = port;
        mark_ = fd;
        return true;
    }
    ::close(fd);
    return false;
}

port_claim::~port_claim() {
    if (mark_ >= 0) ::close(mark_);
}

}  // namespace grove::cmd
