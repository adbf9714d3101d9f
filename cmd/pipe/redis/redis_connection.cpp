// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_connection.hpp"

#include "cmd/common/output.hpp"

#include <grove/dial.hpp>
#include <grove/dns.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration connect_timeout = 5s;
constexpr duration patience = 60s;  // with a server that is away
constexpr duration first_pause = 50ms;
constexpr duration longest_pause = 1s;

/// Of `socket`, what `read_reply` reads.
class reply_stream {
 public:
    explicit reply_stream(socket& peer) : peer_(peer) {}

    [[nodiscard]] std::string read_line(std::size_t longest) {
        std::string line = peer_.read_line(never, longest);
        if (line.empty()) throw_error(ECONNRESET, "redis");
        return line;
    }

    void read_exactly(std::string& into) {
        peer_.read_exactly(std::as_writable_bytes(std::span(into)));
    }

 private:
    socket& peer_;
};

/// It will be ready by itself.
bool is_loading(const redis_reply& reply) noexcept {
    return reply.is_error("LOADING") || reply.is_error("BUSY ") || reply.is_error("MASTERDOWN");
}

bool is_no_name(const std::error_code& error) noexcept {
    return error == dns::make_error_code(dns::errc::not_found) ||
           error == dns::make_error_code(dns::errc::no_data) ||
           error == dns::make_error_code(dns::errc::bad_name);
}

}  // namespace

std::vector<redis_reply> redis_connection::exchange(const std::vector<words>& commands) {
    const std::lock_guard alone(turn_);
    std::string bytes;
    for (const words& each : commands) append_command(bytes, each);
    deadline give_up;
    duration pause = first_pause;
    for (;;) {
        std::string why;
        try {
            auto replies = try_exchange(bytes, commands.size());
            const auto loading = std::ranges::find_if(replies, is_loading);
            if (loading == replies.end()) return replies;
            why = loading->text;
        } catch (const std::system_error& e) {
            why = e.what();
            if (!was_connected_ && is_no_name(e.code()))
                throw stage_failed(fmt::format("redis: {}: {}", name(), why));
        }
        if (give_up.is_never()) {
            give_up = deadline(patience);
            talk_.warning(fmt::format("redis: {} is away ({}); trying again", name(), why));
        }
        if (give_up.expired())
            throw stage_failed(fmt::format("redis: {} stays away: {}", name(), why));
        sleep_for(pause);
        pause = std::min(pause * 2, longest_pause);
    }
}

std::vector<redis_reply> redis_connection::try_exchange(std::string_view bytes,
                                                        std::size_t replies) {
    // Half an exchange is of no use to the next: the connection is kept only when it is whole.
    bool is_whole = false;
    const on_exit drop([&] {
        if (!is_whole) peer_.reset();
    });
    if (!peer_) connect();
    std::vector<redis_reply> read;
    read.reserve(replies);
    // Written beside, for the server stops reading when nobody takes its replies.
    auto writing = spawn([&] {
        try {
            peer_->write_all(bytes);
        } catch (const std::system_error&) {
            return;  // who reads finds the same
        }
    });
    reply_stream from(*peer_);
    while (read.size() < replies) read.push_back(read_reply(from));
    writing.join();
    is_whole = true;
    return read;
}

void redis_connection::connect() {
    const target& server = place_.server;
    peer_ = dial(server.host, server.port, {}, connect_timeout);
    was_connected_ = true;
    if (!server.password.empty() && !server.user.empty())
        greet({"AUTH", server.user, server.password});
    else if (!server.password.empty())
        greet({"AUTH", server.password});
    const std::string database = std::to_string(place_.database);
    if (place_.database != 0) greet({"SELECT", database});
}

void redis_connection::greet(const words& command) {
    std::string bytes;
    append_command(bytes, command);
    peer_->write_all(bytes);
    reply_stream from(*peer_);
    const redis_reply reply = read_reply(from);
    if (reply.what == redis_reply::kind::error)
        throw stage_failed(fmt::format("redis: {} refuses: {}", name(), reply.text));
}

redis_reply redis_connection::command(const words& command) {
    redis_reply reply = std::move(exchange({command}).front());
    if (reply.what == redis_reply::kind::error)
        throw stage_failed(fmt::format("redis: {}: {}", command.front(), reply.text));
    return reply;
}

}  // namespace grove::cmd
