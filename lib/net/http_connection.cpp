// SPDX-License-Identifier: MIT
#include "net/answer_reader.hpp"

#include <grove/http_connection.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace grove {
namespace {

using http::answer_body;
using http::answer_fault;
using http::answer_reader;

class category final : public std::error_category {
 public:
    [[nodiscard]] const char* name() const noexcept override { return "http"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<http_errc>(code)) {
            case http_errc::malformed:
                return "the answer is no HTTP/1";
            case http_errc::too_large:
                return "the answer's head is too large";
            case http_errc::truncated:
                return "the connection was closed inside the answer";
            case http_errc::closed:
                return "the connection was closed before an answer";
        }
        return "unknown error";
    }
};

http_errc code_of(answer_fault fault) noexcept {
    switch (fault) {
        case answer_fault::too_large:
            return http_errc::too_large;
        case answer_fault::truncated:
            return http_errc::truncated;
        case answer_fault::closed:
            return http_errc::closed;
        default:
            return http_errc::malformed;
    }
}

bool same_name(std::string_view one, std::string_view other) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

answer_body body_of(http_asked what) noexcept {
    return what == http_asked::head ? answer_body::none : answer_body::any;
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

const std::error_category& http_category() noexcept {
    static const category one;
    return one;
}

std::optional<std::string_view> http_answer::find(std::string_view name) const noexcept {
    std::string_view lines = head;
    while (!lines.empty()) {
        lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
        const std::string_view line = lines.substr(0, lines.find('\n'));
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && same_name(line.substr(0, colon), name))
            return trimmed(line.substr(colon + 1));
    }
    return std::nullopt;
}

std::vector<http_field> http_answer::fields() const {
    std::vector<http_field> found;
    std::string_view lines = head;
    lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        if (!found.empty() && (line.starts_with(' ') || line.starts_with('\t'))) {
            std::string_view& value = found.back().value;
            value = {value.data(), static_cast<std::size_t>(line.end() - value.begin())};
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        found.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
    }
    return found;
}

class http_connection::reader : public answer_reader {
 public:
    using answer_reader::answer_reader;
};

http_connection::http_connection(socket peer, http_connection_options options)
    : peer_(std::move(peer)), reader_(std::make_unique<reader>(options.head_limit)) {}

http_connection::http_connection(http_connection&&) noexcept = default;
http_connection& http_connection::operator=(http_connection&&) noexcept = default;
http_connection::~http_connection() = default;

void http_connection::send(std::string_view request, deadline until) {
    peer_.write_all(request, until);
}

const http_answer& http_connection::receive(deadline until, http_asked what, std::size_t keep) {
    reader& from = *reader_;
    from.begin(body_of(what), keep);
    answer_.first_byte = answer_.last_byte = from.rest().empty() ? never : deadline::now();
    for (auto step = from.next(); step != reader::step::end; step = from.next()) {
        if (step == reader::step::failed) fail();
        read_more(until);
    }
    answer_.status = from.status();
    answer_.head = from.head();
    note_sizes();
    return answer_;
}

const http_answer& http_connection::receive_head(deadline until, http_asked what) {
    reader& from = *reader_;
    from.begin_parts(body_of(what));
    answer_.first_byte = answer_.last_byte = from.rest().empty() ? never : deadline::now();
    for (auto step = from.next(); step != reader::step::head; step = from.next()) {
        if (step == reader::step::failed) fail();
        read_more(until);
    }
    answer_.status = from.status();
    answer_.head = from.head();
    note_sizes();
    return answer_;
}

std::string_view http_connection::read_some(deadline until) {
    reader& from = *reader_;
    for (;;) {
        switch (from.next()) {
            case reader::step::piece:
                return from.piece();
            case reader::step::end:
                note_sizes();
                return {};
            case reader::step::failed:
                fail();
            default:
                read_more(until);
        }
    }
}

/// Waits for the peer's next bytes, or its end.
void http_connection::read_more(deadline until) {
    const std::size_t count = peer_.read_some(reader_->room(), until);
    if (count == 0) return reader_->ended();
    reader_->filled(count);
    answer_.last_byte = deadline::now();
    if (answer_.first_byte.is_never()) answer_.first_byte = answer_.last_byte;
}

void http_connection::fail() const {
    const answer_fault fault = reader_->fault();
    throw std::system_error(code_of(fault), fault == answer_fault::malformed
                                                ? std::string(reader_->reason())
                                                : std::string("receive"));
}

void http_connection::note_sizes() {
    answer_.body = reader_->body();
    answer_.body_size = reader_->body_size();
    answer_.wire_size = reader_->wire_size();
    answer_.keep_alive = reader_->keep_alive();
}

std::string_view http_connection::rest() const noexcept {
    return reader_->rest();
}

}  // namespace grove
