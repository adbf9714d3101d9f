// SPDX-License-Identifier: MIT
#pragma once

#include "io/fd_wait.hpp"
#include "io/tls_owners.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace grove::detail {

/// What OpenSSL reads from and writes to: our calls on the descriptor, which raise no SIGPIPE.
///
/// Writing never fails and never says "later": what the kernel does not take stays here, and who
/// writes parks in `flush` until it is gone. So OpenSSL never stops in the middle of a record, and
/// a reader for whom it must answer something (a key update, an alert) never meets the record that
/// a parked writer has not finished.
class tls_transport {
 public:
    explicit tls_transport(fd_wait& on) noexcept : on_(on) {}

    tls_transport(const tls_transport&) = delete;
    tls_transport& operator=(const tls_transport&) = delete;
    ~tls_transport() = default;

    /// For an SSL that does not outlive it.
    [[nodiscard]] bio_ptr as_bio();

    /// From now on each read looks, also where nothing is known to have come: for who is about to
    /// close and will not be told of it any more.
    void look_in_any_case() noexcept { looks_in_any_case_ = true; }

    /// Sends what was left, as far as it can be at once. Never blocks.
    void send_left() noexcept;
    /// Parks until nothing is left, or nothing can be sent any more.
    void drain(deadline until, const char* call, std::string_view object);
    /// As `drain`. Throws, besides: what a send has failed with.
    void flush(deadline until, const char* call, std::string_view object);

    /// Bytes that wait for the kernel.
    [[nodiscard]] std::size_t left() const noexcept { return left_.size() - sent_; }

    /// errno of the first send that failed, and of the last receive; 0: none.
    [[nodiscard]] int send_error() const noexcept { return send_error_; }

    [[nodiscard]] int receive_error() const noexcept { return receive_error_; }

    /// The peer has ended the connection below.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
    static int on_write(BIO* bio, const char* bytes, int size) noexcept;
    static int on_read(BIO* bio, char* into, int size) noexcept;
    static long on_control(BIO* bio, int command, long number, void* pointer) noexcept;
    static BIO_METHOD* method();

    /// Result: how many were sent; 0 also when it failed.
    std::size_t send_now(std::span<const char> bytes) noexcept;
    void give_up(int error) noexcept;

    fd_wait& on_;
    std::string left_;
    std::size_t sent_ = 0;  // of `left_`
    int send_error_ = 0;
    int receive_error_ = 0;
    bool ended_ = false;
    bool looks_in_any_case_ = false;
};

}  // namespace grove::detail
