// SPDX-License-Identifier: MIT
#pragma once

#include "io/tls_owners.hpp"
#include "io/tls_sessions.hpp"

#include <grove/tls.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What `tls_client` and `tls_server` share among their copies and among the connections made from
/// them. Not changed once made, but for the sessions; so any thread may use it.

namespace grove::detail {

/// A connection's place in the sessions of its client: OpenSSL hands tickets to it as they come.
struct tls_session_slot {
    tls_sessions& sessions;
    std::string server;
};

/// What a connection starts from. The context must outlive the SSL, whose callbacks look at it.
struct tls_start {
    std::shared_ptr<const void> context;
    std::unique_ptr<tls_session_slot> slot;  // null on servers and without resumption
    ssl_ptr ssl;
    tls_truncation truncation;
};

class tls_client_context {
 public:
    explicit tls_client_context(const tls_client_options& options);

    /// `port` tells the servers of one name apart.
    /// Throws: `std::invalid_argument` for a name that is none.
    [[nodiscard]] static tls_start start(const std::shared_ptr<tls_client_context>& context,
                                         std::string_view server_name, std::string_view port);

 private:
    ssl_ctx_ptr ctx_;
    tls_sessions sessions_;
    tls_verify verify_;
    tls_resumption resumption_;
    tls_truncation truncation_;
};

class tls_server_context {
 public:
    explicit tls_server_context(const tls_server_options& options);

    [[nodiscard]] static tls_start start(const std::shared_ptr<tls_server_context>& context);

 private:
    static int choose_identity(SSL* ssl, int* alert, void* context) noexcept;
    static int choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* length,
                               const unsigned char* offered, unsigned offered_size,
                               void* context) noexcept;

    std::vector<ssl_ctx_ptr> identities_;  // alike but for the certificate
    std::vector<unsigned char> alpn_;      // as on the wire
    tls_truncation truncation_;
};

}  // namespace grove::detail
