// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_place.hpp"

#include <cstdint>

/// Entries that were trimmed away, or deleted, before a consumer group has read them. The server
/// tells from version 7 on, once the group has read anything; of those before nobody can know.
/// Threads: the hub's own.

namespace grove::cmd {

/// How many are missing, by one `XINFO STREAM` and the part about the group of `XINFO GROUPS`.
[[nodiscard]] std::uint64_t missing_entries(const redis_reply& stream, const redis_reply& group);

class stream_gap {
 public:
    /// All of it must outlive this.
    stream_gap(const redis_place& place, redis_connection& server) noexcept
        : place_(place), server_(server) {}

    /// Result: how many are missing that nobody was told of; of several consumers one is told.
    /// Throws: as `redis_connection::exchange`.
    [[nodiscard]] std::uint64_t take();

 private:
    const redis_place& place_;
    redis_connection& server_;
    std::uint64_t told_ = 0;  // where the server does not let us say that we know
};

}  // namespace grove::cmd
