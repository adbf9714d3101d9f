// SPDX-License-Identifier: MIT
#include "net/answer_reader.hpp"

#include <llhttp.h>

#include <algorithm>
#include <cstring>

namespace grove::http {
namespace {

constexpr std::size_t first_capacity = std::size_t{16} << 10;
constexpr std::size_t least_room = std::size_t{4} << 10;

/// RFC 9112 section 6.3.
bool never_has_body(unsigned status) noexcept {
    return status < 200 || status == HTTP_STATUS_NO_CONTENT || status == HTTP_STATUS_NOT_MODIFIED;
}

bool is_interim(unsigned status) noexcept {
    return status < 200 && status != HTTP_STATUS_SWITCHING_PROTOCOLS;
}

}  // namespace

struct answer_reader::engine {
    llhttp_t parser{};
};

class answer_reader::callbacks {
 public:
    static const llhttp_settings_t& settings() noexcept {
        static const llhttp_settings_t all = [] {
            llhttp_settings_t s;
            llhttp_settings_init(&s);
            s.on_headers_complete = on_headers_complete;
            s.on_body = on_body;
            s.on_message_complete = on_message_complete;
            return s;
        }();
        return all;
    }

 private:
    static answer_reader& me(llhttp_t* parser) noexcept {
        return *static_cast<answer_reader*>(parser->data);
    }

    /// Result, llhttp's: 1 when no body follows, whatever the fields say; 2 when no HTTP does.
    static int on_headers_complete(llhttp_t* parser) noexcept {
        auto& r = me(parser);
        r.part_ = part::body;
        if (parser->status_code == HTTP_STATUS_SWITCHING_PROTOCOLS) return 2;
        if (r.expected_ == answer_body::none || never_has_body(parser->status_code)) return 1;
        return r.in_parts_ ? HPE_PAUSED : 0;
    }

    static int on_body(llhttp_t* parser, const char* at, std::size_t size) {
        auto& r = me(parser);
        r.take_body({at, size});
        // llhttp tells of no bytes when it is asked to go on where it was paused.
        return r.in_parts_ && size != 0 ? HPE_PAUSED : 0;
    }

    static int on_message_complete(llhttp_t* parser) noexcept {
        auto& r = me(parser);
        r.complete_ = true;
        r.keep_alive_ = parser->status_code != HTTP_STATUS_SWITCHING_PROTOCOLS &&
                        llhttp_should_keep_alive(parser) != 0;
        return HPE_PAUSED;
    }
};

answer_reader::answer_reader(std::size_t head_limit)
    : head_limit_(head_limit), engine_(std::make_unique<engine>()) {
    llhttp_init(&engine_->parser, HTTP_RESPONSE, &callbacks::settings());
    engine_->parser.data = this;
}

answer_reader::~answer_reader() = default;

void answer_reader::begin(answer_body body, std::size_t keep) {
    expected_ = body;
    keep_ = keep;
    in_parts_ = false;
    begin_again();
}

void answer_reader::begin_parts(answer_body body) {
    begin(body, 0);
    in_parts_ = true;
}

void answer_reader::begin_again() {
    kept_.clear();
    piece_ = {};
    body_size_ = wire_size_ = 0;
    part_ = part::head;
    first_ = head_end_ = begin_;
    complete_ = paused_ = false;
    fault_ = answer_fault::none;
    reason_ = {};
    llhttp_reset(&engine_->parser);
}

answer_reader::step answer_reader::next() {
    for (;;) {
        if (part_ == part::over) return fault_ == answer_fault::none ? step::end : step::failed;
        if (complete_) return finish();
        if (begin_ == end_ && !paused_) return at_end_ ? finish_at_end() : step::starved;
        const step s = feed();
        if (s == step::starved) continue;
        if (s != step::end || !is_interim(status())) return s;
        const std::uint64_t before = wire_size_;
        begin_again();
        wire_size_ = before;
    }
}

/// Result: `starved` when all bytes were used, and there is nothing to tell.
answer_reader::step answer_reader::feed() {
    llhttp_t& parser = engine_->parser;
    const part was = part_;
    piece_ = {};
    const char* const from = bytes_.get() + begin_;
    const int code = llhttp_execute(&parser, from, end_ - begin_);
    const auto used = code == HPE_OK
                          ? end_ - begin_
                          : static_cast<std::size_t>(llhttp_get_error_pos(&parser) - from);
    begin_ += used;
    wire_size_ += used;
    paused_ = code == HPE_PAUSED && !complete_;
    if (paused_) llhttp_resume(&parser);
    if (code != HPE_OK && code != HPE_PAUSED && code != HPE_PAUSED_UPGRADE)
        return fail(answer_fault::malformed, llhttp_get_error_reason(&parser));
    if (was == part::head && part_ == part::body) {
        const std::string_view seen(bytes_.get() + first_, begin_ - first_);
        head_end_ = first_ + std::min(seen.size(), seen.find("\r\n\r\n") + 4);
    }
    if (part_ == part::head && begin_ - first_ > head_limit_)
        return fail(answer_fault::too_large, "the head is too large");
    if (in_parts_ && was == part::head && part_ == part::body && !is_interim(status()))
        return step::head;
    if (!piece_.empty()) return step::piece;
    return complete_ ? finish() : step::starved;
}

/// A body without a length ends with the connection (RFC 9112 section 6.3).
answer_reader::step answer_reader::finish_at_end() {
    if (part_ == part::head && begin_ == first_)
        return fail(answer_fault::closed, "the connection was closed");
    if (part_ == part::body) static_cast<void>(llhttp_finish(&engine_->parser));
    if (complete_) return finish();
    return fail(answer_fault::truncated, "the connection was closed inside the answer");
}

answer_reader::step answer_reader::finish() {
    part_ = part::over;
    return step::end;
}

answer_reader::step answer_reader::fail(answer_fault fault, std::string_view reason) noexcept {
    part_ = part::over;
    keep_alive_ = false;
    fault_ = fault;
    reason_ = reason;
    return step::failed;
}

void answer_reader::take_body(std::string_view piece) {
    body_size_ += piece.size();
    if (in_parts_) piece_ = piece;
    if (kept_.size() < keep_) kept_ += piece.substr(0, keep_ - kept_.size());
}

unsigned answer_reader::status() const noexcept {
    return engine_->parser.status_code;
}

std::string_view answer_reader::head() const noexcept {
    return {bytes_.get() + first_, head_end_ - first_};
}

/// The bytes of a body overwrite each other behind the head; a head that does not fit moves to the
/// front, of a larger block if it must be.
std::span<char> answer_reader::room() {
    if (begin_ == end_) {
        if (part_ == part::body) begin_ = end_ = head_end_;
        if (part_ != part::body && begin_ == first_) first_ = head_end_ = begin_ = end_ = 0;
    }
    if (capacity_ - end_ < least_room) {
        const std::size_t kept = end_ - first_;
        if (capacity_ < kept + least_room) {
            const std::size_t larger = std::max(first_capacity, 2 * (kept + least_room));
            auto bytes = std::make_unique<char[]>(larger);
            std::copy_n(bytes_.get() + first_, kept, bytes.get());
            bytes_ = std::move(bytes);
            capacity_ = larger;
        } else {
            std::memmove(bytes_.get(), bytes_.get() + first_, kept);
        }
        begin_ -= first_;
        end_ -= first_;
        head_end_ -= first_;
        first_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
}

}  // namespace grove::http
