// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// A ZeroMQ socket, as a source (PULL) or as a sink (PUSH): messages between machines without a
/// broker, fast, and lost with whoever holds them when it dies.
///
///     zmq:tcp://host:5557          connects
///     zmq:tcp://*:5557?bind        waits for others to connect
///
/// The address is as ZeroMQ writes it; of its transports there is TCP alone.

namespace grove::cmd {

struct zmq_place {
    std::string address;
    bool bind = false;
};

/// `word` begins with `zmq:`. Result: what is wrong, as a sentence without the word.
[[nodiscard]] std::optional<std::string> parse_zmq(std::string_view word, zmq_place& into);

}  // namespace grove::cmd
