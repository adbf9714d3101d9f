// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/http_field.hpp>
#include <grove/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

/// The client's end of one HTTP/1 connection: requests go out as the bytes they are, answers come
/// back as a status, sizes and times. For load generators, probes and proxies, which know what they
/// send and send it often; for everything else take the HTTP client, which follows redirects, keeps
/// connections, decodes and speaks HTTP/2.
///
///     grove::http_connection to(grove::dial("localhost", 8080, 5s));
///     to.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
///     const grove::http_answer& got = to.receive();
///     if (got.status != 200) ...
///
/// A request is one system call, an answer that came whole another, and neither takes memory once
/// the connection has seen one of its kind. Several requests may be sent before their answers are
/// received: they come in the order of the requests. Who passes a body on takes it in pieces, as
/// fast as he reads it: `receive_head`, then `read_some` until it is empty.
/// Threads: the hub's own. One greenlet may send while another receives.

namespace grove {

enum class http_errc {
    malformed = 1,  ///< what came is no HTTP/1 (RFC 9112); the text says what is wrong
    too_large,      ///< the answer's head
    truncated,      ///< the connection was closed inside the answer
    closed,         ///< the connection was closed before the answer's first byte
};

[[nodiscard]] GROVE_API const std::error_category& http_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(http_errc e) noexcept {
    return {static_cast<int>(e), http_category()};
}

/// What came back. Texts are valid until the connection's next call.
struct http_answer {
    unsigned status = 0;
    std::string_view head = {};   ///< status line and fields, with the empty line
    std::string_view body = {};   ///< the beginning of it, as much as was asked for
    std::uint64_t body_size = 0;  ///< bytes, without what chunks add
    std::uint64_t wire_size = 0;  ///< bytes, all of them
    deadline first_byte = never;  ///< when the first bytes were read
    deadline last_byte = never;   ///< when the last were
    bool keep_alive = false;      ///< another request may follow

    /// The first field of that name, in any case of letters, without blanks around it.
    [[nodiscard]] GROVE_API std::optional<std::string_view> find(
        std::string_view name) const noexcept;

    /// All of them, in their order. A value over several lines (RFC 9112 section 5.2) is one, with
    /// its line breaks in it.
    [[nodiscard]] GROVE_API std::vector<http_field> fields() const;
};

struct http_connection_options {
    std::size_t head_limit = std::size_t{64} << 10;  ///< bytes of an answer's head
};

/// What the request was: an answer to HEAD has no body, whatever its fields say.
enum class http_asked : std::uint8_t { with_body, head };

class GROVE_API http_connection {
 public:
    explicit http_connection(socket peer, http_connection_options options = {});
    http_connection(http_connection&&) noexcept;
    http_connection& operator=(http_connection&&) noexcept;
    ~http_connection();

    /// Sends `request`, whole or in part, as it is: its lines end in CRLF, and it says itself how
    /// long its body is. Throws: `std::system_error`. Interrupted: partly sent; use it no more.
    void send(std::string_view request, deadline until = never);

    /// The next answer; of its body at most `keep` bytes are kept. Answers before it that are
    /// 100 to 199 are passed over, except 101, after which the stream is another protocol's.
    /// Throws: `std::system_error` with an `http_errc`, `errc::timed_out`, or what reading throws.
    /// Then, and when interrupted, use it no more.
    const http_answer& receive(deadline until = never, http_asked what = http_asked::with_body,
                               std::size_t keep = 0);

    /// As `receive`, up to the end of the head; `body`, the sizes and `keep_alive` of what it gives
    /// hold once `read_some` has come to the body's end. Throws: as `receive`.
    const http_answer& receive_head(deadline until = never,
                                    http_asked what = http_asked::with_body);

    /// What has come of the body behind `receive_head`, at least a byte, without what chunks add;
    /// empty at its end. Valid until the connection's next call; the peer is not read from faster
    /// than this is called. Throws: as `receive`.
    std::string_view read_some(deadline until = never);

    /// What was read beyond the last answer. Something, though no request is out: the peer speaks
    /// without being asked. After 101: the beginning of the other protocol.
    [[nodiscard]] std::string_view rest() const noexcept;

    /// For its addresses and TLS; reading from it, other than after 101, loses answers.
    [[nodiscard]] socket& stream() noexcept { return peer_; }

    void close() noexcept { peer_.close(); }

 private:
    class reader;

    void read_more(deadline until);
    [[noreturn]] void fail() const;
    void note_sizes();

    socket peer_;
    std::unique_ptr<reader> reader_;
    http_answer answer_;
};

}  // namespace grove

template <>
struct std::is_error_code_enum<grove::http_errc> : std::true_type {};
