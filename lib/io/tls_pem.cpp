// SPDX-License-Identifier: MIT
#include "io/tls_pem.hpp"

#include "base/unique_fd.hpp"
#include "io/tls_error.hpp"

#include <grove/error.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace grove::detail {
namespace {

/// More than all the authorities of the world.
constexpr std::size_t most_bytes = std::size_t{16} << 20;

std::string content_of(const std::string& path) {
    const unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw_errno("open", path);
    std::string content;
    std::array<char, 4096> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (;;) {
        const ssize_t n = ::read(fd.get(), piece.data(), piece.size());
        if (n == 0) return content;
        if (n < 0 && errno != EINTR) throw_errno("read", path);
        if (n > 0) content.append(piece.data(), static_cast<std::size_t>(n));
        if (content.size() > most_bytes) throw_error(EFBIG, "read", path);
    }
}

/// What PEM is parsed from.
class reader {
 public:
    explicit reader(const pem& source)
        : content_(source.is_file() ? content_of(source.value()) : source.value()) {
        if (content_.size() > most_bytes) throw_error(EFBIG, "read", name_of(source));
        ERR_clear_error();
        bio_.reset(BIO_new_mem_buf(content_.data(), static_cast<int>(content_.size())));
        if (!bio_) throw std::bad_alloc();
    }

    [[nodiscard]] BIO* bio() const noexcept { return bio_.get(); }

 private:
    std::string content_;
    bio_ptr bio_;
};

struct password_giver {
    const std::string& text;
    bool asked = false;

    /// Without a callback of ours OpenSSL asks the terminal.
    static int give(char* into, int size, int /*writing*/, void* giver) noexcept {
        auto& me = *static_cast<password_giver*>(giver);
        me.asked = true;
        if (me.text.empty() || me.text.size() > static_cast<std::size_t>(size)) return -1;
        std::memcpy(into, me.text.data(), me.text.size());
        return static_cast<int>(me.text.size());
    }
};

[[noreturn]] void refuse(const pem& source, const std::string& reason) {
    ERR_clear_error();
    throw_tls(tls_errc::bad_identity, name_of(source) + ": " + reason);
}

}  // namespace

std::string name_of(const pem& source) {
    return source.is_file() ? source.value() : "PEM text";
}

std::vector<x509_ptr> certificates_in(const pem& source) {
    const reader from(source);
    std::vector<x509_ptr> all;
    while (x509_ptr one{PEM_read_bio_X509_AUX(from.bio(), nullptr, nullptr, nullptr)}) {
        all.push_back(std::move(one));
    }
    // What ends a file that is in order is that nothing more begins.
    const unsigned long error = ERR_peek_error();
    const bool at_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    if (!at_end) refuse(source, openssl_reason(error));
    if (all.empty()) refuse(source, "no certificate in it");
    ERR_clear_error();
    return all;
}

pkey_ptr key_in(const pem& source, const std::string& password) {
    const reader from(source);
    password_giver giver{password};
    pkey_ptr key(PEM_read_bio_PrivateKey(from.bio(), nullptr, password_giver::give, &giver));
    if (key) return key;
    if (!giver.asked) refuse(source, "no private key in it");
    refuse(source, password.empty() ? "the key is sealed, and there is no password"
                                    : "the password does not open the key");
}

}  // namespace grove::detail
