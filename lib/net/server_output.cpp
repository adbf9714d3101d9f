// SPDX-License-Identifier: MIT
#include "net/server_output.hpp"

#include "net/server_core.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

namespace grove::http {
namespace {

/// What `http_limits::write_pause` is for: a client must take so much in that time.
constexpr std::size_t part = std::size_t{256} << 10;

}  // namespace

server_output::~server_output() {
    give_back();
}

std::string& server_output::gathered() {
    if (gathered_.capacity() < large) gathered_ = of_.take_buffer();
    return gathered_;
}

void server_output::give_back() noexcept {
    if (gathered_.capacity() >= large) of_.give_back(std::exchange(gathered_, {}));
}

void server_output::flush_soon() {
    if (!gathered_.empty()) of_.flush_soon(*this);
}

void server_output::flush() {
    if (gathered_.empty() && !sender_.valid()) return throw_failure();
    send_alone([&] {
        if (gathered_.empty()) return;
        send_now();
        send_all();
    });
}

void server_output::write_large(std::string_view bytes) {
    send_alone([&] {
        std::string before = std::exchange(gathered_, {});
        if (outlet_) {
            hand_out(before);
            of_.give_back(std::move(before));
            return hand_out(bytes);
        }
        const std::string_view first = bytes.substr(0, part);
        to_.write_gathered(std::array{std::string_view(before), first}, of_.limits().write_pause);
        of_.give_back(std::move(before));
        send_in_parts(bytes.substr(first.size()));
    });
}

void server_output::write_file(int file, std::uint64_t offset, std::uint64_t bytes) {
    send_alone([&] {
        std::string before = std::exchange(gathered_, {});
        if (outlet_) {
            hand_out(before);
            of_.give_back(std::move(before));
            return hand_out_file(file, offset, bytes);
        }
        to_.write_gathered(std::array{std::string_view(before)}, of_.limits().write_pause,
                           followed_by::more);
        of_.give_back(std::move(before));
        while (bytes != 0) {
            const std::uint64_t now = std::min<std::uint64_t>(bytes, part);
            to_.send_file(file, offset, now, of_.limits().write_pause);
            offset += now;
            bytes -= now;
            if (bytes != 0) yield();  // many fast readers must not keep the others waiting
        }
    });
}

void server_output::try_flush() noexcept {
    if (sending_ || failure_ || gathered_.empty()) return;
    try {
        send_now();
        if (gathered_.empty()) return;
        sending_ = true;
        sender_ = spawn({.name = "sending to a slow client"}, [this] {
            const on_exit no_longer([this] { sending_ = false; });
            try {
                send_all();
            } catch (const std::system_error& e) {
                failure_ = e;
            }
        });
    } catch (const std::system_error& e) {
        failure_ = e;
    }
}

void server_output::throw_failure() const {
    if (failure_) throw std::system_error(*failure_);
}

/// One after the other, and behind what the flusher has begun.
template <class F>
void server_output::send_alone(F f) {
    const std::lock_guard alone(turn_);
    if (sender_.valid()) {
        sender_.join();
        sender_ = {};
    }
    throw_failure();
    sending_ = true;
    const on_exit no_longer([this] { sending_ = false; });
    try {
        f();
    } catch (const std::system_error& e) {
        failure_ = e;
        throw;
    }
}

/// As much as can be sent without waiting; under TLS none, for a record cannot be sent in part, and
/// none through an outlet, which may wait.
void server_output::send_now() {
    if (to_.is_tls() || outlet_) return;
    const std::size_t sent = to_.try_write_some(gathered_);
    if (sent < gathered_.size()) {
        gathered_.erase(0, sent);
    } else {
        give_back();
    }
}

void server_output::send_all() {
    while (!gathered_.empty()) {
        std::string now = std::exchange(gathered_, {});
        send_in_parts(now);
        of_.give_back(std::move(now));
    }
}

void server_output::send_in_parts(std::string_view bytes) {
    if (outlet_) return hand_out(bytes);
    while (!bytes.empty()) {
        const std::string_view now = bytes.substr(0, part);
        to_.write_all(now, of_.limits().write_pause);
        bytes.remove_prefix(now.size());
    }
}

void server_output::go_through(http_outlet outlet) {
    flush();
    outlet_ = std::move(outlet);
}

void server_output::hand_out(std::string_view bytes) {
    if (bytes.empty() || outlet_(to_, bytes)) return;
    cut_off_ = true;
    throw_error(ECONNABORTED, "outlet", "the answer was cut off");
}

void server_output::hand_out_file(int file, std::uint64_t offset, std::uint64_t bytes) {
    std::string room(std::min<std::uint64_t>(bytes, part), '\0');
    while (bytes != 0) {
        const std::size_t wanted = std::min<std::uint64_t>(bytes, room.size());
        const ssize_t came = ::pread(file, room.data(), wanted, static_cast<off_t>(offset));
        if (came <= 0) throw_error(EIO, "pread", "a file that has become shorter");
        hand_out(std::string_view(room).substr(0, static_cast<std::size_t>(came)));
        offset += static_cast<std::uint64_t>(came);
        bytes -= static_cast<std::uint64_t>(came);
    }
}

}  // namespace grove::http
