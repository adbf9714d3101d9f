// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// A TCP port that a service can listen at, and no other recipe on this machine takes meanwhile.
///
/// Ports are taken from below the range that the kernel gives to connections, so that none of
/// those can land on it between the claim and the service's bind; and a name in the kernel's
/// abstract namespace marks it for other recipes. The port itself is left free: any program can
/// bind it, whatever options it sets on its socket.

namespace grove::cmd {

class port_claim {
 public:
    /// Never blocks. Throws: `std::system_error` when no port is free.
    port_claim();
    port_claim(const port_claim&) = delete;
    port_claim& operator=(const port_claim&) = delete;
    ~port_claim();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
    [[nodiscard]] bool claim(std::uint16_t port);

    std::uint16_t port_ = 0;
    int mark_ = -1;
};

}  // namespace grove::cmd
