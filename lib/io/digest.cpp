// SPDX-License-Identifier: MIT
#include <grove/digest.hpp>

#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace grove {

namespace {

const EVP_MD* implementation(digest_algorithm algorithm) {
    // Fetched once: EVP_sha256() makes OpenSSL 3 look its provider up at every init.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    return algorithm == digest_algorithm::sha256 ? sha256 : sha512;
}

[[noreturn]] void fail(const char* call, digest_algorithm algorithm) {
    throw std::runtime_error(std::string(call) + ": OpenSSL has no working " +
                             std::string(to_string(algorithm)));
}

struct free_context {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

using context_ptr = std::unique_ptr<EVP_MD_CTX, free_context>;

}  // namespace

std::string_view to_string(digest_algorithm algorithm) noexcept {
    return algorithm == digest_algorithm::sha256 ? "sha256" : "sha512";
}

std::size_t hex_size(digest_algorithm algorithm) noexcept {
    return algorithm == digest_algorithm::sha256 ? 64 : 128;
}

struct digest::state {
    context_ptr context{EVP_MD_CTX_new()};
};

digest::digest(digest_algorithm algorithm)
    : state_(std::make_unique<state>()), algorithm_(algorithm) {
    reset();
}

digest::digest(digest&&) noexcept = default;
digest& digest::operator=(digest&&) noexcept = default;
digest::~digest() = default;

void digest::update(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) {
        fail("EVP_DigestUpdate", algorithm_);
    }
}

void digest::update(std::string_view bytes) {
    update(std::as_bytes(std::span(bytes)));
}

std::string digest::hex() const {
    const context_ptr copy(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    if (!copy || EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) != 1 ||
        EVP_DigestFinal_ex(copy.get(), raw.data(), &size) != 1) {
        fail("EVP_DigestFinal_ex", algorithm_);
    }
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{size} * 2);
    for (unsigned i = 0; i < size; ++i) {
        text += digits[raw[i] >> 4];
        text += digits[raw[i] & 15];
    }
    return text;
}

void digest::reset() {
    const EVP_MD* const md = implementation(algorithm_);
    if (!md || !state_->context || EVP_DigestInit_ex(state_->context.get(), md, nullptr) != 1) {
        fail("EVP_DigestInit_ex", algorithm_);
    }
}

}  // namespace grove
