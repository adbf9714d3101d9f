// SPDX-License-Identifier: MIT
#include "io/tls_error.hpp"
#include "io/tls_owners.hpp"

#include <grove/ip_address.hpp>
#include <grove/tls.hpp>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace grove {
namespace {

using detail::bio_ptr;
using detail::freed_by;
using detail::pkey_ptr;
using detail::x509_ptr;

using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

constexpr long day = 24L * 60 * 60;
constexpr long good_for = 90 * day;

/// Only memory can be short here.
void must(bool done) {
    if (!done) throw std::bad_alloc();
}

std::string text_of(const bio_ptr& memory) {
    char* bytes = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

/// Nobody else gives out numbers in this name, but a browser refuses to see one twice.
void set_serial(X509* certificate) {
    std::array<unsigned char, 8> bytes{};
    must(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    std::uint64_t number = 0;
    for (const unsigned char byte : bytes) number = number << 8 | byte;
    must(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1) == 1);
}

void extend(X509* certificate, int what, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
    if (!made) throw std::invalid_argument("self_signed: " + value + " is no name or address");
    must(X509_add_ext(certificate, made.get(), -1) == 1);
}

/// As OpenSSL reads it: `DNS:localhost,IP:127.0.0.1`.
std::string alternatives(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        if (name.empty() || name.find(',') != std::string::npos)
            throw std::invalid_argument("self_signed: \"" + name + "\" is no name");
        all += all.empty() ? "" : ",";
        all += ip_address::parse(name) ? "IP:" : "DNS:";
        all += name;
    }
    return all;
}

x509_ptr sign(const std::vector<std::string>& names, EVP_PKEY* key) {
    x509_ptr made(X509_new());
    must(made != nullptr);
    X509* const x = made.get();
    X509_set_version(x, X509_VERSION_3);
    set_serial(x);
    X509_gmtime_adj(X509_getm_notBefore(x), -day);
    X509_gmtime_adj(X509_getm_notAfter(x), good_for);
    const auto* const subject = reinterpret_cast<const unsigned char*>(names[0].c_str());
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, subject, -1, -1,
                                    0) == 1);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_set_pubkey(x, key);
    extend(x, NID_subject_key_identifier, "hash");
    extend(x, NID_basic_constraints, "critical,CA:TRUE");
    extend(x, NID_subject_alt_name, alternatives(names));
    must(X509_sign(x, key, EVP_sha256()) > 0);
    return made;
}

}  // namespace

tls_identity self_signed(const std::vector<std::string>& names) {
    if (names.empty()) throw std::invalid_argument("self_signed: no name");
    const pkey_ptr key(EVP_EC_gen("P-256"));
    must(key != nullptr);
    const x509_ptr certificate = sign(names, key.get());
    const bio_ptr chain(BIO_new(BIO_s_mem()));
    must(chain && PEM_write_bio_X509(chain.get(), certificate.get()) == 1);
    const bio_ptr secret(BIO_new(BIO_s_mem()));
    must(secret && PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr) == 1);
    return {.chain = pem::text(text_of(chain)), .key = pem::text(text_of(secret))};
}

}  // namespace grove
