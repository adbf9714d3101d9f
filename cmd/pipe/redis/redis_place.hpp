// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/targets.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A stream of a Redis server, as a source or as a sink:
///
///     redis://host/jobs?group=g                    a consumer group reads
///     redis://host/jobs?group=g&until=empty        ... and ends when all is dealt with
///     redis://:password@host:6380/done?maxlen=10000&lag=5000
///
/// | key | means |
/// |---|---|
/// | `group` | the consumer group; made where there is none, from the stream's beginning |
/// | `consumer` | our name in it; host and process number where none is given |
/// | `lease` | an entry that its consumer has not renewed for so long is another's: 30s |
/// | `deliveries` | so often an entry is tried before it goes to the stream `NAME:dead`: 5, 2 at
/// least, for the first counts when it was only read ahead; those after it are for few at once |
/// | `until` | `empty`: end when nothing is new, and nothing pending but what has failed here |
/// | `maxlen` | of a sink: the server drops what is older than so many, above 1000 about so many |
/// | `lag` | of a sink: it waits while a group of readers is so many entries behind |
/// | `db` | the number of the database: 0 |

namespace grove::cmd {

struct redis_place {
    target server;
    std::string stream;
    std::string group;
    std::string consumer;
    bool has_own_name = false;  ///< `consumer` was given
    duration lease = std::chrono::seconds(30);
    unsigned deliveries = 5;
    bool until_empty = false;
    bool settles_late = false;  ///< a stage keeps items back: none can be waited for
    std::optional<std::uint64_t> maxlen;
    std::optional<std::uint64_t> lag;
    unsigned database = 0;
};

/// Result: what is wrong, as a sentence without the URI.
[[nodiscard]] std::optional<std::string> parse_source(std::string_view uri, redis_place& into);
[[nodiscard]] std::optional<std::string> parse_sink(std::string_view uri, redis_place& into);

}  // namespace grove::cmd
