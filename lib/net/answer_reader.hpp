// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// The bytes of one connection as HTTP/1 answers (RFC 9112), for a client that wants their status,
/// their sizes and perhaps a field or the beginning of the body: nothing is copied out of the head,
/// and of the body only what is asked for. Does no input itself and never blocks.
///
///     reader.begin(answer_body::any, 0);
///     for (step s; (s = reader.next()) != step::end;) {
///         if (s == step::failed) give_up(reader.fault());
///         const std::size_t n = read(fd, reader.room());
///         n == 0 ? reader.ended() : reader.filled(n);
///     }
///
/// Or in parts, for who passes a body on: `begin_parts` instead, and `next` tells `head` once, then
/// `piece` for what has come of the body.

namespace grove::http {

/// `none`: the request was HEAD, whose answer has a body's head alone.
enum class answer_body : std::uint8_t { any, none };

enum class answer_fault : std::uint8_t {
    none,
    malformed,  ///< what came is no HTTP/1
    too_large,  ///< the head
    truncated,  ///< the stream has ended inside the answer
    closed,     ///< the stream has ended before the first byte of it
};

class answer_reader {
 public:
    enum class step : std::uint8_t { starved, head, piece, end, failed };

    explicit answer_reader(std::size_t head_limit = std::size_t{64} << 10);
    answer_reader(const answer_reader&) = delete;
    answer_reader& operator=(const answer_reader&) = delete;
    ~answer_reader();

    /// The next answer; at most `keep` bytes of its body are kept. Answers before it whose status
    /// is 1xx are passed over, but 101 is an answer.
    void begin(answer_body body, std::size_t keep);
    /// As above, and nothing is kept of the body.
    void begin_parts(answer_body body);

    [[nodiscard]] step next();

    /// Where the next bytes of the connection go; never empty.
    [[nodiscard]] std::span<char> room();

    void filled(std::size_t count) noexcept { end_ += count; }

    /// The connection has no further byte.
    void ended() noexcept { at_end_ = true; }

    // The answer, until the next `begin`.

    [[nodiscard]] unsigned status() const noexcept;
    /// Status line and fields, with the empty line after them.
    [[nodiscard]] std::string_view head() const noexcept;

    [[nodiscard]] std::string_view body() const noexcept { return kept_; }

    /// Some of the body, never empty after `step::piece`; until the next `next`, `room` or `begin`.
    [[nodiscard]] std::string_view piece() const noexcept { return piece_; }

    [[nodiscard]] std::uint64_t body_size() const noexcept { return body_size_; }

    /// Head, chunks and all, with the 1xx answers before it.
    [[nodiscard]] std::uint64_t wire_size() const noexcept { return wire_size_; }

    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

    [[nodiscard]] answer_fault fault() const noexcept { return fault_; }

    /// What is wrong with a malformed answer, in a few words.
    [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

    /// Read beyond the answer.
    [[nodiscard]] std::string_view rest() const noexcept {
        return {bytes_.get() + begin_, end_ - begin_};
    }

 private:
    class callbacks;
    struct engine;  // llhttp's state
    enum class part : std::uint8_t { head, body, over };

    void begin_again();
    step feed();
    step finish_at_end();
    step finish();
    step fail(answer_fault fault, std::string_view reason) noexcept;
    void take_body(std::string_view piece);

    std::size_t head_limit_;
    std::unique_ptr<engine> engine_;
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;     // of the answer
    std::size_t head_end_ = 0;  // body bytes go behind it: the head stays
    std::size_t begin_ = 0;     // of what is not parsed
    std::size_t end_ = 0;
    std::size_t keep_ = 0;
    std::string kept_;
    std::string_view piece_;
    std::string_view reason_;
    std::uint64_t body_size_ = 0;
    std::uint64_t wire_size_ = 0;
    part part_ = part::over;
    answer_body expected_ = answer_body::any;
    answer_fault fault_ = answer_fault::none;
    bool keep_alive_ = false;
    bool in_parts_ = false;
    bool paused_ = false;    // llhttp goes on where it is, even without further bytes
    bool complete_ = false;  // llhttp has seen the end
    bool at_end_ = false;
};

}  // namespace grove::http
