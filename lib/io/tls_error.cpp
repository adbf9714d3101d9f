// SPDX-License-Identifier: MIT
#include "io/tls_error.hpp"

#include "io/tls_owners.hpp"

#include <grove/ip_address.hpp>

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <cstring>

namespace grove {
namespace {

class category_of_tls final : public std::error_category {
 public:
    [[nodiscard]] const char* name() const noexcept override { return "tls"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<tls_errc>(code)) {
            case tls_errc::not_tls:
                return "the peer does not speak TLS";
            case tls_errc::untrusted:
                return "the peer's certificate is not trusted";
            case tls_errc::wrong_host:
                return "the certificate is for somebody else";
            case tls_errc::refused:
                return "the peer refused";
            case tls_errc::no_alpn:
                return "no application protocol in common";
            case tls_errc::truncated:
                return "the stream ended without close_notify, something may be missing";
            case tls_errc::read_ahead:
                return "plain text came before the handshake";
            case tls_errc::bad_identity:
                return "the certificate or key cannot be used";
            case tls_errc::failed:
                return "TLS failed";
        }
        return "unknown";
    }

    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        if (static_cast<tls_errc>(code) == tls_errc::truncated) {
            return std::make_error_condition(std::errc::connection_reset);
        }
        return {code, *this};
    }
};

}  // namespace

const std::error_category& tls_category() noexcept {
    static const category_of_tls only;
    return only;
}

namespace detail {
namespace {

void append_name(std::string& to, const GENERAL_NAME& name) {
    std::string one;
    if (name.type == GEN_DNS) {
        one.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name.d.dNSName)),
                   static_cast<std::size_t>(ASN1_STRING_length(name.d.dNSName)));
    } else if (name.type == GEN_IPADD) {
        const unsigned char* const bytes = ASN1_STRING_get0_data(name.d.iPAddress);
        if (const int size = ASN1_STRING_length(name.d.iPAddress); size == 4) {
            std::array<std::uint8_t, 4> v4{};
            std::copy_n(bytes, v4.size(), v4.begin());
            one = ip_address(v4).text();
        } else if (size == 16) {
            std::array<std::uint8_t, 16> v6{};
            std::copy_n(bytes, v6.size(), v6.begin());
            one = ip_address(v6).text();
        }
    }
    if (one.empty()) return;
    if (!to.empty()) to += ", ";
    to += one;
}

/// Whom the certificate is for, the first few.
std::string names_in(const X509* certificate) {
    constexpr int enough = 4;
    const general_names_ptr names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    std::string text;
    for (int i = 0; i < std::min(count, enough); ++i) {
        append_name(text, *sk_GENERAL_NAME_value(names.get(), i));
    }
    if (count > enough) text += ", ...";
    return text.empty() ? "it names nobody" : "it is for " + text;
}

std::system_error verification_failure(const SSL* ssl, const std::string& what) {
    const long result = SSL_get_verify_result(ssl);
    // The chain as far as it was built; the queue's own text says only that it failed.
    STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl);
    const X509* const leaf = sk_X509_num(chain) > 0 ? sk_X509_value(chain, 0) : nullptr;
    std::string text = what + ": " + X509_verify_cert_error_string(result);
    if (result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        if (leaf != nullptr) text += ", " + names_in(leaf);
        return {tls_errc::wrong_host, text};
    }
    if (leaf != nullptr) text += " (" + subject_of(leaf) + ")";
    return {tls_errc::untrusted, text};
}

std::system_error alert_failure(int alert, const std::string& what) {
    const std::string text = what + ": alert " + SSL_alert_desc_string_long(alert);
    return {alert == SSL_AD_NO_APPLICATION_PROTOCOL ? tls_errc::no_alpn : tls_errc::refused, text};
}

}  // namespace

std::string openssl_reason(unsigned long error) {
    if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "no reason given";
}

std::string openssl_reason() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    return openssl_reason(error);
}

void throw_tls(tls_errc code, const std::string& text) {
    throw std::system_error(code, text);
}

std::system_error tls_failure(const SSL* ssl, const std::string& what) {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
        const int reason = ERR_GET_REASON(error);
        // RFC 8446 section 6: an alert has a byte for its number.
        if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
            return alert_failure(reason - SSL_AD_REASON_OFFSET, what);
        }
        switch (reason) {
            case SSL_R_CERTIFICATE_VERIFY_FAILED:
                return verification_failure(ssl, what);
            case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
                return {tls_errc::untrusted, what + ": it has shown none"};
            case SSL_R_NO_APPLICATION_PROTOCOL:
                return {tls_errc::no_alpn, what};
            case SSL_R_HTTP_REQUEST:
            case SSL_R_HTTPS_PROXY_REQUEST:
                return {tls_errc::not_tls, what + ": it speaks plain HTTP"};
            case SSL_R_WRONG_VERSION_NUMBER:
                return {tls_errc::not_tls, what};
            default:
                break;
        }
    }
    return {tls_errc::failed, what + ": " + openssl_reason(error)};
}

std::string subject_of(const X509* certificate) {
    const bio_ptr text(BIO_new(BIO_s_mem()));
    // As RFC 2253 has it, with letters outside ASCII as they are instead of escaped.
    constexpr unsigned long how =
        XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, how) < 0) {
        return {};
    }
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace detail
}  // namespace grove
