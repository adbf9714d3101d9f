// SPDX-License-Identifier: MIT
#include "net/request_reader.hpp"

#include "net/field_syntax.hpp"
#include "net/request_rules.hpp"

#include <llhttp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

namespace grove::http {
namespace {

constexpr std::size_t first_capacity = std::size_t{8} << 10;
constexpr std::size_t least_room = std::size_t{2} << 10;
constexpr std::size_t body_room = std::size_t{32} << 10;

constexpr std::string_view protocol = "HTTP/";
constexpr std::string_view other_version = "not HTTP/1.0 or HTTP/1.1";

/// RFC 9112 section 2.3.
bool is_version(std::string_view text) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == protocol.size() + 3 && text.starts_with(protocol) && is_digit(text[5]) &&
           text[6] == '.' && is_digit(text[7]);
}

std::string_view last_word(std::string_view line) noexcept {
    line = line.substr(line.rfind(' ') + 1);
    return line.substr(0, line.find('\r'));
}

/// The blocks of readers that rest, for the next on this thread that has something to read: where
/// thousands of connections are idle and a few at work, those share what is in the processor's
/// caches.
class spare_blocks {
 public:
    [[nodiscard]] std::unique_ptr<char[]> take() {
        if (count_ != 0) return std::move(blocks_[--count_]);
        return std::make_unique_for_overwrite<char[]>(first_capacity);
    }

    void give_back(std::unique_ptr<char[]> block) noexcept {
        if (count_ != blocks_.size()) blocks_[count_++] = std::move(block);
    }

 private:
    std::array<std::unique_ptr<char[]>, 16> blocks_;
    std::size_t count_ = 0;
};

thread_local spare_blocks spare;

}  // namespace

struct request_reader::engine {
    llhttp_t parser{};
    bool value_seen = true;  // the next piece of a name begins a field
};

/// llhttp's, which tells a text in as many pieces as it came in.
class request_reader::callbacks {
 public:
    static const llhttp_settings_t& settings() noexcept {
        static const llhttp_settings_t all = [] {
            llhttp_settings_t s;
            llhttp_settings_init(&s);
            s.on_method = on_method;
            s.on_url = on_target;
            s.on_version = on_version;
            s.on_header_field = on_name;
            s.on_header_value = on_value;
            s.on_header_value_complete = on_value_complete;
            s.on_headers_complete = on_headers_complete;
            s.on_body = on_body;
            s.on_message_complete = on_message_complete;
            return s;
        }();
        return all;
    }

 private:
    static request_reader& me(llhttp_t* parser) noexcept {
        return *static_cast<request_reader*>(parser->data);
    }

    static std::size_t offset(const request_reader& r, const char* at) noexcept {
        return static_cast<std::size_t>(at - r.bytes_.get()) - r.first_;
    }

    static int refuse(request_reader& r, int status, std::string_view reason) noexcept {
        r.fault_ = {status, reason};
        return HPE_USER;
    }

    static int on_method(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        auto& r = me(parser);
        if (r.method_.size == 0) r.method_.offset = offset(r, at);
        r.method_.size += size;
        return 0;
    }

    static int on_target(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        auto& r = me(parser);
        if (r.target_.size == 0) r.target_.offset = offset(r, at);
        r.target_.size += size;
        if (r.target_.size > r.limits_.target) return refuse(r, 414, "the target is too long");
        return 0;
    }

    /// The numbers behind the name of the protocol, which may be another than HTTP.
    static int on_version(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        auto& r = me(parser);
        if (r.version_.size == 0) r.version_.offset = offset(r, at);
        r.version_.size += size;
        return 0;
    }

    static int on_name(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        auto& r = me(parser);
        if (r.part_ != part::head) return 0;  // a trailer; bounded by the overhead of chunks
        if (r.engine_->value_seen) {
            if (r.fields_.size() >= r.limits_.fields) return refuse(r, 431, "too many fields");
            r.fields_.push_back({{offset(r, at), 0}, {}});
            r.engine_->value_seen = false;
        }
        r.fields_.back().name.size += size;
        return 0;
    }

