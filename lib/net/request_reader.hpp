// SPDX-License-Identifier: MIT
#pragma once

#include <grove/http_field.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The bytes of one connection as HTTP/1 requests (RFC 9112), strictly: what two readers could
/// understand in two ways is refused. Does no input itself and never blocks.
///
///     for (;;) {
///         switch (reader.next()) {
///             case request_reader::step::starved: reader.filled(read(fd, reader.room())); break;
///             case request_reader::step::head: begin(reader.head()); break;
///             case request_reader::step::body: take(reader.piece()); break;
///             case request_reader::step::end: answer(); break;
///             case request_reader::step::failed: refuse(reader.fault()); return;
///         }
///     }

namespace grove::http {

using header_view = http_field;

enum class body_framing : std::uint8_t { none, length, chunked };

/// The views are valid until `next` begins another request.
struct request_head {
    std::string_view method;
    std::string_view
        target;          ///< as it was sent: `/path?query`, `http://host/path`, `*`, `host:443`
    unsigned minor = 1;  ///< of HTTP/1
    std::span<const header_view> headers;
    body_framing framing = body_framing::none;
    std::uint64_t length = 0;       ///< of the body, when its framing is `length`
    bool keep_alive = false;        ///< another request may follow
    bool expects_continue = false;  ///< RFC 9110 section 10.1.1
    std::string_view upgrade;       ///< what `Upgrade` names, if `Connection` names that

    /// The only or the first field of that name, in any case of letters.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
};

/// Why a request is refused: what to answer before the connection closes.
struct request_fault {
    int status = 0;
    std::string_view reason;
};

struct request_limits {
    std::size_t target = 8000;                          ///< bytes; above: 414
    std::size_t head = std::size_t{64} << 10;           ///< bytes of line and fields; above: 431
    std::size_t fields = 100;                           ///< above: 431
    std::size_t chunk_overhead = std::size_t{8} << 10;  ///< bytes between two pieces of a body
};

class request_reader {
 public:
    enum class step : std::uint8_t {
        starved,  ///< nothing more in what was read
        head,     ///< `head()` is whole
        body,     ///< `piece()` has bytes of the body
        end,      ///< the request is over; the next call begins another
        failed,   ///< `fault()` says why; nothing more can be read
    };

    explicit request_reader(const request_limits& limits = {});
    request_reader(const request_reader&) = delete;
    request_reader& operator=(const request_reader&) = delete;
    ~request_reader();

    [[nodiscard]] step next();

    /// Where the next bytes of the connection go; never empty.
    [[nodiscard]] std::span<char> room();

    /// So many bytes of `room()` were read.
    void filled(std::size_t count) noexcept { end_ += count; }

    [[nodiscard]] const request_head& head() const noexcept { return head_; }

    /// Valid until the next call.
    [[nodiscard]] std::string_view piece() const noexcept { return piece_; }

    [[nodiscard]] const request_fault& fault() const noexcept { return fault_; }

    /// Between two requests, with nothing read of the next.
    [[nodiscard]] bool idle() const noexcept { return part_ == part::start && begin_ == end_; }

    /// What was read beyond the request, for who takes the connection over.
    [[nodiscard]] std::string_view rest() const noexcept;

    /// Gives back the memory of an idle reader.
    void rest_in_small() noexcept;

 private:
    class callbacks;
    struct engine;  // llhttp's state
    enum class part : std::uint8_t { start, head, body, over };

    /// A part of the head; it may still move.
    struct text {
        std::size_t offset = 0;  // from the request's first byte
        std::size_t size = 0;
    };

    struct field {
        text name;
        text value;
    };

    int feed();
    step judge(int code);
    step fail(int status, std::string_view reason) noexcept;
    step finish_head();
    void show_head();
    void begin_request() noexcept;
    void make_room(std::size_t wanted);
    [[nodiscard]] bool lines_end_in_crlf() const noexcept;
    [[nodiscard]] bool line_has_single_spaces() const noexcept;
    [[nodiscard]] std::string_view at(text t) const noexcept;

    request_limits limits_;
    std::unique_ptr<engine> engine_;
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;     // of the request
    std::size_t head_end_ = 0;  // body bytes go behind it: the head's views live on
    std::size_t begin_ = 0;     // of what is not parsed
    std::size_t end_ = 0;
    std::size_t overhead_ = 0;  // of the body, since its last piece
    part part_ = part::start;
    bool paused_ = false;  // llhttp may have something to tell without further bytes
    std::vector<field> fields_;
    std::vector<header_view> views_;
    text method_;
    text target_;
    text version_;
    request_head head_;
    std::string_view piece_;
    request_fault fault_;
};

}  // namespace grove::http
