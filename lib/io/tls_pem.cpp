// SPDX-License-Identifier: MIT
#include "io/tls_pem.hpp"

#include "io/tls_error.hpp"

#include <grove/error.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <new>

namespace grove::detail {
namespace {

bio_ptr opened(const pem& source) {
    ERR_clear_error();
    const std::string& value = source.value();
    if (!source.is_file()) {
        if (value.size() > INT_MAX) throw_error(EFBIG, name_of(source));
        bio_ptr made(BIO_new_mem_buf(value.data(), static_cast<int>(value.size())));
        if (!made) throw std::bad_alloc();
        return made;
    }
    bio_ptr made(BIO_new_file(value.c_str(), "re"));
    if (made) return made;
    const unsigned long error = ERR_peek_error();
    ERR_clear_error();
    throw_error(ERR_SYSTEM_ERROR(error) ? ERR_GET_REASON(error) : ENOENT, "open", value);
}

/// Without a callback of ours OpenSSL asks the terminal.
int give_password(char* into, int size, int /*writing*/, void* password) {
    const auto& text = *static_cast<const std::string*>(password);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(into, text.data(), text.size());
    return static_cast<int>(text.size());
}

}  // namespace

std::string name_of(const pem& source) {
    return source.is_file() ? source.value() : "PEM text";
}

std::vector<x509_ptr> certificates_in(const pem& source) {
    const bio_ptr from = opened(source);
    std::vector<x509_ptr> all;
    while (x509_ptr one{PEM_read_bio_X509_AUX(from.get(), nullptr, nullptr, nullptr)}) {
        all.push_back(std::move(one));
    }
    // What ends a file that is in order is that nothing more begins.
    const unsigned long error = ERR_peek_last_error();
    const bool at_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    if (!at_end) throw_tls(tls_errc::bad_identity, name_of(source) + ": " + openssl_reason());
    ERR_clear_error();
    if (all.empty()) throw_tls(tls_errc::bad_identity, name_of(source) + ": no certificate in it");
    return all;
}

pkey_ptr key_in(const pem& source, const std::string& password) {
    const bio_ptr from = opened(source);
    pkey_ptr key(PEM_read_bio_PrivateKey(from.get(), nullptr, give_password,
                                         const_cast<std::string*>(&password)));
    if (key) return key;
    const unsigned long error = ERR_peek_last_error();
    const bool nothing =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    const std::string reason = nothing ? "no private key in it" : openssl_reason();
    ERR_clear_error();
    throw_tls(tls_errc::bad_identity, name_of(source) + ": " + reason);
}

}  // namespace grove::detail