    static int on_value(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        auto& r = me(parser);
        if (r.part_ != part::head) return 0;
        text& value = r.fields_.back().value;
        if (value.size == 0) value.offset = offset(r, at);
        // RFC 9112 section 5.2: a value over several lines is obsolete, and read in two ways.
        if (value.offset + value.size != offset(r, at)) return refuse(r, 400, "a folded field");
        value.size += size;
        return 0;
    }

    static int on_value_complete(llhttp_t* parser) noexcept {
        me(parser).engine_->value_seen = true;
        return 0;
    }

    static int on_headers_complete(llhttp_t* parser) noexcept {
        me(parser).part_ = part::body;
        parser->upgrade = 0;  // ours to decide: what is not taken up goes on as HTTP
        return HPE_PAUSED;
    }

    static int on_body(llhttp_t* parser, const char* at, std::size_t size) noexcept {
        me(parser).piece_ = {at, size};
        return HPE_PAUSED;
    }

    static int on_message_complete(llhttp_t* parser) noexcept {
        me(parser).part_ = part::start;
        return HPE_PAUSED;
    }
};

request_reader::request_reader(const request_limits& limits)
    : limits_(limits), engine_(std::make_unique<engine>()) {
    llhttp_init(&engine_->parser, HTTP_REQUEST, &callbacks::settings());
    engine_->parser.data = this;
}

request_reader::~request_reader() = default;

std::string_view request_reader::at(text t) const noexcept {
    return {bytes_.get() + first_ + t.offset, t.size};
}

void request_reader::begin_request() noexcept {
    part_ = part::head;
    first_ = begin_;
    head_end_ = 0;
    overhead_ = 0;
    method_ = target_ = version_ = {};
    fields_.clear();
    views_.clear();
    head_ = {};
    engine_->value_seen = true;
}

request_reader::step request_reader::next() {
    if (part_ == part::over) return step::failed;
    piece_ = {};
    if (begin_ == end_ && !paused_) return step::starved;
    if (part_ == part::start) begin_request();
    const part was = part_;
    const std::size_t from = begin_;
    const int code = feed();
    if (code != HPE_OK && code != HPE_PAUSED) return judge(code);
    if (was == part::head && part_ != part::head) return finish_head();
    if (!piece_.empty()) {
        overhead_ = 0;
        return step::body;
    }
    if (part_ == part::start) {
        paused_ = false;
        return step::end;
    }
    if (part_ == part::head) {
        if (end_ - first_ > limits_.head) return fail(431, "the head is too large");
    } else if ((overhead_ += begin_ - from) > limits_.chunk_overhead) {
        return fail(400, "too much between two pieces of the body");
    }
    return step::starved;
}

/// Result: llhttp's code.
int request_reader::feed() {
    llhttp_t& parser = engine_->parser;
    const char* const from = bytes_.get() + begin_;
    const int code = llhttp_execute(&parser, from, end_ - begin_);
    paused_ = code == HPE_PAUSED;
    if (code == HPE_OK) {
        begin_ = end_;
        return code;
    }
    begin_ += static_cast<std::size_t>(llhttp_get_error_pos(&parser) - from);
    if (code == HPE_PAUSED) llhttp_resume(&parser);
    return code;
}

/// llhttp has refused the request, at the byte at `begin_`.
request_reader::step request_reader::judge(int code) {
    const std::string_view line(bytes_.get() + first_, std::min(begin_ + 1, end_) - first_);
    switch (code) {
        case HPE_USER:
            return fail(fault_.status, fault_.reason);
        case HPE_INVALID_METHOD:
            if (is_token(line.substr(0, line.find(' ')))) return fail(501, "unknown method");
            return fail(400, "no valid method");
        case HPE_PAUSED_H2_UPGRADE:
            return fail(505, "HTTP/2 without its negotiation");
        case HPE_INVALID_VERSION:
            if (is_version(last_word(line))) return fail(505, other_version);
            return fail(400, "no valid version");
        default:
            return fail(400, llhttp_get_error_reason(&engine_->parser));
    }
}

