// SPDX-License-Identifier: MIT
#include "io/tls_transport.hpp"

#include <grove/error.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <new>

namespace grove::detail {
namespace {

/// More than any handshake takes. Beyond it there are only answers to key updates, and a peer that
/// asks for thousands and reads none.
constexpr std::size_t most_left = std::size_t{256} << 10;

}  // namespace

BIO_METHOD* tls_transport::method() {
    static BIO_METHOD* const made = [] {
        BIO_METHOD* const m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "grove");
        if (m == nullptr) throw std::bad_alloc();
        BIO_meth_set_write(m, on_write);
        BIO_meth_set_read(m, on_read);
        BIO_meth_set_ctrl(m, on_control);
        return m;
    }();
    return made;
}

bio_ptr tls_transport::as_bio() {
    bio_ptr made(BIO_new(method()));
    if (!made) throw std::bad_alloc();
    BIO_set_data(made.get(), this);
    BIO_set_init(made.get(), 1);
    return made;
}

int tls_transport::on_write(BIO* bio, const char* bytes, int size) noexcept {
    auto& me = *static_cast<tls_transport*>(BIO_get_data(bio));
    std::span<const char> rest(bytes, static_cast<std::size_t>(size));
    me.send_left();
    if (me.left() == 0) rest = rest.subspan(me.send_now(rest));
    if (rest.empty() || me.send_error_ != 0) return size;
    if (me.left() + rest.size() > most_left) {
        me.give_up(ENOBUFS);
        return size;
    }
    try {
        me.left_.append(rest.data(), rest.size());
    } catch (const std::bad_alloc&) {
        me.give_up(ENOMEM);  // C is above us
    }
    return size;
}

int tls_transport::on_read(BIO* bio, char* into, int size) noexcept {
    auto& me = *static_cast<tls_transport*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    while (me.on_.may_try(direction::read) || me.looks_in_any_case_) {
        const ssize_t n = ::recv(me.on_.fd(), into, static_cast<std::size_t>(size), 0);
        if (n >= 0) {
            me.ended_ = n == 0;
            if (n > 0 && n < size) me.on_.exhausted(direction::read);
            return static_cast<int>(n);
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) {
            me.receive_error_ = errno;
            return -1;
        }
        me.on_.exhausted(direction::read);
        break;
    }
    BIO_set_retry_read(bio);
    return -1;
}

long tls_transport::on_control(BIO* /*bio*/, int command, long /*number*/,
                               void* /*pointer*/) noexcept {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

std::size_t tls_transport::send_now(std::span<const char> bytes) noexcept {
    while (send_error_ == 0 && on_.may_try(direction::write)) {
        const ssize_t n = ::send(on_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) {
            const auto sent = static_cast<std::size_t>(n);
            if (sent < bytes.size()) on_.exhausted(direction::write);
            return sent;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            on_.exhausted(direction::write);
        } else {
            give_up(errno);
        }
        break;
    }
    return 0;
}

void tls_transport::give_up(int error) noexcept {
    send_error_ = error;
    looks_in_any_case_ = true;  // what the peer has said before may be the reason
    left_.clear();
    sent_ = 0;
    on_.wake(direction::write);  // room that a writer waits for need not come any more
}

void tls_transport::send_left() noexcept {
    if (left() == 0) return;
    sent_ += send_now(std::span(left_).subspan(sent_));
    if (left() == 0) {
        std::string().swap(left_);
        sent_ = 0;
    }
}

void tls_transport::drain(deadline until, const char* call, std::string_view object) {
    for (send_left(); left() != 0; send_left()) {
        on_.wait(direction::write, until, call, object);
    }
}

void tls_transport::flush(deadline until, const char* call, std::string_view object) {
    drain(until, call, object);
    if (send_error_ != 0) throw_error(send_error_, call, object);
}

}  // namespace grove::detail
