// SPDX-License-Identifier: MIT
#include "net/answer_writer.hpp"

#include "net/server_core.hpp"
#include "net/server_output.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>

namespace grove::http {
namespace {

void append_number(std::string& to, std::uint64_t number, int base = 10) {
    std::array<char, 20> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    to.append(digits.data(), end);
}

}  // namespace

void answer_writer::begin(unsigned minor, bool to_head) noexcept {
    minor_ = minor;
    to_head_ = to_head;
    state_ = progress::head;
    keeps_ = false;
    restart();
}

void answer_writer::restart() noexcept {
    fields_.clear();
    length_.reset();
    body_bytes_ = 0;
    status_ = 200;
    closes_ = false;
}

void answer_writer::check_not_begun(const char* call) const {
    if (begun())
        throw std::logic_error(std::string("http_response: ") + call +
                               " after the answer has begun");
}

void answer_writer::set_status(unsigned code) {
    check_not_begun("status");
    if (code < 200 || code > 999)
        throw std::invalid_argument("http_response: status " + std::to_string(code) +
                                    " is not from 200 to 999");
    status_ = code;
}

void answer_writer::add(std::string_view name, std::string_view value) {
    check_not_begun("add");
    fields_.add(name, value);
}

void answer_writer::set_length(std::uint64_t bytes) {
    check_not_begun("length");
    length_ = bytes;
}

/// RFC 9112 section 6.3, cases 1 and 2.
bool answer_writer::may_have_body() const noexcept {
    return !to_head_ && status_ != 204 && status_ != 304;
}

void answer_writer::append_head(framing body, std::uint64_t length, afterwards then) {
    // RFC 9110 section 8.6: 204 says no length, and 304 that of an answer that is not given.
    const bool says_length =
        body == framing::length && status_ != 204 && (status_ != 304 || length_);
    const bool ends_by_closing = body == framing::to_the_end && may_have_body();
    keeps_ = then == afterwards::keep && !closes_ && !ends_by_closing && !of_.draining();
    framing_ = may_have_body() ? body : framing::none;

    std::string& to = to_.gathered();
    append_status_line(to, status_);
    to += of_.server_line();
    if (!fields_.has_date()) to += of_.date_line();
    to += fields_.text();
    if (says_length) {
        to += "Content-Length: ";
        append_number(to, length);
        to += "\r\n";
    } else if (body == framing::chunks && status_ != 204 && status_ != 304) {
        to += "Transfer-Encoding: chunked\r\n";
    }
    if (!keeps_) {
        to += "Connection: close\r\n";
    } else if (minor_ == 0) {
        to += "Connection: keep-alive\r\n";
    }
    to += "\r\n";
    state_ = progress::body;
}

void answer_writer::send(std::string_view body, afterwards then) {
    check_not_begun("send");
    const bool of_another = to_head_ || status_ == 304;
    append_head(framing::length, of_another ? length_.value_or(body.size()) : body.size(), then);
    state_ = progress::over;
    if (!may_have_body()) return;
    body_bytes_ = body.size();
    append_body(body);
}

void answer_writer::append_body(std::string_view bytes) {
    if (bytes.size() < server_output::large) {
        to_.gathered() += bytes;
    } else {
        to_.write_large(bytes);
    }
}

void answer_writer::send_file(int file, std::uint64_t offset, std::uint64_t bytes,
                              afterwards then) {
    check_not_begun("send_file");
    append_head(framing::length, bytes, then);
    if (!may_have_body()) {
        state_ = progress::over;
        return;
    }
    if (bytes < server_output::large) {
        // Cheaper than a system call of its own; a file that has become shorter is found below.
        std::string& to = to_.gathered();
        const std::size_t before = to.size();
        to.resize(before + bytes);
        const ssize_t came = ::pread(file, to.data() + before, bytes, static_cast<off_t>(offset));
        const auto got = static_cast<std::uint64_t>(came > 0 ? came : 0);
        to.resize(before + got);
        offset += got;
        bytes -= got;
        body_bytes_ = got;
    }
    if (bytes != 0) to_.write_file(file, offset, bytes);
    body_bytes_ += bytes;
    state_ = progress::over;
}

void answer_writer::start(afterwards then) {
    if (begun()) return;
    if (length_) {
        append_head(framing::length, *length_, then);
    } else {
        append_head(minor_ == 0 ? framing::to_the_end : framing::chunks, 0, then);
    }
}

void answer_writer::write(std::string_view piece, afterwards then) {
    if (over()) throw std::logic_error("http_response: write after send");
    start(then);
    if (piece.empty() || framing_ == framing::none) return;
    if (framing_ == framing::length && piece.size() > *length_ - body_bytes_)
        throw std::logic_error("http_response: more is written than length() said");
    if (framing_ == framing::chunks) {
        append_chunk(piece);
    } else {
        append_body(piece);
    }
    body_bytes_ += piece.size();
    if (to_.is_full()) {
        to_.flush();
    } else {
        to_.flush_soon();
    }
}

/// RFC 9112 section 7.1.
void answer_writer::append_chunk(std::string_view bytes) {
    append_number(to_.gathered(), bytes.size(), 16);
    to_.gathered() += "\r\n";
    append_body(bytes);
    to_.gathered() += "\r\n";
}

void answer_writer::switch_to(std::string_view protocol) {
    check_not_begun("upgrade");
    status_ = 101;
    std::string& to = to_.gathered();
    append_status_line(to, status_);
    to += of_.server_line();
    to += fields_.text();
    to += "Connection: Upgrade\r\nUpgrade: ";
    to += protocol;
    to += "\r\n\r\n";
    state_ = progress::over;
    to_.flush();
}

void answer_writer::finish(afterwards then) {
    if (over()) return;
    if (!begun()) {
        if (length_.value_or(0) == 0 || !may_have_body()) return send({}, then);
        throw std::logic_error("http_response: length() was said and nothing written");
    }
    if (framing_ == framing::length && body_bytes_ != *length_)
        throw std::logic_error("http_response: less is written than length() said");
    if (framing_ == framing::chunks) to_.gathered() += "0\r\n\r\n";
    state_ = progress::over;
}

}  // namespace grove::http
