// SPDX-License-Identifier: MIT
#pragma once

#include "net/answer_head.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// One answer after another, as its bytes: how a body is framed, and whether the connection can go
/// on behind it (RFC 9112 sections 6 and 9).

namespace grove::http {

class server_core;
class server_output;

/// Whether the connection may go on behind an answer, as far as the request is concerned.
enum class afterwards : std::uint8_t { close, keep };

class answer_writer {
 public:
    answer_writer(server_core& of, server_output& to) noexcept : of_(of), to_(to) {}

    answer_writer(const answer_writer&) = delete;
    answer_writer& operator=(const answer_writer&) = delete;
    ~answer_writer() = default;

    /// The answer to a request of that kind.
    void begin(unsigned minor, bool to_head) noexcept;
    /// Forgets what was said of an answer that has not begun.
    void restart() noexcept;

    // What http_response says, with the same conditions.
    void set_status(unsigned code);
    void add(std::string_view name, std::string_view value);
    void set_length(std::uint64_t bytes);

    void close() noexcept { closes_ = true; }

    void send(std::string_view body, afterwards then);
    void send_file(int file, std::uint64_t offset, std::uint64_t bytes, afterwards then);
    void write(std::string_view piece, afterwards then);
    /// The head, if it has not been sent.
    void start(afterwards then);
    /// The answer is 101.
    void switch_to(std::string_view protocol);
    /// Nothing more comes. Throws: `std::logic_error` when the body is not as long as was said.
    void finish(afterwards then);

    [[nodiscard]] bool begun() const noexcept { return state_ != progress::head; }

    /// Its last byte was given.
    [[nodiscard]] bool over() const noexcept { return state_ == progress::over; }

    /// The connection goes on behind it.
    [[nodiscard]] bool keeps() const noexcept { return keeps_; }

    [[nodiscard]] unsigned status() const noexcept { return status_; }

    [[nodiscard]] std::uint64_t body_bytes() const noexcept { return body_bytes_; }

 private:
    enum class progress : std::uint8_t { head, body, over };
    enum class framing : std::uint8_t { none, length, chunks, to_the_end };

    void check_not_begun(const char* call) const;
    [[nodiscard]] bool may_have_body() const noexcept;
    void append_head(framing body, std::uint64_t length, afterwards then);
    void append_body(std::string_view bytes);
    void append_chunk(std::string_view bytes);

    server_core& of_;
    server_output& to_;
    answer_fields fields_;
    std::optional<std::uint64_t> length_;
    std::uint64_t body_bytes_ = 0;
    unsigned status_ = 200;
    unsigned minor_ = 1;
    bool to_head_ = false;
    bool closes_ = false;
    bool keeps_ = false;
    progress state_ = progress::head;
    framing framing_ = framing::none;
};

}  // namespace grove::http
