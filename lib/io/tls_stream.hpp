// SPDX-License-Identifier: MIT
#pragma once

#include "io/tls_context.hpp"
#include "io/tls_transport.hpp"

#include <grove/deadline.hpp>
#include <grove/tls.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace grove::detail {

/// TLS on a descriptor: what a socket does once it was told to start TLS. No call of OpenSSL's is
/// on the stack when a greenlet parks, so one may read while another writes.
class tls_stream {
 public:
    /// `peer` is for error texts.
    tls_stream(fd_wait& on, tls_start start, std::string peer);

    /// Throws: as `socket::start_tls`. The peer was told then, where that needed no waiting.
    void handshake(deadline until);

    std::size_t read(std::span<std::byte> into, deadline until);
    /// Result: nothing when it would have to wait.
    [[nodiscard]] std::optional<std::size_t> try_read(std::span<std::byte> into);
    /// Waits until there may be something to read.
    void wait_readable(deadline until);
    void write_all(std::span<const std::byte> bytes, deadline until);
    /// Small pieces share a record.
    void write_gathered(std::span<const std::string_view> pieces, deadline until);
    void shutdown_write(deadline until);

    /// What the end of a connection takes, as far as it can be done at once. Never blocks.
    void part() noexcept;

    [[nodiscard]] tls_info info() const;

 private:
    /// Throws when the socket is closed or the connection of no more use.
    void check(const char* call) const;
    std::size_t end_of_stream();
    void write_record(std::string_view bytes, deadline until);
    void begin_write();
    void end_write(deadline until);
    [[noreturn]] void fail(const char* call);
    void handshake_failed(int kind);

    fd_wait& on_;
    std::string peer_;
    tls_transport transport_;
    tls_start start_;
    std::optional<std::system_error> failure_;  // the connection is of no more use
    bool shut_ = false;                         // close_notify is on its way
    bool cut_off_ = false;                      // a write was begun and not ended
};

}  // namespace grove::detail
