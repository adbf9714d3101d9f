// SPDX-License-Identifier: MIT
#include "net/session.hpp"

#include <grove/http_exchange.hpp>

#include <algorithm>
#include <utility>

namespace grove {
namespace {

struct parts {
    std::string_view path;
    std::string_view query;
};

/// RFC 9112 section 3.2.
parts parts_of(std::string_view target) noexcept {
    if (!target.starts_with('/')) {
        const std::size_t authority = target.find("://");
        if (authority == std::string_view::npos) return {target, {}};
        target.remove_prefix(authority + 3);
        target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, mark);
    return {path.empty() ? "/" : path, target.substr(std::min(mark + 1, target.size()))};
}

}  // namespace

http_error::http_error(unsigned status, const std::string& text)
    : std::runtime_error(text.empty() ? std::string(http_phrase(status)) : text), status_(status) {}

http_error::~http_error() = default;

http_error& http_error::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
    return *this;
}

std::string_view http_request::method() const noexcept {
    return session_.head().method;
}

std::string_view http_request::target() const noexcept {
    return session_.head().target;
}

std::string_view http_request::path() const noexcept {
    return parts_of(target()).path;
}

std::string_view http_request::query() const noexcept {
    return parts_of(target()).query;
}

unsigned http_request::minor_version() const noexcept {
    return session_.head().minor;
}

std::span<const http_field> http_request::fields() const noexcept {
    return session_.head().headers;
}

std::optional<std::string_view> http_request::find(std::string_view name) const noexcept {
    return session_.head().find(name);
}

endpoint http_request::peer() const {
    return session_.peer();
}

bool http_request::is_tls() const noexcept {
    return session_.is_tls();
}

bool http_request::has_body() const noexcept {
    return session_.head().framing != http::body_framing::none;
}

std::optional<std::uint64_t> http_request::content_length() const noexcept {
    if (session_.head().framing == http::body_framing::chunked) return std::nullopt;
    return session_.head().length;
}

void http_request::limit_body(std::uint64_t bytes) noexcept {
    session_.limit_body(bytes);
}

std::string_view http_request::body() {
    return session_.read_body();
}

std::string_view http_request::read_some() {
    return session_.read_some();
}

bool http_request::wait_gone(deadline until) {
    return session_.wait_gone(until);
}

http_response& http_response::status(unsigned code) {
    session_.answer().set_status(code);
    return *this;
}

http_response& http_response::add(std::string_view name, std::string_view value) {
    session_.answer().add(name, value);
    return *this;
}

http_response& http_response::length(std::uint64_t bytes) {
    session_.answer().set_length(bytes);
    return *this;
}

http_response& http_response::close() noexcept {
    session_.answer().close();
    return *this;
}

http_response& http_response::send_through(http_outlet outlet) {
    session_.send_through(std::move(outlet));
    return *this;
}

void http_response::send(std::string_view body) {
    session_.send(body);
}

void http_response::send_file(int file, std::uint64_t offset, std::uint64_t bytes) {
    session_.send_file(file, offset, bytes);
}

void http_response::write(std::string_view piece) {
    session_.write(piece);
}

void http_response::flush() {
    session_.flush();
}

bool http_response::begun() const noexcept {
    return session_.answer().begun();
}

http_upgraded http_response::upgrade(std::string_view protocol) {
    return session_.upgrade(protocol);
}

}  // namespace grove
