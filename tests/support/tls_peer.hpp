// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// A TLS client that does what an application never asks for: OpenSSL itself, blocking, for a
/// thread of its own. Verifies nothing.

namespace grove_test {

class tls_peer {
 public:
    /// Makes the handshake on a descriptor, which it closes at the end. Throws:
    /// `std::runtime_error`, as everything here does.
    explicit tls_peer(int fd);
    tls_peer(const tls_peer&) = delete;
    tls_peer& operator=(const tls_peer&) = delete;
    ~tls_peer();

    /// Changes our keys and asks the other side to change its own (RFC 8446 section 4.6.3). The
    /// answer comes before its next data.
    void ask_for_key_update();
    void write(std::string_view bytes);
    /// All that comes until there are `size` bytes.
    [[nodiscard]] std::string read(std::size_t size);

 private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace grove_test
