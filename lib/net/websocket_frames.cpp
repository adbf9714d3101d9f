// SPDX-License-Identifier: MIT
#include "net/websocket_frames.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace grove::ws {
namespace {

/// What an idle connection keeps, and what one in the middle of a large frame reads at once.
constexpr std::size_t small_buffer = std::size_t{4} << 10;
constexpr std::size_t large_buffer = std::size_t{64} << 10;

constexpr unsigned final_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0f;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7f;
constexpr unsigned length_in_2 = 126;
constexpr unsigned length_in_8 = 127;

constexpr bool is_control(opcode what) noexcept {
    return what >= opcode::close;
}

void append_big_endian(std::string& out, std::uint64_t number, unsigned bytes) {
    for (unsigned n = bytes; n-- > 0;) out += static_cast<char>(number >> (8 * n));
}

/// As much as fits, without half a character at its end.
std::string_view cut_reason(std::string_view reason) noexcept {
    if (reason.size() <= largest_control - 2) return reason;
    std::size_t end = largest_control - 2;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
    return reason.substr(0, end);
}

}  // namespace

bool is_close_code(std::uint16_t code) noexcept {
    if (code >= 3000) return code < 5000;
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

void apply_mask(std::span<char> bytes, mask_key key, std::uint64_t offset) noexcept {
    std::array<char, sizeof key> four{};
    std::memcpy(four.data(), &key, sizeof key);
    std::array<char, 8> eight{};
    for (std::size_t n = 0; n < eight.size(); ++n) eight[n] = four[(offset + n) % four.size()];
    std::uint64_t wide = 0;
    std::memcpy(&wide, eight.data(), sizeof wide);
    char* at = bytes.data();
    char* const end = at + bytes.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= wide;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t n = 0; at != end; ++at, ++n) *at = static_cast<char>(*at ^ eight[n]);
}

void append_head(std::string& out, opcode what, bool last, std::uint64_t size,
                 std::optional<mask_key> key) {
    const unsigned masked = key ? mask_bit : 0;
    out += static_cast<char>((last ? final_bit : 0) | static_cast<unsigned>(what));
    if (size < length_in_2) {
        out += static_cast<char>(masked | static_cast<unsigned>(size));
    } else if (size <= 0xffff) {
        out += static_cast<char>(masked | length_in_2);
        append_big_endian(out, size, 2);
    } else {
        out += static_cast<char>(masked | length_in_8);
        append_big_endian(out, size, 8);
    }
    if (!key) return;
    std::array<char, sizeof(mask_key)> bytes{};
    std::memcpy(bytes.data(), &*key, bytes.size());
    out.append(bytes.data(), bytes.size());
}

void append_frame(std::string& out, opcode what, bool last, std::string_view payload,
                  std::optional<mask_key> key) {
    append_head(out, what, last, payload.size(), key);
    const std::size_t begin = out.size();
    out.append(payload);
    if (key) apply_mask(std::span(out).subspan(begin), *key, 0);
}

void append_close(std::string& out, std::uint16_t code, std::string_view reason,
                  std::optional<mask_key> key) {
    std::string body;
    if (code != close_code::no_code) {
        append_big_endian(body, code, 2);
        body += cut_reason(reason);
    }
    append_frame(out, opcode::close, true, body, key);
}

frame_reader::frame_reader(masking frames, std::uint64_t message_limit)
    : message_limit_(message_limit), masking_(frames) {}

std::span<char> frame_reader::room() {
    // Control frames are taken whole and all else as it comes, so little is ever left over.
    const std::size_t left_over = there();
    const std::size_t enough = in_message_ ? std::max(capacity_, small_buffer) : small_buffer;
    const std::size_t wanted = left_ > small_buffer ? large_buffer : enough;
    if (capacity_ != wanted) {
        auto bytes = std::make_unique_for_overwrite<char[]>(wanted);
        std::copy_n(bytes_.get() + begin_, left_over, bytes.get());
        bytes_ = std::move(bytes);
        capacity_ = wanted;
    } else if (begin_ != 0) {
        std::copy_n(bytes_.get() + begin_, left_over, bytes_.get());
    }
    begin_ = 0;
    end_ = left_over;
    return {bytes_.get() + end_, capacity_ - end_};
}

frame_reader::step frame_reader::next() {
    for (;;) {
        if (part_ == part::over) begin_ = end_ = 0;
        const auto found = part_ == part::data ? take_data() : begin_frame();
        if (found) return *found;
    }
}

std::optional<frame_reader::step> frame_reader::begin_frame() {
    const std::optional<frame_head> head = read_head();
    if (!head) return fault_.code == 0 ? step::starved : step::failed;
    if (is_control(head->what)) return take_control(*head);
    begin_ += head->head_size;
    left_ = head->size;
    offset_ = 0;
    key_ = head->key;
    last_frame_ = head->last;
    if (head->what != opcode::continuation) text_ = head->what == opcode::text;
    message_size_ += head->size;
    in_message_ = true;
    part_ = part::data;
    return std::nullopt;
}

