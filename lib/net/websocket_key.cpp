// SPDX-License-Identifier: MIT
#include "net/websocket_key.hpp"

#include <grove/error.hpp>

#include <openssl/evp.h>

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace grove::ws {
namespace {

constexpr std::size_t key_size = 24;

std::string base64(std::span<const unsigned char> bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero byte
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                    static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

bool is_base64(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}  // namespace

std::string new_key() {
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw_errno("getrandom");
    return base64(bytes);
}

bool is_key(std::string_view text) noexcept {
    if (text.size() != key_size || !text.ends_with("==")) return false;
    text.remove_suffix(2);
    // The last digit holds two bits of the sixteenth byte, and no others.
    constexpr std::string_view last_digits = "AQgw";
    return std::ranges::all_of(text, is_base64) &&
           last_digits.find(text.back()) != std::string_view::npos;
}

std::string proof_of(std::string_view key) {
    static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> sum{};
    if (sha1 == nullptr ||
        EVP_Digest(text.data(), text.size(), sum.data(), nullptr, sha1, nullptr) != 1)
        throw std::runtime_error("EVP_Digest: OpenSSL has no working SHA-1");
    return base64(sum);
}

}  // namespace grove::ws
