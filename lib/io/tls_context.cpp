// SPDX-License-Identifier: MIT
#include "io/tls_context.hpp"

#include "io/tls_error.hpp"
#include "io/tls_pem.hpp"

#include <grove/error.hpp>
#include <grove/ip_address.hpp>

#include <openssl/err.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>

namespace grove::detail {
namespace {

ssl_ctx_ptr new_context(const SSL_METHOD* method, tls_version minimum, tls_resumption resumption) {
    ERR_clear_error();
    ssl_ctx_ptr ctx(SSL_CTX_new(method));
    if (!ctx) throw_tls(tls_errc::failed, "SSL_CTX_new: " + openssl_reason());
    const int lowest = minimum == tls_version::tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
    if (SSL_CTX_set_min_proto_version(ctx.get(), lowest) != 1) {
        throw_tls(tls_errc::failed, "SSL_CTX_set_min_proto_version: " + openssl_reason());
    }
    // Without them a connection that idles costs 34 KiB.
    SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx.get(), 1);
    // Renegotiation (TLS 1.2) would make a reader wait to write in the middle of a record.
    SSL_CTX_set_options(ctx.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);
    if (resumption == tls_resumption::off) SSL_CTX_set_options(ctx.get(), SSL_OP_NO_TICKET);
    return ctx;
}

/// RFC 7301 section 3.1: each with its length before it.
std::vector<unsigned char> as_on_the_wire(const std::vector<std::string>& protocols) {
    std::vector<unsigned char> wire;
    for (const std::string& one : protocols) {
        if (one.empty() || one.size() > 255) {
            throw std::invalid_argument("ALPN: a protocol's name has 1 to 255 bytes, not " +
                                        std::to_string(one.size()));
        }
        wire.push_back(static_cast<unsigned char>(one.size()));
        wire.insert(wire.end(), one.begin(), one.end());
    }
    // The list itself has two bytes for its length.
    if (wire.size() > 65535) throw std::invalid_argument("ALPN: too many protocols");
    return wire;
}

void use_identity(SSL_CTX* ctx, const tls_identity& identity) {
    const std::vector<x509_ptr> chain = certificates_in(identity.chain);
    const pem& key_source = identity.key.empty() ? identity.chain : identity.key;
    const pkey_ptr key = key_in(key_source, identity.password);
    bool done = SSL_CTX_use_certificate(ctx, chain.front().get()) == 1;
    for (std::size_t i = 1; done && i < chain.size(); ++i) {
        done = SSL_CTX_add1_chain_cert(ctx, chain[i].get()) == 1;
    }
    if (!done) throw_tls(tls_errc::bad_identity, name_of(identity.chain) + ": " + openssl_reason());
    if (SSL_CTX_use_PrivateKey(ctx, key.get()) != 1) {
        throw_tls(tls_errc::bad_identity, name_of(key_source) + ": not the key of " +
                                              name_of(identity.chain) + ": " + openssl_reason());
    }
}

/// Trusts what is in `authorities`, also what is no root. Result: what it trusts.
std::vector<x509_ptr> trust(SSL_CTX* ctx, const std::vector<pem>& authorities) {
    std::vector<x509_ptr> all;
    X509_STORE* const store = SSL_CTX_get_cert_store(ctx);
    for (const pem& source : authorities) {
        for (x509_ptr& one : certificates_in(source)) {
            if (X509_STORE_add_cert(store, one.get()) != 1) {
                throw_tls(tls_errc::bad_identity, name_of(source) + ": " + openssl_reason());
            }
            all.push_back(std::move(one));
        }
    }
    if (!all.empty()) X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return all;
}

void trust_folder(SSL_CTX* ctx, const std::string& folder) {
    struct stat about {};

    if (::stat(folder.c_str(), &about) != 0) throw_errno("authority_folder", folder);
    if (!S_ISDIR(about.st_mode)) throw_error(ENOTDIR, "authority_folder", folder);
    if (SSL_CTX_load_verify_dir(ctx, folder.c_str()) != 1) {
        throw_tls(tls_errc::bad_identity, folder + ": " + openssl_reason());
    }
}

void require_certificates(SSL_CTX* ctx, const tls_server_options& options) {
    if (options.clients == tls_client_certificates::ignored) return;
    const bool required = options.clients == tls_client_certificates::required;
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
    for (const x509_ptr& one : trust(ctx, options.client_authorities)) {
        SSL_CTX_add_client_CA(ctx, one.get());
    }
    // Without a name of its own, a session with a client's certificate cannot be resumed.
    static constexpr unsigned char name[] = "grove";
    SSL_CTX_set_session_id_context(ctx, name, sizeof name - 1);
}

constexpr int slot_index = 0;  // of the pointers that an SSL carries, the application's

/// OpenSSL calls it when a ticket comes, which in TLS 1.3 is at any time after the handshake.
int keep_session(SSL* ssl, SSL_SESSION* session) noexcept {
    const auto* const slot = static_cast<tls_session_slot*>(SSL_get_ex_data(ssl, slot_index));
    SSL_SESSION_up_ref(session);
    ssl_session_ptr kept(session);
    try {
        if (slot != nullptr) slot->sessions.put(slot->server, std::move(kept));
    } catch (const std::bad_alloc&) {
        // C is above us; without the session the next handshake is a full one.
    }
    constexpr int still_yours = 0;
    return still_yours;
}

/// The name as the DNS has it, without the final dot (RFC 6066 section 3). OpenSSL would take a dot
/// at the beginning for any name below.
std::string host_name(std::string_view server_name) {
    std::string name(server_name);
    if (!name.empty() && name.back() == '.') name.pop_back();
    const auto fits = [](char c) { return c > ' ' && c < '\x7f'; };
    constexpr std::size_t longest = 255;
    if (name.empty() || name.front() == '.' || name.size() > longest ||
        !std::all_of(name.begin(), name.end(), fits)) {
        throw std::invalid_argument("start_tls: `" + std::string(server_name) +
                                    "` is not a host name");
    }
    return name;
}

constexpr unsigned host_rules =
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;

/// Whom to ask for (SNI) and what the certificate must name.
void name_server(SSL* ssl, std::string_view server_name) {
    X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(rules, host_rules);
    bool done = true;
    if (const auto address = ip_address::parse(server_name)) {
        done = X509_VERIFY_PARAM_set1_ip(rules, address->bytes().data(),
                                         address->is_v6() ? 16 : 4) == 1;
    } else {
        std::string name = host_name(server_name);
        done = X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1 &&
               SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                        name.data()) == 1;
    }
    if (!done) throw_tls(tls_errc::failed, "start_tls: " + openssl_reason());
}

