// SPDX-License-Identifier: MIT
#pragma once

#include "net/utf8_check.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The bytes of one WebSocket as frames and messages (RFC 6455 section 5), strictly. Does no input
/// or output itself and never blocks; what a peer may not send is told at the first byte that shows
/// it.
///
///     for (;;) {
///         switch (reader.next()) {
///             case frame_reader::step::starved: reader.filled(read(fd, reader.room())); break;
///             case frame_reader::step::data: take(reader.payload(), reader.last()); break;
///             case frame_reader::step::ping: append_frame(out, opcode::pong, ...); break;
///             case frame_reader::step::pong: break;
///             case frame_reader::step::close: answer(reader.close_code()); return;
///             case frame_reader::step::failed: refuse(reader.fault()); return;
///         }
///     }

namespace grove::ws {

enum class opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

/// A client's frames are masked, a server's are not (section 5.1).
enum class masking : std::uint8_t { required, forbidden };

/// Four bytes as they stand in the frame.
using mask_key = std::uint32_t;

inline constexpr std::size_t largest_head = 14;
inline constexpr std::size_t largest_control = 125;

/// Section 7.4. Those of `no_code` and `lost` stand in no frame.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol = 1002;
inline constexpr std::uint16_t no_code = 1005;
inline constexpr std::uint16_t lost = 1006;
inline constexpr std::uint16_t not_utf8 = 1007;
inline constexpr std::uint16_t too_large = 1009;
inline constexpr std::uint16_t failed_inside = 1011;
}  // namespace close_code

/// May stand in a close frame: those that are registered, and 3000 to 4999.
[[nodiscard]] bool is_close_code(std::uint16_t code) noexcept;

/// XORs the bytes with the key, as if `offset` bytes of the frame had gone before.
void apply_mask(std::span<char> bytes, mask_key key, std::uint64_t offset) noexcept;

/// Appends a frame's head; the payload, masked if there is a key, goes behind it.
void append_head(std::string& out, opcode what, bool last, std::uint64_t size,
                 std::optional<mask_key> key);
/// Appends a whole frame.
void append_frame(std::string& out, opcode what, bool last, std::string_view payload,
                  std::optional<mask_key> key);
/// Appends a close frame; `no_code` leaves code and reason out. A reason above 123 bytes is cut
/// between two characters.
void append_close(std::string& out, std::uint16_t code, std::string_view reason,
                  std::optional<mask_key> key);

class frame_reader {
 public:
    enum class step : std::uint8_t {
        starved,  ///< nothing more in what was read
        data,     ///< `payload()` has bytes of a message
        ping,     ///< `payload()` is what the pong must carry
        pong,
        close,   ///< `close_code()`, and `payload()` is the reason; what follows is not looked at
        failed,  ///< `fault()` says why; nothing more can be read
    };

    /// Why the peer is refused: what to send before the connection closes.
    struct refusal {
        std::uint16_t code = 0;
        std::string_view reason;
    };

    /// A message above `message_limit` bytes is refused at the head that shows it.
    explicit frame_reader(masking frames,
                          std::uint64_t message_limit = std::numeric_limits<std::uint64_t>::max());

    [[nodiscard]] step next();

    /// Where the next bytes of the connection go; never empty. Before it, `next` was starved.
    [[nodiscard]] std::span<char> room();

    /// So many bytes of `room()` were read.
    void filled(std::size_t count) noexcept { end_ += count; }

    /// Valid until the next call.
    [[nodiscard]] std::string_view payload() const noexcept { return payload_; }

    /// Of the message that `payload()` belongs to: text, or binary.
    [[nodiscard]] bool is_text() const noexcept { return text_; }

    /// `payload()` ends its message.
    [[nodiscard]] bool last() const noexcept { return last_; }

    /// Bytes that the frame in hand still wants.
    [[nodiscard]] std::uint64_t frame_left() const noexcept { return left_; }

    [[nodiscard]] std::uint16_t close_code() const noexcept { return close_code_; }

    [[nodiscard]] const refusal& fault() const noexcept { return fault_; }

    /// Nothing of the next frame has been read, nor is a message under way.
    [[nodiscard]] bool idle() const noexcept {
        return begin_ == end_ && part_ == part::head && !in_message_;
    }

 private:
    enum class part : std::uint8_t { head, data, over };

    struct frame_head {
        std::uint64_t size = 0;
        mask_key key = 0;
        std::size_t head_size = 0;
        opcode what = opcode::continuation;
        bool last = false;
    };

    [[nodiscard]] std::size_t there() const noexcept { return end_ - begin_; }

    [[nodiscard]] unsigned at(std::size_t n) const noexcept {
        return static_cast<unsigned char>(bytes_[begin_ + n]);
    }

    // Each `check_` fails the reader where it finds something wrong; then, the result is false.
    bool check_first_byte();
    bool check_second_byte();
    bool check_length(std::uint64_t size, std::size_t told_in);
    bool check_limit(std::uint64_t size);
    // Without a result: look further.
    [[nodiscard]] std::optional<step> begin_frame();
    [[nodiscard]] std::optional<step> take_data();
    std::optional<frame_head> read_head();
    step take_control(const frame_head& head);
    step take_close();
    bool refuse(std::string_view reason) noexcept;
    step fail(std::uint16_t code, std::string_view reason) noexcept;

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;  // of what is not parsed
    std::size_t end_ = 0;
    std::string_view payload_;
    std::uint64_t left_ = 0;    // of the frame in hand
    std::uint64_t offset_ = 0;  // in it
    std::uint64_t message_size_ = 0;
    std::uint64_t message_limit_;
    refusal fault_;
    mask_key key_ = 0;
    std::uint16_t close_code_ = 0;
    masking masking_;
    part part_ = part::head;
    utf8_check utf8_;
    bool in_message_ = false;
    bool text_ = false;
    bool last_frame_ = false;
    bool last_ = false;
};

}  // namespace grove::ws
