// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

/// What TLS needs to know before a connection exists: whom to trust, who we are, what to agree on.
/// TLS itself is a state of a `grove::socket`: `start_tls` makes the handshake, at once or after
/// plain text (STARTTLS), and the socket then reads and writes as before.
///
///     const grove::tls_client trusting;                        // the system's authorities
///     grove::socket peer = grove::dial("example.com", 443);
///     peer.start_tls(trusting, "example.com", 10s);
///
///     const grove::tls_server us({.identities = {{.chain = grove::pem::file("us.pem"),
///                                                 .key = grove::pem::file("us.key")}}});
///     grove::socket guest = door.accept();
///     guest.start_tls(us, 10s);
///
/// For HTTP use the HTTP client, which has TLS of its own. TLS 1.2 and 1.3; ciphers, curves and
/// what counts as a weak key are the system's (openssl.cnf).
///
/// Both handles are cheap to copy and share what they were made from: make one for each set of
/// options, not one a connection. Making one reads its files and blocks the thread meanwhile.
/// Threads: any; copies may be used in several hubs at once.

namespace grove {

enum class tls_errc {
    not_tls = 1,   ///< the peer speaks something else
    untrusted,     ///< the peer's certificate is missing, expired, or signed by nobody we trust
    wrong_host,    ///< the certificate is for other names
    refused,       ///< the peer ended it with an alert, which the text names
    no_alpn,       ///< no protocol that both sides speak (RFC 7301 section 3.2)
    truncated,     ///< the stream ended without close_notify; equals `errc::connection_reset`
    read_ahead,    ///< plain text that came in too early is in the socket's buffer
    bad_identity,  ///< a certificate or key that cannot be used
    failed,        ///< anything else; the text holds what OpenSSL says
};

[[nodiscard]] GROVE_API const std::error_category& tls_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(tls_errc e) noexcept {
    return {static_cast<int>(e), tls_category()};
}

/// Certificates or keys in PEM: the name of a file, or the text itself.
class pem {
 public:
    /// Nothing.
    pem() = default;

    [[nodiscard]] static pem file(std::string path) { return {kind::file, std::move(path)}; }

    [[nodiscard]] static pem text(std::string content) { return {kind::text, std::move(content)}; }

    [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

    [[nodiscard]] bool is_file() const noexcept { return kind_ == kind::file; }

    /// The path, or the text.
    [[nodiscard]] const std::string& value() const noexcept { return value_; }

 private:
    enum class kind : std::uint8_t { file, text };

    pem(kind what, std::string value) : value_(std::move(value)), kind_(what) {}

    std::string value_;
    kind kind_ = kind::text;
};

/// Who one side is.
struct tls_identity {
    /// The certificate, then those that lead to the authority.
    pem chain = {};
    /// The certificate's private key. Nothing: it is beside the chain.
    pem key = {};
    /// Of a key that is encrypted.
    std::string password = {};
};

/// A new P-256 key and a certificate for these names and addresses that the key itself has signed,
/// good for 90 days, for development: a client has to be told to trust the certificate, or nobody
/// (`curl -k`). Throws: `std::invalid_argument` without a name; `std::system_error`.
[[nodiscard]] GROVE_API tls_identity self_signed(const std::vector<std::string>& names);

enum class tls_version : std::uint8_t { tls1_2, tls1_3 };

/// Whether the server must prove who it is. Without that, anybody between can read and change all.
enum class tls_verify : std::uint8_t { peer, nothing };

/// Whether a client may go on with the keys of an earlier connection (tickets, RFC 8446 section
/// 2.2), which saves a round trip (TLS 1.2) and the certificates.
enum class tls_resumption : std::uint8_t { allowed, off };

/// What the end of the stream is where the peer sent no close_notify (RFC 8446 section 6.1), as
/// many servers do. `accepted`: as any other end, for protocols that tell where a message ends. In
/// the middle of a record it is an error in any case.
enum class tls_truncation : std::uint8_t { error, accepted };

/// What a server wants of its clients' certificates. `asked`: one may be missing, not wrong.
enum class tls_client_certificates : std::uint8_t { ignored, asked, required };

struct tls_client_options {
    tls_verify verify = tls_verify::peer;
    /// Certificates that are trusted, and what they have signed. With `authority_folder` also
    /// empty: those of the system.
    std::vector<pem> authorities = {};
    /// A folder as `openssl rehash` makes it.
    std::string authority_folder = {};
    /// For servers that ask for it. An empty chain: none.
    tls_identity identity = {};
    /// Protocols for ALPN, the best first: `h2`, `http/1.1`. Empty: none is asked for.
    std::vector<std::string> alpn = {};
    tls_version minimum = tls_version::tls1_2;
    /// The latest 256 sessions are kept, 4 for a server's name and port.
    tls_resumption resumption = tls_resumption::allowed;
    tls_truncation truncation = tls_truncation::error;
};

struct tls_server_options {
    /// A client gets the first that is for the name it asks for (SNI), and the first of all when
    /// none is or it asks for none.
    std::vector<tls_identity> identities = {};
    /// Protocols for ALPN, the best first. A client that offers others only is refused; one that
    /// offers none at all is not. Empty: ALPN is left alone.
    std::vector<std::string> alpn = {};
    tls_version minimum = tls_version::tls1_2;
    tls_client_certificates clients = tls_client_certificates::ignored;
    /// Who must have signed the clients' certificates.
    std::vector<pem> client_authorities = {};
    /// Tickets are sealed with a key that lives and dies with the handle.
    tls_resumption resumption = tls_resumption::allowed;
    tls_truncation truncation = tls_truncation::error;
};

/// What a connection has come to.
struct tls_info {
    tls_version version = tls_version::tls1_2;
    std::string cipher = {};  ///< `TLS_AES_256_GCM_SHA384`
    std::string alpn = {};    ///< empty: nothing was agreed on
    /// What the client asked for; empty when it asked for an address or for nothing.
    std::string server_name = {};
    /// Of the peer's certificate, as RFC 2253 writes it; empty when it has shown none.
    std::string peer_subject = {};
    /// When the peer's certificate expires; nothing when it has shown none.
    std::optional<std::chrono::system_clock::time_point> peer_expires = {};
    bool resumed = false;
};

namespace detail {
class tls_client_context;
class tls_server_context;
}  // namespace detail

class GROVE_API tls_client {
 public:
    /// Throws: `std::system_error` naming the file and what is wrong with it (`errc` of the system,
    /// `tls_errc::bad_identity`); `std::invalid_argument` for options that cannot be meant.
    explicit tls_client(const tls_client_options& options = {});

 private:
    friend class socket;
    std::shared_ptr<detail::tls_client_context> context_;
};

class GROVE_API tls_server {
 public:
    /// Throws: as `tls_client`; `std::invalid_argument` also without an identity, and when clients
    /// are asked for certificates that nobody could have signed.
    explicit tls_server(const tls_server_options& options);

 private:
    friend class socket;
    std::shared_ptr<detail::tls_server_context> context_;
};

}  // namespace grove

template <>
struct std::is_error_code_enum<grove::tls_errc> : std::true_type {};
