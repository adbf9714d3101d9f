// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_place.hpp"

#include <cstddef>
#include <cstdint>

/// How far the consumer groups of a stream are behind: pressure that goes back over the server to
/// who writes, by `lag=`.
/// Threads: the hub's own.

namespace grove::cmd {

class output;

class stream_readers {
 public:
    /// All of it must outlive this.
    stream_readers(const redis_place& place, redis_connection& server, output& talk) noexcept
        : place_(place), server_(server), talk_(talk) {}

    /// Waits while the slowest group has `lag=` entries before it that it has not dealt with; where
    /// there is no group yet, the stream as a whole. It is said once each time.
    /// Result: how many of `wanted` may be added now, at least one; all where there is no `lag=`.
    /// Throws: as `redis_connection::exchange`. Interrupted: nothing happened.
    [[nodiscard]] std::size_t wait_for_room(std::size_t wanted);

 private:
    [[nodiscard]] std::uint64_t behind();
    [[nodiscard]] std::uint64_t behind(const redis_reply& group);
    [[nodiscard]] std::uint64_t entries_after(std::string_view id);

    const redis_place& place_;
    redis_connection& server_;
    output& talk_;
    std::uint64_t room_ = 0;  // entries that may be added before it is asked again
};

}  // namespace grove::cmd
