// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

/// Owners of OpenSSL's objects.

namespace grove::detail {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using general_names_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

}  // namespace grove::detail
