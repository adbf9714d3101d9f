// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/sink.hpp"
#include "cmd/pipe/source.hpp"
#include "cmd/pipe/zmq/zmq_place.hpp"

#include <memory>

namespace grove::cmd {

/// Messages that are pulled, for ever: each part is an item. A full queue holds up those who push.
/// Throws: `std::system_error` naming the address, or that there is no ZeroMQ; `stage_failed` where
/// the program was built without it.
[[nodiscard]] std::unique_ptr<source> make_zmq_source(const zmq_place& place, char item_end,
                                                      output& out);

/// Pushes each item as a message, and waits while nobody is there to take it. What ZeroMQ has taken
/// counts as there; at the end it has 5 s to send the last of it. Throws: likewise.
[[nodiscard]] std::unique_ptr<sink> make_zmq_sink(const zmq_place& place, char item_end,
                                                  output& out, settlement* kept);

}  // namespace grove::cmd