/// Nothing when there is not enough of it, or when it is refused.
std::optional<frame_reader::frame_head> frame_reader::read_head() {
    if (there() < 1 || !check_first_byte()) return std::nullopt;
    if (there() < 2 || !check_second_byte()) return std::nullopt;
    frame_head head;
    head.what = static_cast<opcode>(at(0) & opcode_bits);
    head.last = (at(0) & final_bit) != 0;
    head.size = at(1) & length_bits;
    head.head_size = 2;
    if (head.size >= length_in_2) {
        const std::size_t told_in = head.size == length_in_2 ? 2 : 8;
        head.head_size += told_in;
        if (there() < head.head_size) return std::nullopt;
        head.size = 0;
        for (std::size_t n = 2; n < head.head_size; ++n) head.size = head.size << 8 | at(n);
        if (!check_length(head.size, told_in)) return std::nullopt;
    }
    if (!is_control(head.what) && !check_limit(head.size)) return std::nullopt;
    if (masking_ == masking::forbidden) return head;
    head.head_size += sizeof head.key;
    if (there() < head.head_size) return std::nullopt;
    std::memcpy(&head.key, &bytes_[begin_ + head.head_size - sizeof head.key], sizeof head.key);
    return head;
}

bool frame_reader::check_first_byte() {
    if ((at(0) & reserved_bits) != 0) return refuse("reserved bits are set");
    const bool last = (at(0) & final_bit) != 0;
    switch (static_cast<opcode>(at(0) & opcode_bits)) {
        case opcode::continuation:
            return in_message_ || refuse("a continuation of no message");
        case opcode::text:
        case opcode::binary:
            return !in_message_ || refuse("a message begins inside another");
        case opcode::close:
        case opcode::ping:
        case opcode::pong:
            return last || refuse("a control frame in fragments");
        default:
            return refuse("an unknown opcode");
    }
}

bool frame_reader::check_second_byte() {
    const bool masked = (at(1) & mask_bit) != 0;
    if (masked != (masking_ == masking::required))
        return refuse(masked ? "a frame is masked" : "a frame is not masked");
    const bool control = is_control(static_cast<opcode>(at(0) & opcode_bits));
    if (control && (at(1) & length_bits) > largest_control)
        return refuse("a control frame is too long");
    return true;
}

bool frame_reader::check_length(std::uint64_t size, std::size_t told_in) {
    if (size >> 63 != 0) return refuse("a length above 63 bits");
    const bool shortest = told_in == 2 ? size >= length_in_2 : size > 0xffff;
    return shortest || refuse("a length in more bytes than it needs");
}

bool frame_reader::check_limit(std::uint64_t size) {
    if (size <= message_limit_ - message_size_) return true;
    fail(close_code::too_large, "the message is too large");
    return false;
}

frame_reader::step frame_reader::take_control(const frame_head& head) {
    if (there() - head.head_size < head.size) return step::starved;
    const std::span<char> body(&bytes_[begin_ + head.head_size],
                               static_cast<std::size_t>(head.size));
    if (masking_ == masking::required) apply_mask(body, head.key, 0);
    begin_ += head.head_size + body.size();
    payload_ = {body.data(), body.size()};
    if (head.what == opcode::ping) return step::ping;
    if (head.what == opcode::pong) return step::pong;
    return take_close();
}

frame_reader::step frame_reader::take_close() {
    close_code_ = close_code::no_code;
    if (payload_.size() == 1) return fail(close_code::protocol, "half a close code");
    if (!payload_.empty()) {
        const auto high = static_cast<unsigned char>(payload_[0]);
        const auto low = static_cast<unsigned char>(payload_[1]);
        close_code_ = static_cast<std::uint16_t>(high << 8 | low);
        payload_.remove_prefix(2);
        if (!is_close_code(close_code_))
            return fail(close_code::protocol, "a close code that no frame may carry");
        if (!is_utf8(payload_)) return fail(close_code::not_utf8, "a reason that is not UTF-8");
    }
    part_ = part::over;
    return step::close;
}

std::optional<frame_reader::step> frame_reader::take_data() {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, there()));
    if (size == 0 && left_ > 0) return step::starved;
    const std::span<char> piece(bytes_.get() + begin_, size);
    if (masking_ == masking::required) apply_mask(piece, key_, offset_);
    begin_ += size;
    offset_ += size;
    left_ -= size;
    payload_ = {piece.data(), piece.size()};
    last_ = last_frame_ && left_ == 0;
    if (text_ && (!utf8_.feed(payload_) || (last_ && !utf8_.complete())))
        return fail(close_code::not_utf8, "text that is not UTF-8");
    if (left_ == 0) part_ = part::head;
    if (last_) {
        in_message_ = false;
        message_size_ = 0;
    } else if (size == 0) {
        return std::nullopt;  // an empty fragment
    }
    return step::data;
}

bool frame_reader::refuse(std::string_view reason) noexcept {
    fail(close_code::protocol, reason);
    return false;
}

frame_reader::step frame_reader::fail(std::uint16_t code, std::string_view reason) noexcept {
    fault_ = {code, reason};
    part_ = part::over;
    return step::failed;
}

}  // namespace grove::ws
