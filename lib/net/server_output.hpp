// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/intrusive_list.hpp>
#include <grove/greenlet.hpp>
#include <grove/http_exchange.hpp>
#include <grove/mutex.hpp>
#include <grove/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace grove::http {

class server_core;

/// What a connection of an HTTP server has to say: bytes are gathered and go out in few writes.
/// Those that somebody leaves behind when he waits for something else are sent by the server's
/// flusher, without waiting; what the kernel does not take then, by a greenlet of their own.
/// Several greenlets may say something: what they wait with is sent in the order it was said.
class server_output : public detail::list_hook<server_output> {
 public:
    /// From here on writes are not copied in but go out with what was gathered before.
    static constexpr std::size_t large = std::size_t{16} << 10;

    server_output(socket& to, server_core& of) noexcept : to_(to), of_(of) {}

    server_output(const server_output&) = delete;
    server_output& operator=(const server_output&) = delete;
    ~server_output();

    /// So much waits that no more should be added before a `flush`.
    [[nodiscard]] bool is_full() const noexcept { return gathered_.size() > 2 * large; }

    /// Where the next bytes are added.
    [[nodiscard]] std::string& gathered();

    /// Somebody flushes when this greenlet waits.
    void flush_soon();
    /// Waits until all is with the kernel. Throws: `std::system_error`, then and at each later
    /// call.
    void flush();
    /// As above, and with it what is long.
    void write_large(std::string_view bytes);
    void write_file(int file, std::uint64_t offset, std::uint64_t bytes);

    /// What is added from here on goes through `outlet`. Waits until all before has been sent.
    void go_through(http_outlet outlet);

    /// To the connection again. For one on which nothing is gathered.
    void go_directly() noexcept {
        if (outlet_) outlet_ = nullptr;
    }

    [[nodiscard]] bool goes_through() const noexcept { return outlet_ != nullptr; }

    /// An outlet wants nothing more to be sent.
    [[nodiscard]] bool cut_off() const noexcept { return cut_off_; }

    /// For the flusher. Never waits.
    void try_flush() noexcept;

    /// Nothing can be sent any more, for the client has gone or takes nothing.
    [[nodiscard]] bool client_failed() const noexcept {
        return failure_ && failure_->code() != std::errc::io_error;
    }

 private:
    void throw_failure() const;
    void send_all();
    void send_now();
    void send_in_parts(std::string_view bytes);
    void hand_out(std::string_view bytes);
    void hand_out_file(int file, std::uint64_t offset, std::uint64_t bytes);
    void give_back() noexcept;
    template <class F>
    void send_alone(F f);

    socket& to_;
    server_core& of_;
    std::string gathered_;
    mutex turn_{"the turn to send an answer"};
    http_outlet outlet_;  // empty: `to_` itself
    bool cut_off_ = false;
    bool sending_ = false;  // somebody writes to the socket
    std::optional<std::system_error> failure_;
    greenlet<void> sender_;  // last: it uses the others
};

}  // namespace grove::http