ssl_ptr new_connection(SSL_CTX* ctx) {
    ERR_clear_error();
    ssl_ptr ssl(SSL_new(ctx));
    if (!ssl) throw_tls(tls_errc::failed, "SSL_new: " + openssl_reason());
    return ssl;
}

}  // namespace

tls_client_context::tls_client_context(const tls_client_options& options)
    : ctx_(new_context(TLS_client_method(), options.minimum, options.resumption)),
      verify_(options.verify),
      resumption_(options.resumption),
      truncation_(options.truncation) {
    SSL_CTX* const ctx = ctx_.get();
    trust(ctx, options.authorities);
    if (!options.authority_folder.empty()) trust_folder(ctx, options.authority_folder);
    if (options.authorities.empty() && options.authority_folder.empty() &&
        SSL_CTX_set_default_verify_paths(ctx) != 1) {
        throw_tls(tls_errc::failed, "SSL_CTX_set_default_verify_paths: " + openssl_reason());
    }
    SSL_CTX_set_verify(ctx, verify_ == tls_verify::peer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       nullptr);
    if (!options.identity.chain.empty()) use_identity(ctx, options.identity);
    const std::vector<unsigned char> alpn = as_on_the_wire(options.alpn);
    if (!alpn.empty() &&
        SSL_CTX_set_alpn_protos(ctx, alpn.data(), static_cast<unsigned>(alpn.size())) != 0) {
        throw_tls(tls_errc::failed, "SSL_CTX_set_alpn_protos: " + openssl_reason());
    }
    if (resumption_ == tls_resumption::allowed) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ctx, keep_session);
    }
}

tls_start tls_client_context::start(const std::shared_ptr<tls_client_context>& context,
                                    std::string_view server_name, std::string_view port) {
    if (server_name.empty() && context->verify_ == tls_verify::peer) {
        throw std::invalid_argument("start_tls: no server name to verify the certificate by");
    }
    tls_start made{context, nullptr, new_connection(context->ctx_.get()), context->truncation_};
    if (!server_name.empty()) name_server(made.ssl.get(), server_name);
    if (context->resumption_ == tls_resumption::allowed) {
        std::string server(server_name);
        server.append(1, ' ').append(port);
        made.slot.reset(new tls_session_slot{context->sessions_, std::move(server)});
        SSL_set_ex_data(made.ssl.get(), slot_index, made.slot.get());
        if (const auto session = context->sessions_.take(made.slot->server)) {
            SSL_set_session(made.ssl.get(), session.get());
        }
    }
    SSL_set_connect_state(made.ssl.get());
    return made;
}

tls_server_context::tls_server_context(const tls_server_options& options)
    : alpn_(as_on_the_wire(options.alpn)), truncation_(options.truncation) {
    if (options.identities.empty()) throw std::invalid_argument("tls_server: no identity");
    const bool asks = options.clients != tls_client_certificates::ignored;
    if (asks != !options.client_authorities.empty()) {
        throw std::invalid_argument(
            asks ? "tls_server: clients are asked for certificates that no authority signs"
                 : "tls_server: client_authorities, and clients are asked for no certificate");
    }
    for (const tls_identity& identity : options.identities) {
        identities_.push_back(
            new_context(TLS_server_method(), options.minimum, options.resumption));
        SSL_CTX* const ctx = identities_.back().get();
        use_identity(ctx, identity);
        require_certificates(ctx, options);
        if (options.resumption == tls_resumption::off) SSL_CTX_set_num_tickets(ctx, 0);
        if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, this);
    }
    SSL_CTX_callback_ctrl(identities_.front().get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(choose_identity));
    SSL_CTX_set_tlsext_servername_arg(identities_.front().get(), this);
}

tls_start tls_server_context::start(const std::shared_ptr<tls_server_context>& context) {
    tls_start made{context, nullptr, new_connection(context->identities_.front().get()),
                   context->truncation_};
    SSL_set_accept_state(made.ssl.get());
    return made;
}

int tls_server_context::choose_identity(SSL* ssl, int* /*alert*/, void* context) noexcept {
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    for (const ssl_ctx_ptr& one : static_cast<tls_server_context*>(context)->identities_) {
        X509* const certificate = SSL_CTX_get0_certificate(one.get());
        if (X509_check_host(certificate, name, 0, host_rules, nullptr) != 1) continue;
        SSL_set_SSL_CTX(ssl, one.get());
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

int tls_server_context::choose_protocol(SSL* /*ssl*/, const unsigned char** chosen,
                                        unsigned char* length, const unsigned char* offered,
                                        unsigned offered_size, void* context) noexcept {
    const auto& ours = static_cast<tls_server_context*>(context)->alpn_;
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, length, ours.data(), static_cast<unsigned>(ours.size()),
                              offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace grove::detail
