// SPDX-License-Identifier: MIT
#include "io/tls_stream.hpp"

#include "io/fd_wait.hpp"
#include "io/tls_error.hpp"

#include <grove/error.hpp>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <numeric>
#include <optional>
#include <utility>

namespace grove::detail {
namespace {

/// RFC 8446 section 5.1: what a record holds at most. A write is cut into pieces of it, so that no
/// more than one record waits for the kernel.
constexpr std::size_t record = std::size_t{16} << 10;

constexpr const char* handshaking = "TLS handshake with";

std::optional<std::chrono::system_clock::time_point> expiry_of(const X509* certificate) {
    std::tm when{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return std::nullopt;
    return std::chrono::system_clock::from_time_t(::timegm(&when));
}

}  // namespace

tls_stream::tls_stream(fd_wait& on, tls_start start, std::string peer)
    : on_(on), peer_(std::move(peer)), transport_(on), start_(std::move(start)) {
    BIO* const bio = transport_.as_bio().release();
    SSL_set_bio(start_.ssl.get(), bio, bio);
}

void tls_stream::handshake(deadline until) {
    for (;;) {
        ERR_clear_error();
        const int result = SSL_do_handshake(start_.ssl.get());
        if (result == 1) break;
        const int kind = SSL_get_error(start_.ssl.get(), result);
        if (kind != SSL_ERROR_WANT_READ) handshake_failed(kind);
        if (const int error = transport_.send_error()) throw_error(error, handshaking, peer_);
        transport_.drain(until, handshaking, peer_);
        if (transport_.send_error() == 0) on_.wait(direction::read, until, handshaking, peer_);
    }
    // A client that sends its request and goes may be gone before our tickets (TLS 1.3) are: what
    // it has sent can still be read, so that is no failure.
    transport_.drain(until, handshaking, peer_);
}

void tls_stream::handshake_failed(int kind) {
    if (kind == SSL_ERROR_SSL) {
        throw tls_failure(start_.ssl.get(), std::string(handshaking) + " " + peer_);
    }
    const int error = transport_.receive_error();
    if (error != 0) throw_error(error, handshaking, peer_);
    throw_error(ECONNRESET, handshaking, peer_ + ": it has closed the connection");
}

void tls_stream::check(const char* call) const {
    if (on_.fd() < 0) throw_error(EBADF, call, peer_);
    if (failure_) throw std::system_error(*failure_);
}

std::size_t tls_stream::read(std::span<std::byte> into, deadline until) {
    for (;;) {
        if (const auto got = try_read(into)) return *got;
        on_.wait(direction::read, until, "recv", peer_);
    }
}

void tls_stream::wait_readable(deadline until) {
    check("recv");
    transport_.send_left();
    ERR_clear_error();
    char next = 0;
    std::size_t got = 0;
    const int result = SSL_peek_ex(start_.ssl.get(), &next, 1, &got);
    const int kind = result == 1 ? SSL_ERROR_NONE : SSL_get_error(start_.ssl.get(), result);
    if (kind == SSL_ERROR_SSL) fail("recv");
    if (kind == SSL_ERROR_WANT_READ) on_.wait(direction::read, until, "recv", peer_);
}

std::optional<std::size_t> tls_stream::try_read(std::span<std::byte> into) {
    check("recv");
    transport_.send_left();
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(start_.ssl.get(), into.data(), into.size(), &got);
    if (result == 1) return got;
    switch (SSL_get_error(start_.ssl.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return std::nullopt;
        case SSL_ERROR_ZERO_RETURN:
            return 0;
        case SSL_ERROR_SYSCALL:
            return end_of_stream();
        default:
            fail("recv");
    }
}

std::size_t tls_stream::end_of_stream() {
    if (!transport_.ended()) throw_error(transport_.receive_error(), "recv", peer_);
    const bool in_a_record = SSL_has_pending(start_.ssl.get()) == 1;
    if (start_.truncation == tls_truncation::accepted && !in_a_record) return 0;
    throw_tls(tls_errc::truncated, "recv " + peer_);
}

void tls_stream::fail(const char* call) {
    failure_ = tls_failure(start_.ssl.get(), std::string(call) + " " + peer_);
    transport_.send_left();  // the alert
    throw std::system_error(*failure_);
}

void tls_stream::write_all(std::span<const std::byte> bytes, deadline until) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    write_gathered({&all, 1}, until);
}

void tls_stream::write_gathered(std::span<const std::string_view> pieces, deadline until) {
    const auto add = [](std::size_t sum, std::string_view one) { return sum + one.size(); };
    const std::size_t total = std::accumulate(pieces.begin(), pieces.end(), std::size_t{0}, add);
    if (total == 0) return;
    begin_write();
    std::string shared;  // by pieces that do not fill a record
    for (std::string_view rest : pieces) {
        while (!rest.empty()) {
            if (shared.empty() && (rest.size() >= record || rest.size() == total)) {
                const std::string_view whole = rest.substr(0, record);
                write_record(whole, until);
                rest.remove_prefix(whole.size());
                continue;
            }
            if (shared.empty()) shared.reserve(std::min(total, record));
            const std::string_view part = rest.substr(0, record - shared.size());
            shared += part;
            rest.remove_prefix(part.size());
            if (shared.size() < record) continue;
            write_record(shared, until);
            shared.clear();
        }
    }
    if (!shared.empty()) write_record(shared, until);
    end_write(until);
}

void tls_stream::begin_write() {
    check("send");
    if (shut_) throw_error(EPIPE, "send", peer_);
    cut_off_ = true;
}

void tls_stream::write_record(std::string_view bytes, deadline until) {
    transport_.flush(until, "send", peer_);
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(start_.ssl.get(), bytes.data(), bytes.size(), &written) != 1) fail("send");
}

void tls_stream::end_write(deadline until) {
    transport_.flush(until, "send", peer_);
    cut_off_ = false;
}

void tls_stream::shutdown_write(deadline until) {
    check("shutdown");
    transport_.flush(until, "shutdown", peer_);
    if (!std::exchange(shut_, true)) {
        ERR_clear_error();
        if (SSL_shutdown(start_.ssl.get()) < 0) fail("shutdown");
    }
    transport_.flush(until, "shutdown", peer_);
}

void tls_stream::part() noexcept {
    SSL* const ssl = start_.ssl.get();
    if (failure_ || SSL_is_init_finished(ssl) != 1) return;
    ERR_clear_error();
    // What has come and nobody has read makes the kernel end the connection with a reset, which
    // can destroy what we have sent. Tickets (TLS 1.3) come unasked: a client that only writes
    // would never read them.
    transport_.look_in_any_case();
    char next = 0;
    std::size_t got = 0;
    const int result = SSL_peek_ex(ssl, &next, 1, &got);
    const bool broken = result != 1 && SSL_get_error(ssl, result) == SSL_ERROR_SSL;
    if (!broken && !cut_off_ && !shut_) (void)SSL_shutdown(ssl);
    transport_.send_left();
    ERR_clear_error();
    // Else OpenSSL would take the session for spoilt and mark it so, also where it is kept.
    if (!broken) SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

tls_info tls_stream::info() const {
    const SSL* const ssl = start_.ssl.get();
    tls_info made;
    made.version = SSL_version(ssl) == TLS1_3_VERSION ? tls_version::tls1_3 : tls_version::tls1_2;
    made.cipher = SSL_get_cipher_name(ssl);
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    if (size > 0) made.alpn.assign(reinterpret_cast<const char*>(protocol), size);
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name != nullptr) made.server_name = name;
    if (const X509* const shown = SSL_get0_peer_certificate(ssl)) {
        made.peer_subject = subject_of(shown);
        made.peer_expires = expiry_of(shown);
    }
    made.resumed = SSL_session_reused(ssl) == 1;
    return made;
}

}  // namespace grove::detail
