// SPDX-License-Identifier: MIT
#include "cmd/pipe/zmq/zmq_place.hpp"

namespace grove::cmd {

std::optional<std::string> parse_zmq(std::string_view word, zmq_place& into) {
    word.remove_prefix(word.find(':') + 1);
    const std::size_t mark = word.find('?');
    if (mark != std::string_view::npos) {
        if (word.substr(mark) != "?bind") return "it knows one wish: ?bind";
        into.bind = true;
        word = word.substr(0, mark);
    }
    if (!word.starts_with("tcp://") && !word.starts_with("ipc://"))
        return "ZeroMQ's addresses are zmq:tcp://host:5557 and zmq:ipc:///path";
    into.address = word;
    return std::nullopt;
}

}  // namespace grove::cmd
