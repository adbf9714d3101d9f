// SPDX-License-Identifier: MIT
#include "net/session.hpp"

#include "core/hub_core.hpp"
#include "net/field_syntax.hpp"

#include <grove/deadline_scope.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/select.hpp>
#include <grove/timeout.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace grove::http {
namespace {

/// What of a body that nobody has read is read and dropped, so that the connection can be kept.
constexpr std::uint64_t dropped_at_most = std::uint64_t{64} << 10;
/// Once the server is to end, for a request that is on its way.
constexpr duration last_chance = std::chrono::milliseconds(100);
/// For a client to take the last answer, while it still sends.
constexpr duration parting = std::chrono::seconds(1);
constexpr std::size_t parting_bytes = std::uint64_t{1} << 20;

/// Between two looks at a client that has already sent more.
constexpr duration gone_pause = std::chrono::milliseconds(100);

/// Of one connection, before others run.
constexpr std::uint32_t in_a_row = 64;

request_limits limits_of(const http_limits& from) {
    request_limits made;
    made.target = from.target;
    made.head = from.head;
    made.fields = from.fields;
    return made;
}

/// What a socket throws, above all.
bool is_system_error(const std::exception_ptr& what) {
    try {
        std::rethrow_exception(what);
    } catch (const std::system_error&) {
        return true;
    } catch (const std::exception&) {
        return false;
    } catch (const interrupt&) {
        return false;
    }
}

}  // namespace

session::session(socket& peer, std::shared_ptr<server_core> of)
    : peer_(peer),
      of_(std::move(of)),
      reader_(limits_of(of_->limits())),
      out_(peer_, *of_),
      answer_(*of_, out_) {
    of_->entered(*this);
}

void session::serve() {
    if (of_->options().on_answer) static_cast<void>(peer_if_known());
    while (next_request()) {
        handle();
        if (!end_request()) break;
        if (++requests_ % in_a_row != 0) continue;
        reader_.rest_in_small();
        yield();
    }
    if (upgraded_ || (!flush_or_break() && !out_.cut_off())) return;
    if (last_ || out_.cut_off()) part_from_sender();
}

const endpoint& session::peer() {
    if (!peer_name_) peer_name_ = peer_.peer();
    return *peer_name_;
}

/// Of a client that has gone before anybody asked, nothing is known.
const endpoint& session::peer_if_known() noexcept {
    try {
        return peer();
    } catch (const std::system_error&) {
        return peer_name_.emplace();
    }
}

void session::close_if_idle() noexcept {
    if (idle_) peer_.close();
}

// --- one request ---

/// Result: false when there is none: the connection ends.
bool session::next_request() {
    const http_limits& limits = of_->limits();
    deadline until = of_->draining() ? std::min(limits.idle_time, last_chance) : limits.idle_time;
    bool begun = false;
    for (;;) {
        const request_reader::step step = reader_.next();
        if (step == request_reader::step::head) return true;
        if (step == request_reader::step::failed) {
            last_ = true;
            answer_.begin(1, false);
            refuse(http_error(static_cast<unsigned>(reader_.fault().status),
                              std::string(reader_.fault().reason)));
            record();
            return false;
        }
        idle_ = reader_.idle();
        if (!idle_ && !std::exchange(begun, true)) until = limits.head_time;
        const arrival came = fill(until);
        idle_ = false;
        if (came == arrival::bytes) continue;
        if (came == arrival::late && begun) {
            last_ = true;
            answer_.begin(1, false);
            refuse(http_error(408, "the request's head is late"));
            record();
        }
        return false;
    }
}

void session::handle() {
    const request_head& asked = reader_.head();
    body_limit_ = of_->limits().body;
    body_read_ = 0;
    body_over_ = asked.framing == body_framing::none;
    if (body_over_) static_cast<void>(reader_.next());  // its end
    told_to_continue_ = !asked.expects_continue;
    answer_.begin(asked.minor, asked.method == "HEAD");
    if (of_->options().on_answer) began_ = deadline::now();
    const on_exit also_when_killed([this] { record(); });
    if (asked.method == "CONNECT") {
        last_ = true;
        return refuse(http_error(501, "CONNECT: this is no proxy"));
    }
    try {
        call_handler();
        if (upgraded_) return;
        answer_.finish(then());
        pass_on();
    } catch (const http_error& e) {
        refuse(e);
    } catch (const timeout_expired&) {
        handler_failed(std::current_exception());
    } catch (const std::exception&) {
        handler_failed(std::current_exception());
    }
}