request_reader::step request_reader::fail(int status, std::string_view reason) noexcept {
    part_ = part::over;
    fault_ = {status, reason};
    return step::failed;
}

request_reader::step request_reader::finish_head() {
    head_end_ = begin_;
    if (head_end_ - first_ > limits_.head) return fail(431, "the head is too large");
    if (!lines_end_in_crlf()) return fail(400, "a line that ends without a carriage return");
    if (!line_has_single_spaces()) return fail(400, "no valid request line");
    const std::string_view version = at(version_);
    const bool http = at({version_.offset - protocol.size(), protocol.size()}) == protocol;
    if (!http || (version != "1.0" && version != "1.1")) return fail(505, other_version);
    show_head();
    for (const header_view& one : views_) {
        if (one.name.empty()) return fail(400, "a field without a name");
    }
    if (const auto wrong = apply_rules(head_)) return fail(wrong->status, wrong->reason);
    if (head_.framing != body_framing::none && capacity_ - head_end_ < body_room) {
        make_room(body_room);
        show_head();
        static_cast<void>(apply_rules(head_));
    }
    return step::head;
}

/// RFC 9112 section 3.
bool request_reader::line_has_single_spaces() const noexcept {
    const std::size_t after_method = method_.offset + method_.size;
    const std::size_t after_target = target_.offset + target_.size;
    return target_.offset == after_method + 1 &&
           version_.offset == after_target + 1 + protocol.size() &&
           at({version_.offset + version_.size, 1}) == "\r";
}

void request_reader::show_head() {
    views_.clear();
    for (const field& f : fields_) {
        std::string_view value = at(f.value);
        while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
            value.remove_suffix(1);
        views_.push_back({at(f.name), value});
    }
    head_.method = at(method_);
    head_.target = at(target_);
    head_.minor = at(version_).back() == '0' ? 0 : 1;
    head_.headers = views_;
}

/// RFC 9112 section 2.2 lets a server take a bare line feed for the end of a line; a proxy before
/// it may not.
bool request_reader::lines_end_in_crlf() const noexcept {
    const char* const begin = bytes_.get() + first_;
    const char* const end = bytes_.get() + head_end_;
    for (const char* p = begin; p != end; ++p) {
        p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
        if (p == nullptr) return true;
        if (p == begin || p[-1] != '\r') return false;
    }
    return true;
}

std::span<char> request_reader::room() {
    if (part_ != part::head && begin_ == end_) begin_ = end_ = part_ == part::body ? head_end_ : 0;
    if (capacity_ - end_ < least_room) make_room(least_room);
    return {bytes_.get() + end_, capacity_ - end_};
}

/// Before the head's views are made only: the request moves to the front, of a larger block if it
/// must be.
void request_reader::make_room(std::size_t wanted) {
    const std::size_t kept = end_ - first_;
    if (capacity_ - kept < wanted) {
        const std::size_t larger = std::max({first_capacity, kept + wanted, capacity_ * 2});
        auto bytes = larger == first_capacity ? spare.take()
                                              : std::make_unique_for_overwrite<char[]>(larger);
        std::copy_n(bytes_.get() + first_, kept, bytes.get());
        bytes_ = std::move(bytes);
        capacity_ = larger;
    } else {
        std::memmove(bytes_.get(), bytes_.get() + first_, kept);
    }
    begin_ -= first_;
    end_ -= first_;
    head_end_ -= std::min(head_end_, first_);
    first_ = 0;
}

std::string_view request_reader::rest() const noexcept {
    return {bytes_.get() + begin_, end_ - begin_};
}

void request_reader::rest_in_small() noexcept {
    if (!idle()) return;
    if (capacity_ == first_capacity) spare.give_back(std::move(bytes_));
    bytes_.reset();
    capacity_ = first_ = head_end_ = begin_ = end_ = 0;
}

}  // namespace grove::http
