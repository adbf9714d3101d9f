// SPDX-License-Identifier: MIT
#pragma once

#include "net/answer_writer.hpp"
#include "net/request_reader.hpp"
#include "net/server_core.hpp"
#include "net/server_output.hpp"

#include <grove/deadline.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/http_exchange.hpp>
#include <grove/socket.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace grove::http {

/// One connection of an HTTP server: request after request, until one of both sides ends it.
class session : public detail::list_hook<session> {
 public:
    session(socket& peer, std::shared_ptr<server_core> of);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session() = default;

    void serve();

    /// Ends it if no request is under way.
    void close_if_idle() noexcept;

    // What http_request and http_response do.
    [[nodiscard]] const request_head& head() const noexcept { return reader_.head(); }

    [[nodiscard]] bool is_tls() const noexcept { return peer_.is_tls(); }

    [[nodiscard]] const endpoint& peer();

    [[nodiscard]] answer_writer& answer() noexcept { return answer_; }

    void limit_body(std::uint64_t bytes) noexcept { body_limit_ = bytes; }

    [[nodiscard]] std::string_view read_body();
    [[nodiscard]] std::string_view read_some();
    [[nodiscard]] bool wait_gone(deadline until);
    void send_through(http_outlet outlet);
    void send(std::string_view body);
    void send_file(int file, std::uint64_t offset, std::uint64_t bytes);
    void write(std::string_view piece);
    void flush();
    [[nodiscard]] http_upgraded upgrade(std::string_view protocol);

 private:
    enum class arrival : std::uint8_t { bytes, end, late };

    [[nodiscard]] const endpoint& peer_if_known() noexcept;

    // one request
    [[nodiscard]] bool next_request();
    void handle();
    void call_handler();
    void handler_failed(const std::exception_ptr& why);
    void refuse(const http_error& why);
    [[nodiscard]] bool end_request();
    [[nodiscard]] afterwards then() const noexcept;
    void record() noexcept;

    // its body
    [[nodiscard]] std::string_view next_piece();
    [[noreturn]] void fail_body(unsigned status, std::string_view text);
    void tell_to_continue();
    [[nodiscard]] bool drop_body();

    // bytes
    [[nodiscard]] arrival fill(deadline until);
    [[nodiscard]] bool flush_or_break();
    void pass_on();
    void part_from_sender();

    socket& peer_;
    std::shared_ptr<server_core> of_;
    std::optional<endpoint> peer_name_;
    request_reader reader_;
    server_output out_;
    answer_writer answer_;

    // of the request
    std::string body_;
    std::uint64_t body_limit_ = 0;
    std::uint64_t body_read_ = 0;
    deadline began_ = never;
    bool body_over_ = true;
    bool told_to_continue_ = true;

    // of the connection
    std::uint32_t requests_ = 0;
    bool idle_ = false;      // waits for a request's first byte
    bool broken_ = false;    // nothing more can be read or written
    bool upgraded_ = false;  // it is no longer ours
    bool last_ = false;      // the answer is the last, and the client may still be sending
};

}  // namespace grove::http
