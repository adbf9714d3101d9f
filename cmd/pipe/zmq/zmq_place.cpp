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
    // Over ipc:// libzmq 4.3 drops what is on its way when the one who pushes ends.
    if (!word.starts_with("tcp://")) return "ZeroMQ's addresses are here zmq:tcp://host:5557";
    into.address = word;
    return std::nullopt;
}

}  // namespace grove::cmd
