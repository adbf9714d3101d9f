// SPDX-License-Identifier: MIT
#include "tests/support/certificates.hpp"

#include "io/tls_owners.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace grove_test {

using grove::detail::bio_ptr;
using grove::detail::freed_by;
using grove::detail::pkey_ptr;
using grove::detail::x509_ptr;

namespace {

using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

constexpr long day = 24L * 60 * 60;

void must(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

pkey_ptr new_key() {
    pkey_ptr key(EVP_EC_gen("P-256"));
    must(key != nullptr, "EVP_EC_gen");
    return key;
}

std::string text_of(const bio_ptr& memory) {
    char* bytes = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_X509(memory.get(), certificate) == 1, "PEM_write_bio_X509");
    return text_of(memory);
}

std::string pem_of(EVP_PKEY* key, const std::string* password = nullptr) {
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    const EVP_CIPHER* const cipher = password != nullptr ? EVP_aes_128_cbc() : nullptr;
    must(PEM_write_bio_PKCS8PrivateKey(
             memory.get(), key, cipher, password != nullptr ? password->data() : nullptr,
             password != nullptr ? static_cast<int>(password->size()) : 0, nullptr, nullptr) == 1,
         "PEM_write_bio_PKCS8PrivateKey");
    return text_of(memory);
}

void extend(X509* certificate, X509* issuer, int name, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, name, value.c_str()));
    must(made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1, "X509_add_ext");
}

enum class role : unsigned char { authority, end };

void set_validity(X509* certificate, validity when) {
    long from = -day;
    if (when == validity::expired) from = -3 * day;
    if (when == validity::in_the_future) from = day;
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), from + 2 * day);
}

/// Signed by `issuer`, or by itself when there is none.
x509_ptr make(const certificate_request& request, role as, EVP_PKEY* key, X509* issuer,
              EVP_PKEY* issuer_key) {
    static std::atomic<long> serial{1};
    x509_ptr made(X509_new());
    X509* const x = made.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    set_validity(x, request.when);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(request.subject.c_str()), -1,
                               -1, 0);
    if (issuer == nullptr) issuer = x;
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
    X509_set_pubkey(x, key);
    extend(x, issuer, NID_subject_key_identifier, "hash");
    extend(x, issuer, NID_basic_constraints,
           as == role::authority ? "critical,CA:TRUE" : "CA:FALSE");
    std::string names;
    for (const std::string& one : request.names) names += (names.empty() ? "" : ",") + one;
    if (!names.empty()) extend(x, issuer, NID_subject_alt_name, names);
    must(X509_sign(x, issuer_key, EVP_sha256()) > 0, "X509_sign");
    return made;
}

}  // namespace

struct authority::parts {
    x509_ptr own;
    pkey_ptr key;
};

authority::authority(std::unique_ptr<parts> made)
    : parts_(std::move(made)), own_{pem_of(parts_->own.get()), pem_of(parts_->key.get())} {}

authority::authority(const std::string& subject)
    : authority([&] {
          auto made = std::make_unique<parts>();
          made->key = new_key();
          made->own = make({.subject = subject}, role::authority, made->key.get(), nullptr,
                           made->key.get());
          return made;
      }()) {}

authority::authority(authority&&) noexcept = default;
authority& authority::operator=(authority&&) noexcept = default;
authority::~authority() = default;

certificate authority::sign(const certificate_request& request) const {
    const pkey_ptr key = new_key();
    const x509_ptr made = make(request, role::end, key.get(), parts_->own.get(), parts_->key.get());
    return {pem_of(made.get()), pem_of(key.get())};
}

authority authority::sign_authority(const std::string& subject) const {
    auto made = std::make_unique<parts>();
    made->key = new_key();
    made->own = make({.subject = subject}, role::authority, made->key.get(), parts_->own.get(),
                     parts_->key.get());
    return authority(std::move(made));
}

certificate self_signed(const certificate_request& request) {
    const pkey_ptr key = new_key();
    const x509_ptr made = make(request, role::end, key.get(), nullptr, key.get());
    return {pem_of(made.get()), pem_of(key.get())};
}

std::string sealed(const std::string& key, const std::string& password) {
    const bio_ptr memory(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
    const pkey_ptr read(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
    must(read != nullptr, "PEM_read_bio_PrivateKey");
    return pem_of(read.get(), &password);
}

}  // namespace grove_test
