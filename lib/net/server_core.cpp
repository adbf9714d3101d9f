// SPDX-License-Identifier: MIT
#include "net/server_core.hpp"

#include "net/field_syntax.hpp"
#include "net/server_output.hpp"
#include "net/session.hpp"

#include <grove/http_date.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace grove::http {
namespace {

/// Of a buffer that is kept, at most: larger ones are given back to the system.
constexpr std::size_t kept_size = std::size_t{64} << 10;
/// As many as write at one time; most connections do not.
constexpr std::size_t kept_buffers = 64;

}  // namespace

server_core::server_core(http_server::handler answer, http_server_options options)
    : handler_(std::move(answer)), options_(std::move(options)) {
    if (!is_field_value(options_.server_name))
        throw std::invalid_argument("http_server: a control character in server_name");
    if (!options_.server_name.empty()) server_line_ = "Server: " + options_.server_name + "\r\n";
    buffers_.reserve(kept_buffers);
}

server_core::~server_core() = default;

void server_core::entered(session& one) noexcept {
    sessions_.push_back(one);
}

void server_core::close_idle() noexcept {
    for (session& one : sessions_) one.close_if_idle();
}

std::string_view server_core::date_line() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != date_) {
        date_ = now.tv_sec;
        const auto text = format_http_date(std::chrono::sys_seconds(std::chrono::seconds(date_)));
        date_line_ = "Date: ";
        date_line_.append(text.data(), text.size());
        date_line_ += "\r\n";
    }
    return date_line_;
}

std::string server_core::take_buffer() {
    if (buffers_.empty()) {
        std::string made;
        made.reserve(server_output::large);
        return made;
    }
    std::string taken = std::move(buffers_.back());
    buffers_.pop_back();
    return taken;
}

void server_core::give_back(std::string buffer) noexcept {
    const bool fits = buffer.capacity() >= server_output::large && buffer.capacity() <= kept_size;
    if (!fits || buffers_.size() == kept_buffers) return;
    buffer.clear();
    buffers_.push_back(std::move(buffer));
}

void server_core::flush_soon(server_output& what) {
    if (what.linked()) return;
    unflushed_.push_back(what);
    any_unflushed_.set();
    if (flusher_.valid()) return;
    flusher_ = spawn({.name = "flushing answers"}, [this] { flush_for_ever(); });
}

void server_core::flush_for_ever() {
    for (;;) {
        any_unflushed_.wait();
        any_unflushed_.clear();
        while (server_output* one = unflushed_.pop_front()) one->try_flush();
    }
}

}  // namespace grove::http
