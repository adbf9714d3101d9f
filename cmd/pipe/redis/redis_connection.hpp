// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/redis/redis_reply.hpp"

#include <grove/semaphore.hpp>
#include <grove/socket.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A connection to a Redis server that outlives restarts of the server.
/// Threads: the hub's own.

namespace grove::cmd {

class output;

class redis_connection {
 public:
    using words = std::vector<std::string_view>;

    /// Connects at the first `exchange`. All of it must outlive this.
    redis_connection(const redis_place& place, output& talk) : place_(place), talk_(talk) {}

    /// Sends commands together, and waits for their replies. Greenlets take turns. Where the
    /// connection breaks, or the server is loading its data, all is sent again over a new one, for
    /// as long as a minute: a command may so be done twice.
    /// Result: a reply a command, in order; errors of commands are replies.
    /// Throws: `stage_failed` when the server stays away or refuses us, and at once when its name
    /// does not exist, before it was ever connected. Interrupted: the commands
    /// may be done; the next `exchange` is over a new connection.
    [[nodiscard]] std::vector<redis_reply> exchange(const std::vector<words>& commands);

    /// One command. Throws, besides: `stage_failed` for an error reply.
    redis_reply command(const words& command);

 private:
    [[nodiscard]] std::vector<redis_reply> try_exchange(std::string_view bytes,
                                                        std::size_t replies);
    void connect();
    void greet(const words& command);

    [[nodiscard]] std::string name() const { return place_.server.endpoint(); }

    const redis_place& place_;
    output& talk_;
    semaphore turn_{1};
    std::optional<socket> peer_;
    bool was_connected_ = false;
};

}  // namespace grove::cmd
