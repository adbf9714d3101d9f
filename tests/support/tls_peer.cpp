// SPDX-License-Identifier: MIT
#include "tests/support/tls_peer.hpp"

#include "base/unique_fd.hpp"
#include "io/tls_owners.hpp"

#include <fcntl.h>

#include <stdexcept>

namespace grove_test {

using grove::detail::ssl_ctx_ptr;
using grove::detail::ssl_ptr;
using grove::detail::unique_fd;

struct tls_peer::parts {
    unique_fd fd;
    ssl_ctx_ptr ctx{SSL_CTX_new(TLS_client_method())};
    ssl_ptr ssl{SSL_new(ctx.get())};
};

namespace {

void must(int result, const char* what) {
    if (result != 1) throw std::runtime_error(what);
}

}  // namespace

tls_peer::tls_peer(int fd) : parts_(std::make_unique<parts>()) {
    parts_->fd.reset(fd);
    must(::fcntl(fd, F_SETFL, 0) == 0 ? 1 : 0, "fcntl");
    must(SSL_set_fd(parts_->ssl.get(), fd), "SSL_set_fd");
    must(SSL_connect(parts_->ssl.get()), "SSL_connect");
}

tls_peer::~tls_peer() = default;

void tls_peer::ask_for_key_update() {
    must(SSL_key_update(parts_->ssl.get(), SSL_KEY_UPDATE_REQUESTED), "SSL_key_update");
    must(SSL_do_handshake(parts_->ssl.get()), "SSL_do_handshake");
}

void tls_peer::write(std::string_view bytes) {
    std::size_t written = 0;
    must(SSL_write_ex(parts_->ssl.get(), bytes.data(), bytes.size(), &written), "SSL_write_ex");
}

std::string tls_peer::read(std::size_t size) {
    std::string all(size, '\0');
    for (std::size_t came = 0; came < size;) {
        std::size_t n = 0;
        must(SSL_read_ex(parts_->ssl.get(), all.data() + came, size - came, &n), "SSL_read_ex");
        came += n;
    }
    return all;
}

}  // namespace grove_test
