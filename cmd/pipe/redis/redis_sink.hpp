// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/sink.hpp"

#include <memory>

namespace grove::cmd {

/// Adds items to a Redis stream, each as an entry with the field `item`. What the server has
/// answered counts; where it went away in between, entries may be there twice. Items that come from
/// a stream of the same server are acknowledged in the transaction that adds what came of them.
[[nodiscard]] std::unique_ptr<sink> make_redis_sink(const redis_place& place, char item_end,
                                                    output& out, settlement* kept);

}  // namespace grove::cmd