void session::call_handler() {
    http_request asked(*this);
    http_response answer(*this);
    const duration longest = of_->limits().request_time;
    if (longest == duration::zero()) return of_->handler()(asked, answer);
    if (!with_deadline(longest, [&] { of_->handler()(asked, answer); }))
        throw http_error(503, "the answer took too long");
}

/// Reports it, unless it is only that the client has gone.
void session::handler_failed(const std::exception_ptr& why) {
    if (!out_.client_failed() && !broken_ && !(upgraded_ && is_system_error(why))) {
        std::string what(reader_.head().method);
        what.append(" ")
            .append(reader_.head().target)
            .append(" of ")
            .append(peer_if_known().text());
        detail::hub_core::of_thread().report_error(what, why);
    }
    refuse(http_error(500));
}

/// Answers with a line of text where that can be done, and else cuts the connection.
void session::refuse(const http_error& why) {
    broken_ = broken_ || out_.client_failed();
    if (!broken_ && !upgraded_ && answer_.begun()) {
        broken_ = true;
        peer_.abort();
    }
    if (!broken_ && !upgraded_) {
        answer_.restart();
        answer_.set_status(why.status());
        for (const auto& [name, value] : why.fields()) answer_.add(name, value);
        answer_.add("Content-Type", "text/plain; charset=utf-8");
        std::string line(why.what());
        line += '\n';
        try {
            answer_.send(line, then());
            pass_on();
        } catch (const std::system_error&) {
            broken_ = true;
        }
    }
}

/// Result: another request may follow.
bool session::end_request() {
    if (upgraded_ || broken_) return false;
    out_.go_directly();
    body_ = {};
    if (answer_.keeps() && (body_over_ || drop_body())) return true;
    last_ = last_ || !body_over_ || !reader_.rest().empty();
    return false;
}

/// As far as the request is concerned.
afterwards session::then() const noexcept {
    const request_head& asked = reader_.head();
    if (last_ || !asked.keep_alive) return afterwards::close;
    if (body_over_) return afterwards::keep;
    // Whether a client that was not told to go on will send its body, nobody knows.
    if (!told_to_continue_) return afterwards::close;
    const bool is_long =
        asked.framing == body_framing::length && asked.length - body_read_ > dropped_at_most;
    return is_long ? afterwards::close : afterwards::keep;
}

void session::record() noexcept {
    const auto& told = of_->options().on_answer;
    if (!told || upgraded_) return;
    const shield no_end_from_outside;
    try {
        http_record made{.peer = peer_if_known()};
        if (reader_.head().keep_alive || !reader_.head().method.empty()) {
            made.method = reader_.head().method;
            made.target = reader_.head().target;
            made.minor_version = reader_.head().minor;
        }
        made.status = answer_.status();
        made.body_bytes = answer_.body_bytes();
        if (!began_.is_never()) made.took = deadline::now() - began_;
        made.complete = answer_.over() && !broken_;
        told(made);
    } catch (const std::exception&) {
        detail::hub_core::of_thread().report_error("telling of an answer",
                                                   std::current_exception());
    }
}

// --- the request's body ---

std::string_view session::read_body() {
    for (std::string_view piece = read_some(); !piece.empty(); piece = read_some()) body_ += piece;
    return body_;
}

std::string_view session::read_some() {
    if (body_over_) return {};
    const auto check = [this](std::uint64_t size) {
        if (size > body_limit_)
            fail_body(413, "the body is larger than " + std::to_string(body_limit_) + " bytes");
    };
    check(reader_.head().length);
    if (!told_to_continue_) tell_to_continue();
    const std::string_view piece = next_piece();
    body_read_ += piece.size();
    check(body_read_);
    return piece;
}

/// RFC 9110 section 10.1.1.
void session::tell_to_continue() {
    told_to_continue_ = true;
    if (answer_.begun() || !reader_.rest().empty()) return;
    out_.gathered() += "HTTP/1.1 100 Continue\r\n\r\n";
}

