// SPDX-License-Identifier: MIT
#include "net/websocket_output.hpp"

#include <grove/error.hpp>
#include <grove/timeout.hpp>
#include <grove/websocket.hpp>

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <span>

namespace grove::ws {
namespace {

/// Payloads up to here are copied behind their head, larger ones are written from where they are;
/// what must be masked is masked by as much at once.
constexpr std::size_t copied = std::size_t{4} << 10;
constexpr std::size_t masked_at_once = std::size_t{16} << 10;

/// So much is left for later, and no more.
constexpr std::size_t gathered = std::size_t{16} << 10;

}  // namespace

mask_key mask_source::next() {
    if (used_ == keys_.size()) {
        if (::getrandom(keys_.data(), sizeof keys_, 0) != static_cast<ssize_t>(sizeof keys_))
            throw_errno("getrandom");
        used_ = 0;
    }
    return keys_[used_++];
}

std::optional<mask_key> frame_output::new_key() {
    if (masking_ == masking::forbidden) return std::nullopt;
    return masks_.next();
}

void frame_output::take_turn(deadline until) {
    if (!turn_.try_lock() && !turn_.lock(until)) throw_error(ETIMEDOUT, "send");
}

void frame_output::check() const {
    if (closed_) throw std::system_error(websocket_errc::closed, "send");
    if (cut_off_) throw std::system_error(websocket_errc::cut_off, "send");
}

void frame_output::send(opcode what, std::string_view payload, deadline until) {
    take_turn(until);
    const std::lock_guard hold(turn_, std::adopt_lock);
    check();
    add(what, payload, until);
    write_left(until);
}

void frame_output::send_later(opcode what, std::string_view payload, deadline until) {
    take_turn(until);
    const std::lock_guard hold(turn_, std::adopt_lock);
    check();
    add(what, payload, until);
    if (out_.size() >= gathered) write_left(until);
}

/// Leaves nothing to write when the payload is large.
void frame_output::add(opcode what, std::string_view payload, deadline until) {
    const std::optional<mask_key> key = new_key();
    if (payload.size() <= copied) return append_frame(out_, what, true, payload, key);
    append_head(out_, what, true, payload.size(), key);
    if (key)
        write_masked(payload, *key, until);
    else
        write(payload, until);
}

void frame_output::write_left(deadline until) {
    if (!out_.empty()) write({}, until);
    while (late_pong_ && !closed_) {
        append_frame(out_, opcode::pong, true, *late_pong_, new_key());
        late_pong_.reset();
        write({}, until);
    }
}

void frame_output::write(std::string_view behind, deadline until) {
    cut_off_ = true;
    if (behind.empty())
        to_.write_all(out_, until);
    else
        to_.write_gathered(std::array{std::string_view(out_), behind}, until);
    cut_off_ = false;
    out_.clear();
    if (out_.capacity() > 2 * copied) out_ = {};
}

void frame_output::write_masked(std::string_view payload, mask_key key, deadline until) {
    for (std::size_t at = 0; at < payload.size(); at += masked_at_once) {
        const std::string_view piece = payload.substr(at, masked_at_once);
        const std::size_t begin = out_.size();
        out_.append(piece);
        apply_mask(std::span(out_).subspan(begin), key, at);
        write({}, until);
        cut_off_ = true;  // until the whole of it is written
    }
    cut_off_ = false;
}

void frame_output::answer_ping(std::string_view payload) {
    if (closed_) return;
    if (turn_.locked())
        late_pong_ = payload;
    else if (!cut_off_)
        append_frame(out_, opcode::pong, true, payload, new_key());
}

void frame_output::flush(deadline until) {
    take_turn(until);
    const std::lock_guard hold(turn_, std::adopt_lock);
    check();
    write_left(until);
}

void frame_output::flush_if_free(deadline until) {
    if (out_.empty() || closed_ || cut_off_ || !turn_.try_lock()) return;
    const std::lock_guard hold(turn_, std::adopt_lock);
    write_left(until);
}

bool frame_output::send_close(std::uint16_t code, std::string_view reason, deadline until) {
    take_turn(until);
    const std::lock_guard hold(turn_, std::adopt_lock);
    if (cut_off_ || closed_) return !cut_off_;
    append_close(out_, code, reason, new_key());
    closed_ = true;
    write({}, until);
    return true;
}

void frame_output::try_close(std::uint16_t code) noexcept {
    const shield whole;
    if (closed_ || cut_off_ || turn_.locked()) return;
    try {
        (void)send_close(code, {}, deadline::at(duration(0)));
    } catch (const std::exception&) {
        cut_off_ =
            true;  // there was no room, or no connection: the peer sees the end of the stream
    }
}

}  // namespace grove::ws