/// Result: empty at the end.
std::string_view session::next_piece() {
    for (;;) {
        switch (reader_.next()) {
            case request_reader::step::body:
                return reader_.piece();
            case request_reader::step::end:
                body_over_ = true;
                return {};
            case request_reader::step::failed:
                fail_body(static_cast<unsigned>(reader_.fault().status), reader_.fault().reason);
            default:
                break;
        }
        const arrival came = fill(of_->limits().body_pause);
        if (came == arrival::late) fail_body(408, "the request's body is late");
        if (came == arrival::end) {
            broken_ = true;
            throw_error(ECONNRESET, "recv", "a request's body: the client has gone");
        }
    }
}

/// What comes behind it cannot be told from a request.
void session::fail_body(unsigned status, std::string_view text) {
    last_ = true;
    throw http_error(status, std::string(text));
}

/// Result: false when that would take too long.
bool session::drop_body() {
    try {
        while (!body_over_) {
            body_read_ += next_piece().size();
            if (body_read_ > dropped_at_most) return false;
        }
        return true;
    } catch (const http_error&) {
        return false;
    } catch (const std::system_error&) {
        return false;
    }
}

bool session::wait_gone(deadline until) {
    for (;;) {
        std::array<pollfd, 1> client{
            {{.fd = peer_.fd(), .events = POLLIN | POLLRDHUP, .revents = 0}}};
        if (poll(client, until) == 0) return false;
        if ((client[0].revents & ~POLLIN) != 0) return true;
        // What has come already hides the end from a wait.
        const deadline next = gone_pause;
        sleep_until(std::min(until, next));
        if (until <= next) return false;
    }
}

// --- the answer ---

void session::send_through(http_outlet outlet) {
    if (answer_.begun())
        throw std::logic_error("http_response: send_through after the answer has begun");
    out_.go_through(std::move(outlet));
}

void session::send(std::string_view body) {
    answer_.send(body, then());
    pass_on();
}

void session::send_file(int file, std::uint64_t offset, std::uint64_t bytes) {
    answer_.send_file(file, offset, bytes, then());
    pass_on();
}

void session::write(std::string_view piece) {
    answer_.write(piece, then());
}

void session::flush() {
    answer_.start(then());
    out_.flush();
}

http_upgraded session::upgrade(std::string_view protocol) {
    if (reader_.head().upgrade.empty() || !body_over_)
        throw std::logic_error("http_response: upgrade of a request that did not ask for it");
    if (!is_field_value(protocol))
        throw std::invalid_argument("http_response: upgrade to what is no name of a protocol");
    static_cast<void>(peer_if_known());
    answer_.switch_to(protocol);
    record();
    upgraded_ = true;
    return {std::move(peer_), std::string(reader_.rest())};
}

// --- bytes ---

/// Answers to requests that have come already go out together, but for one that has a way of its
/// own.
void session::pass_on() {
    if (reader_.rest().empty() || out_.is_full() || out_.goes_through()) {
        out_.flush();
    } else {
        out_.flush_soon();
    }
}

/// Result: false when nothing can be sent any more.
bool session::flush_or_break() {
    try {
        if (!broken_) out_.flush();
    } catch (const std::system_error&) {
        broken_ = true;
    }
    return !broken_;
}

/// Waits for the client's next bytes, once it has all that there is for it.
session::arrival session::fill(deadline until) {
    if (!flush_or_break()) return arrival::end;
    try {
        for (;;) {
            // An idle connection has no buffer: thousands of them rest in small.
            reader_.rest_in_small();
            peer_.wait_readable(until);
            const auto count = peer_.try_read_some(reader_.room());
            if (!count) continue;
            reader_.filled(*count);
            return *count == 0 ? arrival::end : arrival::bytes;
        }
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::timed_out) return arrival::late;
        broken_ = true;
        return arrival::end;
    }
}

/// What it still sends would make the kernel reset the connection, and the answer be lost with it
/// (RFC 9112 section 9.6).
void session::part_from_sender() {
    try {
        const deadline until = parting;
        peer_.shutdown_write(until);
        std::array<char, 4096> dropped;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        std::size_t total = 0;
        while (const std::size_t count = peer_.read_some(std::span(dropped), until)) {
            if ((total += count) > parting_bytes) return;
        }
    } catch (const std::system_error&) {
        return;  // it has gone, or is slow to
    }
}

}  // namespace grove::http
